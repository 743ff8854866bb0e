"""A memory's graph as DOT: whole, always the same, and safe whatever the texts are."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from agentmem.graph.contract import Edge, Node
from agentmem.graph.dot import dot, named
from agentmem.graph.drawing import Drawing, drawing_of
from agentmem.holdings import view_of
from agentmem.testing.memory_awkward import HOSTILE
from agentmem.testing.memory_world import START

if TYPE_CHECKING:
    from tests.agentmem.conftest import Open

STRING = r'"(?:[^"\\]|\\.)*"'
STATEMENT = re.compile(
    rf"\s*(digraph memory \{{|subgraph cluster_\d+ \{{|\}}|[a-z]+={STRING};|[a-z]+=\w+;|(node|edge) \[.*\];"
    rf"|{STRING}( -> {STRING})? \[\w+=({STRING}|\w+)(, \w+=({STRING}|\w+))*\];)"
)
TRICKS = [
    *HOSTILE.values(),
    'say "hi"',
    "one\ntwo",
    "\\N \\G",
    "\x1b[31mred",
    "\u202eevil",
    "ends in \\",
    '"]; x -> y; "',
    "",
]


def note(id_: str, text: str = "") -> Node:
    return Node(f"m/{id_}", "Note", START, "m", text)


def drawing(*nodes: Node, edges: tuple[Edge, ...] = ()) -> Drawing:
    return Drawing("m", nodes, (), edges)


def test_nodes_events_and_typed_edges_are_drawn(open_memory: Open) -> None:
    memory = open_memory()
    memory.add("the key is under the mat", id="e1")
    memory.add("it rains", id="e2")

    drawn = dot([drawing_of(view_of(memory.graph, "notebook"))])

    assert (
        '"notebook/1.0" [label="Note\\nthe key is under the mat", tooltip="notebook/1.0", fillcolor=lightblue];'
        in drawn
    )
    assert '"event/e2" [label="Event\\nit rains", tooltip="event/e2", shape=box, fillcolor=white];' in drawn
    assert '"notebook/1.0" -> "notebook/2.0" [label="NEXT"];' in drawn


def test_the_past_is_drawn_without_what_came_later(open_memory: Open) -> None:
    memory = open_memory()
    for text in ("bread", "beer"):
        memory.add(text)

    then = drawing_of(view_of(memory.graph, "notebook", as_of=1))

    assert [node.text for node in (*then.nodes, *then.events)] == ["bread", "bread"]
    assert [edge.type for edge in then.edges] == ["OF"]


def test_the_same_graph_is_drawn_the_same(open_memory: Open) -> None:
    drawn = set()
    for file in ("one.db", "two.db"):
        memory = open_memory(file)
        for n in range(12):
            memory.add(f"note {n}", id=f"e{n}", at=START)
        drawn.add(dot([drawing_of(view_of(memory.graph, "notebook"))]))

    assert len(drawn) == 1


@pytest.mark.parametrize("text", TRICKS)
def test_a_hostile_text_stays_inside_its_quotes(text: str) -> None:
    nodes = note(f"1 {text}", text), note("2")

    drawn = dot([drawing(*nodes, edges=(Edge(nodes[0].id, "NEXT", nodes[1].id),))])

    assert all(STATEMENT.fullmatch(line) for line in drawn.splitlines()), drawn
    assert drawn.replace("\n", "").isprintable()


@given(st.lists(st.text(max_size=20), min_size=2, max_size=2, unique=True))
def test_different_ids_stay_different(ids: list[str]) -> None:
    assert named(ids[0]) != named(ids[1])
    assert re.fullmatch(STRING, named(ids[0]))


def test_a_long_text_is_cut_to_a_few_short_lines() -> None:
    drawn = dot([drawing(note("1", "the quick brown fox " * 5_000))])

    caption = next(line for line in drawn.splitlines() if "fox" in line)
    assert len(caption) < 250
    assert "..." in caption
