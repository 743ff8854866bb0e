"""Memories that break: whatever a plugin does, the event is kept, the fault is listed, the rest goes on."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import UTC, datetime, timedelta

import pytest

from agentmem.agent_memory import AgentMemory
from agentmem.errors import PluginError
from agentmem.events import Event, Query, Recollection
from agentmem.graph.changes import Changes
from agentmem.graph.view import MemoryGraph
from agentmem.host import Host
from agentmem.language.contract import Language
from agentmem.testing.languages import PretendModel
from agentmem.testing.notebook import Notebook

START = datetime(2026, 1, 1, tzinfo=UTC)
HOST = Host()
Open = Callable[..., AgentMemory]


def event(number: int, text: str = "") -> Event:
    return Event(id=f"e{number}", text=text or f"note number {number}", at=START + timedelta(minutes=number))


class Picky(Notebook):
    """A notebook that cannot take in some texts."""

    name = "picky"

    def write(self, event: Event, graph: MemoryGraph, language: Language) -> Changes:
        changes = super().write(event, graph, language)
        if event.text.startswith("raise"):
            raise RuntimeError("cannot take this in")
        if event.text.startswith("foreign"):
            changes.retire("somebody-else/1.0")
        if event.text.startswith("replaced by somebody"):
            changes.retire(f"{self.name}/1.0", successor="somebody-else/1.0")
        if event.text.startswith("between events"):
            changes.link("event/e1", "NEXT", event.node)
        if event.text.startswith("dangling"):
            changes.link(f"{self.name}/nowhere", "NEXT", event.node)
        return changes


@pytest.mark.parametrize("text", ["raise", "foreign", "dangling", "replaced by somebody", "between events"])
def test_an_event_a_memory_cannot_take_in_is_kept_and_listed_and_the_rest_goes_on(open_memory: Open, text: str) -> None:
    memory = open_memory(memory=Picky())

    added = memory.add_many([event(1), event(2, text), event(3)])

    assert added.set_aside == ("e2",)
    assert len(added.events) == 3
    assert list(memory.status().set_aside) == ["e2"]
    assert memory.status().folded == 3
    found = memory.search("note number", limit=9)
    assert [one.text for one in found if one.kind == "note"] == ["note number 1", "note number 3"]


def test_what_was_set_aside_is_folded_once_the_plugin_is_mended(open_memory: Open) -> None:
    open_memory(memory=Picky()).add_many([event(1), event(2, "raise the sail")])
    mended = Notebook()
    mended.name = Picky.name
    memory = open_memory(memory=mended)

    memory.retry(now=START + timedelta(days=1))

    assert memory.status().set_aside == {}
    assert memory.search("raise the sail", limit=1)[0].text == "raise the sail"


class Broken(Notebook):
    """A notebook that breaks in whatever way it is told to."""

    name = "broken"

    def write(self, event: Event, graph: MemoryGraph, language: Language) -> Changes:
        changes = super().write(event, graph, language)
        match event.text:
            case "no changes":
                return {"note": event.text}  # type: ignore[return-value]
            case "no text":
                changes.add("Note", 5)  # type: ignore[arg-type]
            case "another's name":
                forged = Changes("notebook", changes.position)
                forged.add("Note", "forged", key="forged")
                return forged
        return changes

    def recall(self, query: Query, graph: MemoryGraph, language: Language) -> list[Recollection]:
        if query.text == "break":
            raise KeyError("no such shelf")
        return ["a note"]  # type: ignore[list-item]


@pytest.mark.parametrize("text", ["no changes", "no text", "another's name"])
def test_whatever_a_plugin_proposes_the_event_is_kept_and_the_store_opens_again(open_memory: Open, text: str) -> None:
    open_memory(memory=Broken()).add_many([event(1), event(2, text), event(3)])

    status = open_memory(memory=Broken()).status()

    assert (status.entries, status.folded, list(status.set_aside)) == (3, 3, ["e2"])


@pytest.mark.parametrize("text", ["break", "give no recollections"])
def test_a_memory_that_cannot_recall_is_named(open_memory: Open, text: str) -> None:
    memory = open_memory(memory=Broken())

    with pytest.raises(PluginError, match="memory 'broken'"):
        memory.search(text)


def test_an_event_set_aside_is_still_found(open_memory: Open) -> None:
    memory = open_memory(memory=Picky())
    memory.add_many([event(1), event(2, "raise the sail")])

    found = memory.search("sail", limit=1)[0]

    assert (found.text, found.parts["unfolded"]) == ("raise the sail", 1.0)


def test_nothing_stands_in_for_a_memory_that_is_measured(open_memory: Open) -> None:
    memory = open_memory(memory=Picky(), stands_in=False)
    memory.add_many([event(1), event(2, "raise the sail")])

    found = memory.search("sail", limit=9)

    assert [one.text for one in found] == ["note number 1"]


def test_undo_takes_back_what_a_retry_took_in(open_memory: Open) -> None:
    open_memory(memory=Picky()).add_many([event(1), event(2, "raise the sail")])
    mended = Notebook()
    mended.name = Picky.name
    memory = open_memory(memory=mended)
    memory.retry(now=START + timedelta(days=1))

    memory.undo("e2", now=START + timedelta(days=2))

    assert [one.text for one in memory.search("raise the sail", limit=9)] == ["note number 1"]


def test_a_gap_in_the_journal_stops_nothing(open_memory: Open) -> None:
    memory = open_memory()
    memory.add_many([event(1)])
    later = open_memory(memory=Picky(), language=PretendModel(HOST.language("rules")))
    memory.add_many([event(2), event(3)])
    memory.graph.delete(["event/e2"])

    later.catch_up()

    assert later.status().folded == 3


class Hasty(Notebook):
    """A notebook that fails ahead of time."""

    name = "hasty"

    def prepare(self, events: Sequence[Event], language: Language) -> None:
        raise RuntimeError("cannot look ahead")


def test_a_memory_that_fails_to_prepare_still_writes_and_is_told_of(
    open_memory: Open, caplog: pytest.LogCaptureFixture
) -> None:
    memory = open_memory(memory=Hasty())

    memory.add_many([event(1), event(2)])

    assert "memory 'hasty' could not prepare: RuntimeError" in caplog.text
    assert memory.status().folded == 2
    assert memory.status().set_aside == {}
