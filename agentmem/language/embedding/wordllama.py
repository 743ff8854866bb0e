"""The default embedder: wordllama's packaged word vectors, offline and without torch.

The vectors and the tokenizer are read straight from the installed wheel;
wordllama itself is never imported, since its own loader looks for the
tokenizer in the wrong folder and then downloads it.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache, lru_cache
from importlib.metadata import Distribution, PackageNotFoundError, distribution
from pathlib import Path
from typing import TYPE_CHECKING, Literal

import numpy as np

from agentmem.errors import LanguageError, MissingExtra
from agentmem.vectors import Vectors, to_unit

if TYPE_CHECKING:
    from tokenizers import Tokenizer

DIM = 256
VECTORS = "wordllama/weights/l2_supercat_256.safetensors"
TOKENIZER = "wordllama/tokenizers/l2_supercat_tokenizer_config.json"
WORDS_KEPT = 32_768
"""Words whose tokens are kept: a text is mostly words met before, and cutting words up costs most of an embedding."""
LONGEST_KEPT = 64
"""Characters; what is longer is hardly a word."""
BRACKET, JOINT = "<", "\u2581"
"""How what the tokenizer treats in a way of its own begins, wherever it stands: <s>, </s>, <unk>, and this."""
TOKENS_AT_ONCE = 4096
"""So that a text of a million characters needs megabytes, not gigabytes."""


class WordLlamaEmbedder:
    """Mean of the 256-d vectors of a text's tokens, unit length (WordLlama, 2024).

    Opening it reads nothing but the version; the vectors are read when the first
    text is embedded, once per process (about 0.25 s, 40 MB).

    Raises:
        MissingExtra: the package is not installed.
    """

    dim = DIM
    by_words: Literal[True] = True

    def __init__(self) -> None:
        self.id = f"wordllama-{DIM}@{_installed().version}"

    def embed(self, texts: Sequence[str]) -> Vectors:
        """Return one unit vector per text, shape (n, 256), float32; zeros for an empty text.

        Raises:
            LanguageError: the installed package is incomplete.
        """
        means = np.zeros((len(texts), DIM), np.float32)
        if texts:
            words = _word_vectors()
            for row, text in zip(means, texts, strict=True):
                words.add_up(_tokens(text), row)
        return to_unit(means)


@dataclass(frozen=True)
class _WordVectors:
    tokenizer: Tokenizer
    table: Vectors

    def add_up(self, ids: Sequence[int], row: Vectors) -> None:
        """Add the vectors of `ids` to `row`; the sum points where the mean does."""
        for start in range(0, len(ids), TOKENS_AT_ONCE):
            row += np.add.reduce(self.table.take(ids[start : start + TOKENS_AT_ONCE], axis=0), axis=0)


def _tokens(text: str) -> list[int]:
    """Return the token ids of a text; half a surrogate pair is read as a question mark."""
    whole = text if text.isascii() else text.encode("utf-8", "replace").decode()
    words = whole.split(" ")
    # No token spans two words, so a text has the tokens of its words; but spaces in a row are one token.
    if "" in words or BRACKET in whole or JOINT in whole:
        words = [whole]
    found: list[int] = []
    for word in words:
        found += _tokens_of_word(word) if len(word) <= LONGEST_KEPT else _tokenized(word)
    return found


def _tokenized(text: str) -> list[int]:
    return _word_vectors().tokenizer.encode(text, add_special_tokens=False).ids


_tokens_of_word = lru_cache(maxsize=WORDS_KEPT)(_tokenized)


@cache
def _word_vectors() -> _WordVectors:
    from safetensors import SafetensorError
    from safetensors.numpy import load_file
    from tokenizers import Tokenizer

    package = _installed()
    vectors, tokenizer = _file(package, VECTORS), _file(package, TOKENIZER)
    try:
        table = next(iter(load_file(vectors).values())).astype(np.float32)
        return _WordVectors(Tokenizer.from_file(str(tokenizer)), table)
    except (OSError, ValueError, SafetensorError) as error:
        raise LanguageError(f"wordllama's vectors cannot be read ({error}); {_CURE}") from error


_CURE = "install it again: pip install --force-reinstall wordllama"


def _installed() -> Distribution:
    try:
        return distribution("wordllama")
    except PackageNotFoundError:
        raise MissingExtra("the embedder 'wordllama' needs its package: pip install wordllama") from None


def _file(package: Distribution, name: str) -> Path:
    path = Path(str(package.locate_file(name)))
    if not path.is_file():
        raise LanguageError(f"wordllama {package.version} is incomplete, {path} is missing; {_CURE}")
    return path
