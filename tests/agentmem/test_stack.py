"""Several memories as one: told the same, asked together, each with its own troubles."""

from __future__ import annotations

import logging
from collections.abc import Callable, Sequence
from datetime import UTC, datetime, timedelta

import pytest

from agentmem.agent_memory import AgentMemory
from agentmem.errors import InvalidInput, LanguageUnavailable, PluginError, UnknownName, UnknownSetting
from agentmem.events import Event, Query, Recollection
from agentmem.graph.changes import Changes
from agentmem.graph.digest import digest
from agentmem.graph.view import MemoryGraph
from agentmem.host import Host
from agentmem.language.contract import Language
from agentmem.language.rules import RuleLanguage
from agentmem.stack import Stack, StackSettings, open_stack
from agentmem.testing.embedding import HashEmbedder
from agentmem.testing.languages import PretendModel
from agentmem.testing.notebook import Notebook

START = datetime(2026, 1, 1, tzinfo=UTC)
HOST = Host()
Open = Callable[..., AgentMemory]


def event(number: int, text: str = "") -> Event:
    return Event(id=f"e{number}", text=text or f"note number {number}", at=START + timedelta(minutes=number))


class Diary(Notebook):
    """A second notebook."""

    name = "diary"


class Moody(Notebook):
    """A notebook that fails to write, or to recall, where the text says so; it counts what was used."""

    name = "moody"

    def write(self, event: Event, graph: MemoryGraph, language: Language) -> Changes:
        if event.text == "unwritable":
            raise RuntimeError("cannot take this in")
        return super().write(event, graph, language)

    def recall(self, query: Query, graph: MemoryGraph, language: Language) -> list[Recollection]:
        if query.text == "fail":
            raise RuntimeError("cannot recall")
        if query.text == "outage":
            raise LanguageUnavailable("pulled the plug")
        return super().recall(query, graph, language)

    def reinforce(self, used: Sequence[str], graph: MemoryGraph, now: datetime) -> Changes:
        changes = graph.changes()
        for note in used:
            changes.revise(note, props={"used": True})
        return changes


def test_what_two_memories_recall_is_there_once_and_says_who_supplied_it(open_memory: Open) -> None:
    memory = open_memory(memory=[Notebook(), Diary()])
    memory.add_many([event(1, "the red key is under the mat"), event(2, "it rains")])

    best = memory.search("where is the red key")[0]

    assert best.text == "the red key is under the mat"
    assert {best.memory, *best.also} == {"notebook", "diary"}
    assert set(best.parts) == {"notebook", "diary"}
    assert memory.why(best.id).memory == best.memory
    assert memory.why(best.also["diary"]).memory == "diary"


def test_an_event_and_all_that_the_memories_make_of_it_are_one_transaction(open_memory: Open) -> None:
    stacked = open_memory("stack.db", memory=[Notebook(), Diary()])
    alone = open_memory("alone.db", memory=Diary())
    for memory in (stacked, alone):
        memory.add_many([event(1), event(2)])
        memory.add_many([event(3)])

    assert digest(stacked.graph, "diary") == digest(alone.graph, "diary")
    assert [(one.memory, one.folded) for one in stacked.status().memories] == [("notebook", 3), ("diary", 3)]


def test_a_memory_that_cannot_take_an_event_in_does_not_keep_the_others_from_it(open_memory: Open) -> None:
    memory = open_memory(memory=[Moody(), Diary()])

    added = memory.add_many([event(1), event(2, "unwritable"), event(3)])

    assert added.set_aside == ("e2",)
    moody, diary = memory.status().memories
    assert list(moody.set_aside) == ["e2"]
    assert (diary.folded, diary.set_aside) == (3, {})
    assert memory.search("unwritable", limit=1)[0].memory == "diary"


@pytest.mark.parametrize("question", ["fail", "outage"])
def test_a_memory_that_cannot_recall_is_left_out_and_named_in_the_log(
    open_memory: Open, question: str, caplog: pytest.LogCaptureFixture
) -> None:
    memory = open_memory(memory=[Moody(), Diary()])
    memory.add_many([event(1, question)])

    with caplog.at_level(logging.WARNING):
        found = memory.search(question)

    assert [one.memory for one in found] == ["diary"]
    assert "'moody' is left out" in caplog.text


def test_if_every_memory_fails_the_first_fault_is_told(open_memory: Open) -> None:
    other = Moody()
    other.name = "moodier"
    memory = open_memory(memory=[Moody(), other])
    memory.add_many([event(1)])

    with pytest.raises(PluginError, match="memory 'moody' cannot recall"):
        memory.search("fail")


def test_a_memory_that_joins_later_is_told_what_happened_before(open_memory: Open) -> None:
    open_memory(memory=Notebook()).add_many([event(1), event(2)])

    joined = open_memory(memory=[Notebook(), Diary()])

    assert [one.folded for one in joined.status().memories] == [2, 2]
    assert set(joined.search("note number 1")[0].also) == {"diary"}


def test_while_a_model_is_out_for_one_memory_the_others_go_on(open_memory: Open) -> None:
    def fault(task: str, inputs: object) -> Exception | None:
        return LanguageUnavailable("pulled the plug") if task == "facts" else None

    language = PretendModel(RuleLanguage(HashEmbedder(), {}), fault)
    memory = open_memory(memory=["arigraph", Diary()], language=language)

    added = memory.add_many([event(1, "Ann: I live in Oslo."), event(2)])

    assert added.receipt.deferred == 2
    assert [one.folded for one in memory.status().memories] == [0, 2]
    assert memory.search("Oslo")[0].memory == "diary"


def test_what_one_memory_set_aside_and_the_others_wait_for_is_still_found(open_memory: Open) -> None:
    def fault(task: str, inputs: object) -> Exception | None:
        return LanguageUnavailable("pulled the plug") if task == "facts" else None

    language = PretendModel(RuleLanguage(HashEmbedder(), {}), fault)
    memory = open_memory(memory=["arigraph", Moody()], language=language)

    memory.add_many([event(1), event(2, "unwritable")])

    assert [one.folded for one in memory.status().memories] == [0, 2]
    found = memory.search("unwritable", limit=1)[0]
    assert (found.sources, found.parts["unfolded"]) == (("e2",), 1.0)


def test_two_processes_with_different_stacks_fold_one_journal(open_memory: Open) -> None:
    mine = open_memory(memory=[Notebook(), Diary()])
    yours = open_memory(memory=[Diary(), Moody()])

    for number in range(1, 9):
        (mine if number % 2 else yours).add_many([event(number)])
    mine.catch_up()

    alone = open_memory("alone.db", memory=[Notebook(), Diary(), Moody()])
    alone.add_many([event(number) for number in range(1, 9)])
    for name in ("notebook", "diary", "moody"):
        assert digest(mine.graph, name) == digest(alone.graph, name)


def test_what_was_used_is_told_to_each_memory_that_supplied_it(open_memory: Open) -> None:
    memory = open_memory(memory=[Notebook(), Moody()])
    memory.add_many([event(1)])
    found = memory.search("note number 1")

    memory.reinforce(found, now=START)

    assert memory.why(found[0].also["moody"]).versions[-1].props["used"] is True
    assert "used" not in memory.why(found[0].id).versions[-1].props


def test_undo_and_rebuild_reach_every_memory(open_memory: Open) -> None:
    memory = open_memory(memory=[Notebook(), Diary()])
    memory.add_many([event(1), event(2)])
    memory.undo("e2", now=START)
    before = [digest(memory.graph, name) for name in ("notebook", "diary")]

    memory.rebuild()

    assert [digest(memory.graph, name) for name in ("notebook", "diary")] == before
    assert [one.sources for one in memory.search("note number 2")] == [("e1",)]


def test_memories_are_named_joined_by_plus_and_settings_by_memory() -> None:
    settings = {"window.size": "2", "stack.fusion": "weighted", "stack.weights": "2,1"}

    stack = open_stack("window+full", settings, HOST)

    assert stack.name == "window+full"
    assert stack.settings == StackSettings(fusion="weighted", weights=(2.0, 1.0))


@pytest.mark.parametrize(
    ("spec", "settings", "error", "says"),
    [
        ("window+windw", {}, UnknownName, "did you mean 'window'"),
        ("window+window", {}, InvalidInput, "two memories of this stack are named 'window'"),
        ("window+", {}, UnknownName, "no memory named ''"),
        ("window+full", {"size": 3}, UnknownSetting, "say window.size, or stack.size for the stack"),
        ("window+full", {"arigraph.width": 3}, UnknownSetting, "the memories are: window, full"),
        ("window+full", {"stack.weights": "1"}, UnknownSetting, "has 1 numbers for the 2 memories window\\+full"),
        ("window+full", {"stack.weights": "1,heavy"}, UnknownSetting, "setting 'weights' is"),
        ("window+full", {"stack.fusion": "sum"}, UnknownSetting, "setting 'fusion' is 'sum'"),
        ("window+full", {"window.size": 0}, UnknownSetting, "setting 'size' is 0"),
        ([Notebook()], {"size": 3}, UnknownSetting, "'notebook' is built already, so 'size' cannot be set"),
        (Stack([Notebook()]), {"size": 3}, UnknownSetting, "the stack notebook is built already"),
    ],
)
def test_a_stack_that_cannot_be_opened_says_why(
    spec: str | list[Notebook] | Stack, settings: dict[str, object], error: type[Exception], says: str
) -> None:
    with pytest.raises(error, match=says):
        open_stack(spec, settings, HOST)


@pytest.mark.parametrize("name", ["event", "operation", "stack", "a/b", "@1", "a+b", "a!aside", ""])
def test_a_memory_whose_name_would_reach_what_is_not_its_own_is_refused(name: str) -> None:
    memory = Notebook()
    memory.name = name

    with pytest.raises(PluginError, match="no memory can be named"):
        Stack([memory])


def test_a_stack_of_one_recalls_what_the_memory_recalls(open_memory: Open) -> None:
    memory = open_memory(memory=Stack([Notebook()]))
    memory.add_many([event(1), event(2)])

    assert [one.parts.keys() for one in memory.search("note number 1")] == [{"vector"}, {"vector"}]
