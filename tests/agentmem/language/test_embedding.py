"""The default embedder, against the package it is read from."""

import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from agentmem.language.embedding import wordllama as embedding
from agentmem.language.embedding.wordllama import WordLlamaEmbedder
from agentmem.testing.embedding import HashEmbedder
from agentmem.vectors import Vectors

TEXTS = ["the red key is on the table", "key, is on, table", "Ann: I live in Oslo 🎷", "x", "naïve café " * 50]
ALONE = """
import sys
from agentmem.language.embedding.wordllama import WordLlamaEmbedder
WordLlamaEmbedder().embed(["hello"])
print([name for name in ("wordllama", "torch", "requests", "toml") if name in sys.modules])
"""
PIECES = ["a", "key", "Oslo", " ", "  ", "\n", "\t", "\0", "é", "好", "🎷", "\u2581", "<s>", "</s>", "<unk>", "x" * 70]
BROKEN = """
import shutil, sys
from importlib.metadata import distribution
from pathlib import Path
found = distribution("wordllama")
info = Path(str(found.locate_file("wordllama"))).parent / f"wordllama-{found.version}.dist-info"
shutil.copytree(info, Path(sys.argv[1]) / info.name)
sys.path.insert(0, sys.argv[1])
from agentmem.language.embedding.wordllama import WordLlamaEmbedder
try:
    WordLlamaEmbedder().embed(["hello"])
except Exception as error:
    print(type(error).__name__, error)
"""


@pytest.fixture(scope="module")
def embedder() -> WordLlamaEmbedder:
    return WordLlamaEmbedder()


def theirs(texts: list[str]) -> Vectors:
    """What wordllama itself gives."""
    wordllama = pytest.importorskip("wordllama")
    folder = Path(wordllama.__file__).parent
    model = wordllama.WordLlama.load(cache_dir=folder, disable_download=True)
    return np.asarray(model.embed(texts, norm=True), np.float32)


def test_vectors_are_those_of_wordllama_itself(embedder: WordLlamaEmbedder) -> None:
    assert np.abs(embedder.embed(TEXTS) - theirs(TEXTS)).max() < 1e-3


def test_vectors_are_float32_of_unit_length(embedder: WordLlamaEmbedder) -> None:
    vectors = embedder.embed(TEXTS)

    assert vectors.dtype == np.float32
    assert vectors.shape == (len(TEXTS), embedder.dim)
    assert np.allclose(np.linalg.norm(vectors, axis=1), 1, atol=1e-5)


def test_a_text_has_one_vector_alone_or_among_others(embedder: WordLlamaEmbedder) -> None:
    alone = np.concatenate([embedder.embed([text]) for text in TEXTS])

    assert np.array_equal(embedder.embed(TEXTS), alone)


@given(st.lists(st.sampled_from(PIECES), max_size=20).map("".join) | st.text(max_size=30))
def test_a_text_cut_into_words_has_the_tokens_of_the_whole(text: str) -> None:
    whole = embedding._word_vectors().tokenizer.encode(
        text.encode("utf-8", "replace").decode(), add_special_tokens=False
    )

    assert embedding._tokens(text) == whole.ids


def test_a_text_with_nothing_in_it_gets_zeros(embedder: WordLlamaEmbedder) -> None:
    assert not embedder.embed([""]).any()
    assert embedder.embed([]).shape == (0, embedder.dim)


def test_half_a_surrogate_pair_does_not_break_it(embedder: WordLlamaEmbedder) -> None:
    assert embedder.embed(["a\ud800b"]).any()


def test_what_means_the_same_is_nearer(embedder: WordLlamaEmbedder) -> None:
    question, answer, other = embedder.embed(["where is the key", "the key is under the mat", "it rains in Spain"])

    assert question @ answer > question @ other


def test_its_id_names_model_and_version(embedder: WordLlamaEmbedder) -> None:
    assert embedder.id.startswith("wordllama-256@")


def test_it_needs_neither_wordllamas_code_nor_the_network() -> None:
    done = subprocess.run([sys.executable, "-c", ALONE], capture_output=True, text=True, check=True)

    assert done.stdout.strip() == "[]"


def test_an_incomplete_package_gives_one_sentence_with_the_cure(tmp_path: Path) -> None:
    done = subprocess.run([sys.executable, "-c", BROKEN, str(tmp_path)], capture_output=True, text=True, check=True)

    assert done.stdout.startswith("LanguageError wordllama ")
    assert "is incomplete" in done.stdout
    assert done.stdout.strip().endswith("install it again: pip install --force-reinstall wordllama")


def test_the_embedder_for_tests_puts_texts_with_common_words_together() -> None:
    asked, near, far = HashEmbedder().embed(["red key", "the red key", "rain"])

    assert asked @ near > asked @ far
