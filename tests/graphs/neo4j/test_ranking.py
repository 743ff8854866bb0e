"""Texts are ranked on a server as the SQLite store ranks them, to the last digits."""

from contextlib import closing

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from agentmem.graph.neo4j.keys import key_of, keys_of
from agentmem.graph.ranking import Texts, idf, score, times_in
from agentmem.graph.sqlite import SQLiteStore
from agentmem.graph.stems import stems
from agentmem.graph.text import words_of
from agentmem.testing.store_world import fact

WORDS = st.sampled_from(
    ["door", "doors", "opened", "Opening", "naïve", "the", "key-ring", "x2", "été", "running", "ran"]
)
TEXTS = st.lists(st.lists(WORDS, min_size=1, max_size=9).map(" ".join), min_size=1, max_size=12)


@settings(max_examples=60)
@given(texts=TEXTS, query=st.lists(WORDS, min_size=1, max_size=4).map(" ".join))
def test_a_score_is_the_same_whether_an_index_marks_words_or_they_are_counted_in_the_text(
    texts: list[str], query: str
) -> None:
    with closing(SQLiteStore.in_memory()) as store:
        graph = store.graph("a")
        graph.put_nodes([fact(f"n{number}", text=text) for number, text in enumerate(texts)])
        hits = {hit.node.id: hit.score for hit in graph.matching(query, limit=50)}

    said = stems(texts)
    counted = Texts(len(texts), sum(map(len, said)))
    asked = stems(words_of(query))
    worth = [idf(len(texts), sum(times_in(words, one) > 0 for words in said)) for one in asked]
    ours = {
        f"n{number}": score(
            [(telling, times_in(words, one)) for telling, one in zip(worth, asked, strict=True)], len(words), counted
        )
        for number, words in enumerate(said)
    }
    assert {name: one for name, one in ours.items() if one > 0} == pytest.approx(hits, rel=1e-9)


@pytest.mark.parametrize("text", ["key \x01 door key", "\x01key\x01 key", "\0 door key key", "a key-ring: ring, ring"])
def test_what_is_in_a_text_does_not_confuse_the_counting(text: str) -> None:
    with closing(SQLiteStore.in_memory()) as store:
        store.graph("a").put_nodes([fact("n", text=text), fact("plain", text="key ring " + "lamp " * 30)])
        found = {hit.node.id: hit.score for hit in store.graph("a").matching("key", limit=5)}

    assert found["n"] > found["plain"] > 0


def test_stems_are_those_of_fts5_whatever_is_written() -> None:
    assert stems(["The doors were opened!", "", "a\0b \ud800"]) == [["the", "door", "were", "open"], [], ["a", "b"]]


def test_a_key_stands_for_one_namespace_and_one_kind() -> None:
    keys = keys_of("alice", "m", "Fact").split()

    assert keys == [
        key_of("alice"),
        key_of("alice", "m", None),
        key_of("alice", None, "Fact"),
        key_of("alice", "m", "Fact"),
    ]
    assert len(set(keys)) == 4
    assert not set(keys) & set(keys_of("bob", "m", "Fact").split())
    assert key_of("a", "b", None) != key_of("a", None, "b")
