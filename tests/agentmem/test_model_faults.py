"""Whatever befalls a model, no memory that asks one loses an event, makes anything up, or fails to recover.

Each memory is put through each trouble over a real socket, with the real `openai` client; what waits
between tries is not waited for. `benchmarks/faults.py` prints the same as a table.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator, Mapping
from contextlib import closing
from pathlib import Path

import pytest
from pydantic import SecretStr

from agentmem.errors import LanguageError
from agentmem.events import Event
from agentmem.graph.changes import Changes
from agentmem.graph.view import MemoryGraph
from agentmem.hookspecs import hookimpl
from agentmem.host import Host
from agentmem.language.chat_answers import ChatAnswers
from agentmem.language.contract import Language
from agentmem.language.facts_task import FACTS
from agentmem.language.openai_chat import OpenAIChat
from agentmem.memory import MemoryFactory
from agentmem.testing import model_faults as faults
from agentmem.testing.endured import Endured
from agentmem.testing.memory_trial import Trials
from agentmem.testing.memory_world import installed
from agentmem.testing.model_troubles import Trouble, all_troubles
from agentmem.testing.notebook import Notebook
from agentmem.testing.store_watch import Watch

KEY = SecretStr("a key")
TROUBLES = all_troubles(scale=0.01, huge=1_100_000)
NAMED_WRONGLY = {"unknown aliases", "negative or huge indices"}
REFUSAL, OUTAGE = Trouble("refusal", faults.refusal()), Trouble("500", faults.server_error())


def open_answers(url: str, limit_s: float) -> ChatAnswers:
    """The real client; what would be slept between tries is not."""
    chat = OpenAIChat("tiny", base_url=url, api_key=KEY, timeout_s=limit_s)
    return ChatAnswers(chat, tries=2, sleep=lambda seconds: None)


@pytest.fixture(scope="module")
def trials() -> Iterator[Trials]:
    with Trials(open_answers, installed()) as trials:
        yield trials


def harm_in(endured: Endured) -> dict[str, int]:
    harm = {name: getattr(endured, name) for name in ("lost", "silent", "locked", "touched")}
    return {name: count for name, count in harm.items() if count}


def test_memories_that_ask_a_model_are_found(trials: Trials) -> None:
    assert {"amem", "arigraph"} <= set(trials.that_ask)
    assert "none" not in trials.that_ask


@pytest.mark.parametrize("trouble", TROUBLES, ids=lambda trouble: trouble.name)
def test_no_memory_is_harmed_and_each_recovers(trials: Trials, trouble: Trouble) -> None:
    for name in trials.that_ask:
        endured = trials.run(name, trouble)

        assert harm_in(endured) == {}, name
        assert endured.looked > 0, f"{name} asked nothing while the trouble lasted"
        assert endured.rebuilt == "bytes", name
        assert (endured.dropped > 0) == (trouble.name in NAMED_WRONGLY), f"{name} counts what it drops"
        if not trouble.lies:
            assert endured.recovered != "differs", (name, endured.difference)
        if endured.waits:
            assert endured.recovered == "bytes", f"{name}: what waited is folded in its order"


@pytest.mark.parametrize("trouble", [OUTAGE, REFUSAL], ids=lambda trouble: trouble.name)
def test_a_trouble_that_is_over_at_once_leaves_the_graph_of_what_was_told_in_that_order(
    trials: Trials, trouble: Trouble
) -> None:
    for name in trials.that_ask:
        endured = trials.run_once(name, trouble)

        assert harm_in(endured) == {}, name
        assert endured.recovered != "differs", (name, endured.difference)


class Hopeful(Notebook):
    """A notebook that reads facts, and has it that there are none where the model fails: a silent default."""

    name = "hopeful"

    def write(self, event: Event, graph: MemoryGraph, language: Language) -> Changes:
        changes = super().write(event, graph, language)
        try:
            facts = language.ask(FACTS, text=event.said, action=event.action).facts
        except LanguageError:
            facts = ()
        for fact in facts:
            changes.add("Fact", fact.text)
        changes.add("Read", f"{len(facts)} facts in {event.id}")
        return changes


class HopefulPlugin:
    @hookimpl
    def agentmem_memories(self) -> Mapping[str, MemoryFactory]:
        return {"hopeful": lambda settings: Hopeful()}


@pytest.mark.parametrize("trouble", [OUTAGE, REFUSAL], ids=lambda trouble: trouble.name)
def test_a_silent_default_would_be_seen(trouble: Trouble) -> None:
    with Trials(open_answers, Host(["defaults", HopefulPlugin()])) as trials:
        endured = trials.run("hopeful", trouble)

    assert endured.silent > 0
    assert endured.recovered == "differs"
    assert endured.rebuilt == "bytes"


def test_a_question_inside_a_transaction_would_be_seen(tmp_path: Path) -> None:
    watch = Watch()
    with closing(sqlite3.connect(tmp_path / "a.db", isolation_level=None)) as connection, watch.over(tmp_path / "a.db"):
        watch()
        connection.execute("begin immediate")
        watch()

    assert (watch.looked, watch.locked) == (2, 1)
