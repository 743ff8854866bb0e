"""The questions on the page for people, asked of the graph of a real game."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import neo4j
import pytest

from agentmem.agent_memory import AgentMemory
from agentmem.bench import wandering
from agentmem.events import new_event
from agentmem.host import Host
from agentmem.testing.neo4j.roots import store_uri

PAGE = (Path(__file__).parents[3] / "docs" / "neo4j.md").read_text(encoding="utf-8")
QUERIES = dict(re.findall(r"\n([^\n]+\?)\n\n```cypher\n(.*?)```", PAGE, re.DOTALL))


@pytest.fixture(scope="module")
def asked(neo4j_uri: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Any]:
    """Ask a question of a memory of 60 events, and of a conversation in which facts change."""
    uri = store_uri(neo4j_uri, tmp_path_factory.mktemp("people"))
    with closing(Host().store(uri)) as store:
        memory = AgentMemory(store, namespace="default", memory="arigraph")
        memory.add_many(wandering.events(0, 60))
        for text in ("My sister Mia lives in Porto.", "My sister Mia lives in Oslo."):
            memory.add_many([new_event(text, role="user", speaker="Ann")])
        namespace = f"{uri.partition('root=')[2]}\x1fdefault"
        with neo4j.GraphDatabase.driver(neo4j_uri) as driver:
            yield lambda question, **more: driver.execute_query(QUERIES[question], namespace=namespace, **more).records


def test_the_page_has_six_questions() -> None:
    assert len(QUERIES) == 6


def test_what_changed_since_yesterday_is_what_was_just_said(asked: Any) -> None:
    found = asked("What changed since yesterday?")

    assert {"Event", "Fact"} <= {row["what"] for row in found}
    assert any("oslo" in row["n.name"] and row["change"] == "new" for row in found)
    assert any("porto" in row["n.name"] and row["change"] == "retired" for row in found)


def test_an_event_tells_what_it_retired(asked: Any) -> None:
    found = asked("Which facts did an event retire, and what holds instead?")

    assert found
    assert any(row["holds"] for row in found)


def test_what_is_linked_most_comes_first(asked: Any) -> None:
    links = [row["links"] for row in asked("What is linked most?")]

    assert links == sorted(links, reverse=True)
    assert links[0] > 3


def test_a_thing_tells_what_is_known_of_it(asked: Any) -> None:
    name = next(row["n.name"] for row in asked("What is linked most?") if row["what"] == "Entity")

    assert any(name in row["f.name"] for row in asked("What is known of one thing, and since when?", name=name))


def test_a_value_tells_how_it_changed(asked: Any) -> None:
    found = asked("How did one value change?")

    assert len(found[0]["values"]) > 1


def test_each_memory_is_counted_in_each_namespace(asked: Any) -> None:
    found = asked("How much does each memory hold of each namespace?")

    assert any(row["n.namespace"].endswith("default") and row["what"] == "Fact" and row["nodes"] > 3 for row in found)
