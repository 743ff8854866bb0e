"""Texts are ranked on a server as SQLite's full-text search ranks them, to the last digits."""

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
def test_a_score_is_that_of_fts5(texts: list[str], query: str) -> None:
    with closing(SQLiteStore.in_memory()) as store:
        graph = store.graph("a")
        graph.put_nodes([fact(f"n{number}", text=text) for number, text in enumerate(texts)])
        hits = {hit.node.id: hit.score for hit in graph.matching(query, limit=50)}

    said = stems(texts)
    counted = Texts(len(texts), sum(len(one) + 1 for one in said))
    asked = [tuple(one) for one in stems(words_of(query))]
    phrases = [Phrase(one, idf(counted, sum(one[0] in words for words in said))) for one in asked]
    ours = {f"n{number}": score(words, phrases, counted) for number, words in enumerate(said)}
    assert {name: one for name, one in ours.items() if one > 0} == pytest.approx(hits, rel=1e-9)


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
