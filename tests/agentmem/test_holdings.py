"""What a memory holds: in its own shape, by label where it has none, now or as of an earlier entry."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import TYPE_CHECKING

import pytest

from agentmem.agent_memory import AgentMemory
from agentmem.errors import InvalidInput, PluginError
from agentmem.events import Event
from agentmem.graph.changes import Changes
from agentmem.graph.contract import Where
from agentmem.graph.view import MemoryGraph
from agentmem.holdings import by_label, memories_in, shape_of, view_of
from agentmem.language.contract import Language
from agentmem.shape import Group, Item
from agentmem.testing.notebook import Notebook

if TYPE_CHECKING:
    from tests.agentmem.conftest import Open

NOW = datetime(2026, 1, 1, tzinfo=UTC)


class Shelf(Notebook):
    """A notebook that shows its notes by the letter they begin with."""

    def show(self, graph: MemoryGraph, now: datetime) -> Sequence[Group]:
        notes = graph.scan(Where(label="Note"))
        letters = sorted({note.text[0] for note in notes})
        return [
            Group(
                title=letter,
                items=tuple(Item(id=one.id, text=one.text) for one in notes if one.text.startswith(letter)),
                about={"at": now.isoformat()},
            )
            for letter in letters
        ]


class Corrector(Notebook):
    """A notebook that keeps the last note only, and strikes out the one before."""

    def write(self, event: Event, graph: MemoryGraph, language: Language) -> Changes:
        changes = graph.changes()
        note = changes.add("Note", event.text, key=event.text)
        for before in graph.scan(Where(label="Note")):
            if before.text != event.text:
                changes.retire(before.id, successor=note, reason="corrected")
        return changes


def view(memory: AgentMemory, *, as_of: int | None = None) -> MemoryGraph:
    return view_of(memory.graph, "notebook", as_of=as_of)


def test_a_memory_that_shows_is_shown_in_its_own_shape(open_memory: Open) -> None:
    memory = open_memory(memory=Shelf())
    for text in ("bread", "apple", "beer"):
        memory.add(text)

    groups = shape_of(view(memory), Shelf(), NOW)

    assert [(group.title, [item.text for item in group.items]) for group in groups] == [
        ("a", ["apple"]),
        ("b", ["bread", "beer"]),
    ]
    assert groups[0].about == {"at": NOW.isoformat()}


@pytest.mark.parametrize("memory", [Notebook(), None], ids=["it cannot show", "nobody offers it"])
def test_any_other_memory_is_shown_by_label_with_its_links(open_memory: Open, memory: Notebook | None) -> None:
    opened = open_memory()
    opened.add("bread", id="e1")
    opened.add("beer", id="e2")

    (notes,) = shape_of(view(opened), memory, NOW)

    assert (notes.title, notes.about) == ("Note", {"nodes": 2})
    assert [item.text for item in notes.items] == ["bread", "beer"]
    assert notes.items[0].about == {"source": "e1", "OF": ["event/e1"], "NEXT": ["notebook/2.0"]}
    assert notes.items[1].about == {"source": "e2", "OF": ["event/e2"]}


def test_what_is_shown_is_what_was_held_then(open_memory: Open) -> None:
    memory = open_memory(memory=Shelf())
    for text in ("bread", "apple", "beer"):
        memory.add(text)

    (group,) = shape_of(view(memory, as_of=1), Shelf(), NOW)

    assert [item.text for item in group.items] == ["bread"]
    assert by_label(view(memory, as_of=0)) == ()


def test_an_entry_that_has_not_come_yet_is_named(open_memory: Open) -> None:
    memory = open_memory()
    memory.add("bread")

    with pytest.raises(InvalidInput, match="there is no entry 2 in namespace 'default'; choose one from 0 to 1"):
        view(memory, as_of=2)


@pytest.mark.parametrize(
    ("shown", "said"),
    [(ZeroDivisionError("of course"), "cannot show what it holds: ZeroDivisionError"), (["a note"], "showed a str")],
    ids=["raises", "shows something else"],
)
def test_a_memory_that_fails_to_show_is_named(open_memory: Open, shown: object, said: str) -> None:
    class Broken(Notebook):
        def show(self, graph: MemoryGraph, now: datetime) -> Sequence[Group]:
            if isinstance(shown, Exception):
                raise shown
            return shown  # type: ignore[return-value]

    with pytest.raises(PluginError, match=f"memory 'notebook' {said}"):
        shape_of(view(open_memory()), Broken(), NOW)


def test_memories_that_have_been_here_are_listed_also_those_that_keep_nothing(open_memory: Open) -> None:
    open_memory().add("bread")
    quiet = open_memory(memory="window")

    assert memories_in(quiet.graph, offered=["window", "full"]) == ["notebook", "window"]


def test_what_was_retired_can_be_looked_back_at(open_memory: Open) -> None:
    memory = open_memory(memory=Corrector())
    for text in ("the earth is flat", "the earth is round", "the earth is flat"):
        memory.add(text)

    def retired(as_of: int | None) -> list[str]:
        return [node.text for node in view(memory, as_of=as_of).retired(Where(label="Note"))]

    assert [retired(as_of) for as_of in (0, 1, 2, 3, None)] == [
        [],
        [],
        ["the earth is flat"],
        ["the earth is round"],
        ["the earth is round"],
    ]
