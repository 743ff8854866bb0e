"""What days, people and all days are told as, and when they are told again."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime, timedelta, timezone
from typing import Any

import pytest

from agentmem.agent_memory import AgentMemory
from agentmem.errors import LanguageUnavailable
from agentmem.events import Event, new_event
from agentmem.graph.contract import Node, Where
from agentmem.graph.digest import digest
from agentmem.language.contract import Language
from agentmem.language.recording.replay import RecordedLanguage
from agentmem.testing.embedding import HashEmbedder

Open = Callable[..., AgentMemory]
Tell = Callable[..., list[Event]]
After = Callable[..., datetime]


def held(memory: AgentMemory, label: str) -> list[Node]:
    return memory.graph.scan(Where(memory="memorybank", label=label))


def asked(language: Language, work: Callable[[], object]) -> int:
    before = language.receipt().asked
    work()
    return language.receipt().asked - before


class Model:
    """Answers every task with what it is given here, and keeps what it was asked."""

    def __init__(self, **answers: Mapping[str, Any]) -> None:
        self.answers = answers
        self.questions: list[tuple[str, Mapping[str, Any]]] = []

    def __call__(self, task: str, inputs: Mapping[str, Any]) -> Mapping[str, Any]:
        self.questions.append((task, inputs))
        kind = task.rpartition("_")[2]
        return self.answers.get(kind, {"summary": "Something."} if kind == "summary" else {"mood": "glad"})


def bank_of(open_bank: Open, model: Model, **settings: Any) -> AgentMemory:
    return open_bank(language=RecordedLanguage(model, embedder=HashEmbedder()), **settings)


def test_writing_a_turn_asks_nothing_and_embeds_one_text(open_bank: Open, tell: Tell, rules: Language) -> None:
    memory = open_bank()
    before = rules.receipt()

    tell(memory, "Ann: I love boats")

    spent = rules.receipt().since(before)
    assert (spent.asked, spent.embedded) == (0, 1)


def test_each_day_has_a_summary_and_all_days_have_one(open_bank: Open, tell: Tell, after: After) -> None:
    memory = open_bank()
    tell(memory, "Ann: I bought a boat in Oslo.")
    tell(memory, "Ann: I sold my boat in Bergen.", day=1)

    memory.consolidate(now=after(2))

    assert [node.text for node in held(memory, "DaySummary")] == [
        "On 5 January, 2026:\nAnn: I bought a boat in Oslo.",
        "On 6 January, 2026:\nAnn: I sold my boat in Bergen.",
    ]
    (whole,) = held(memory, "Summary")
    assert whole.text.splitlines() == [
        "On 5 January, 2026. Ann: I bought a boat in Oslo.",
        "On 6 January, 2026. Ann: I sold my boat in Bergen.",
    ]


def test_an_assistant_has_no_portrait_and_its_advice_is_not_the_day(open_bank: Open, tell: Tell, after: After) -> None:
    memory = open_bank()
    tell(memory, "Ann: I love sailing on the fjord.")
    advice = "I love that! Sailing on the fjord is lovely, and I am happy to recommend sailing schools on the fjord."
    memory.add_many([new_event(advice, role="assistant", speaker="Coach", at=after(0.01), id="a")])

    memory.consolidate(now=after(1))

    assert {str(node.props["who"]) for node in held(memory, "Portrait")} == {"Ann"}
    assert "Coach" not in held(memory, "DaySummary")[0].text


def test_each_of_several_speakers_has_a_portrait(open_bank: Open, tell: Tell, after: After) -> None:
    memory = open_bank()
    tell(memory, "Ann: I love boats. I'm so happy today!", "Bob: I hate rain, and I feel sad and tired.")

    memory.consolidate(now=after(1))

    texts = sorted(node.text for node in held(memory, "Portrait"))
    assert texts == [
        "Ann: loves boats. Mood: glad. Share the joy, and ask what is next.",
        "Bob: hates rain. Mood: low. Listen first, comfort, and only then offer help.",
    ]


def test_a_game_is_told_in_a_summary_and_portrays_nobody(open_bank: Open, after: After) -> None:
    memory = open_bank()
    memory.add_many([new_event("You are in the hall. The red key is on the old table.", at=after(0), id="g")])

    memory.consolidate(now=after(1))

    assert held(memory, "DaySummary")[0].text.endswith("The red key is on the old table.")
    assert held(memory, "Portrait") == []


def test_only_days_with_something_new_are_told_again(
    open_bank: Open, tell: Tell, after: After, rules: Language
) -> None:
    memory = open_bank()
    tell(memory, "Ann: I bought a boat in Oslo.")
    tell(memory, "Ann: I sold my boat in Bergen.", day=1)
    first = asked(rules, lambda: memory.consolidate(now=after(2)))
    nothing_new = asked(rules, lambda: memory.consolidate(now=after(2)))
    tell(memory, "Ann: I painted my house in Narvik.", day=1)
    one_day = asked(rules, lambda: memory.consolidate(now=after(2)))

    assert (first, nothing_new, one_day) == (5, 0, 3)  # a summary and a portrait of each day, and one of all
    assert "Narvik" in held(memory, "Summary")[0].text
    assert len(held(memory, "DaySummary")) == 2


def test_a_turn_only_strengthened_is_nothing_new(open_bank: Open, tell: Tell, after: After, rules: Language) -> None:
    memory = open_bank()
    tell(memory, "Ann: I bought a boat in Oslo.")
    memory.consolidate(now=after(1))
    memory.reinforce(memory.search("boat"), now=after(1))

    assert asked(rules, lambda: memory.consolidate(now=after(2))) == 0


def test_what_came_late_to_an_old_day_is_told(open_bank: Open, tell: Tell, after: After) -> None:
    memory = open_bank()
    tell(memory, "Ann: I sold my boat in Bergen.", day=1)
    memory.consolidate(now=after(2))
    tell(memory, "Ann: I bought a boat in Oslo.", day=0)

    memory.consolidate(now=after(2))

    assert [node.props["day"] for node in held(memory, "DaySummary")] == ["2026-01-06", "2026-01-05"]
    assert held(memory, "Summary")[0].text.startswith("On 5 January, 2026. Ann: I bought a boat")


def test_a_day_told_again_keeps_its_strength(open_bank: Open, tell: Tell, after: After) -> None:
    memory = open_bank()
    tell(memory, "Ann: I bought a boat in Oslo.")
    memory.consolidate(now=after(1))
    memory.reinforce([one for one in memory.search("boat") if one.kind == "summary"], now=after(1))
    tell(memory, "Ann: I painted my boat in Narvik.")

    memory.consolidate(now=after(2))

    (summary,) = held(memory, "DaySummary")
    assert (summary.props["strength"], summary.props["recalled"]) == (2, after(1).isoformat())


def test_a_forgotten_day_is_not_told_again_from_nothing(open_bank: Open, tell: Tell, after: After) -> None:
    memory = open_bank(forgetting="threshold")
    tell(memory, "Ann: I bought a boat in Oslo.")
    memory.consolidate(now=after(1))
    memory.forget(now=after(20))
    tell(memory, "Ann: I sold my house in Narvik.", day=20)

    memory.consolidate(now=after(21))

    assert [node.props["day"] for node in held(memory, "DaySummary")] == ["2026-01-25"]


def test_sources_are_what_a_model_names_and_what_it_makes_up_is_counted(
    open_bank: Open, tell: Tell, after: After
) -> None:
    model = Model(summary={"summary": "Ann has a boat.", "based_on": ["t2", "t9", "the second line"]})
    memory = bank_of(open_bank, model)
    tell(memory, "Ann: hello", "Ann: I bought a boat", "Ann: bye")

    memory.consolidate(now=after(1))

    (summary,) = held(memory, "DaySummary")
    assert (summary.props["sources"], summary.props["unknown_aliases"]) == (["e2"], 2)


def test_a_model_that_names_no_sources_is_taken_to_have_used_all(open_bank: Open, tell: Tell, after: After) -> None:
    memory = bank_of(open_bank, Model(), sources=2)
    tell(memory, "Ann: hello", "Ann: I bought a boat", "Ann: bye")

    memory.consolidate(now=after(1))

    assert held(memory, "DaySummary")[0].props["sources"] == ["e2", "e3"]


def test_a_model_sees_short_names_and_never_an_id(open_bank: Open, tell: Tell, after: After) -> None:
    model = Model()
    memory = bank_of(open_bank, model)
    tell(memory, "Ann: I bought a boat", "Bob: I like it")

    memory.consolidate(now=after(1))

    shown = {task: str(inputs.get("turns", inputs.get("days"))) for task, inputs in model.questions}
    assert shown["memorybank.day_summary"].splitlines() == [
        "t1: Ann (12:01 pm on 5 January, 2026): I bought a boat",
        "t2: Bob (12:02 pm on 5 January, 2026): I like it",
    ]
    assert shown["memorybank.global_summary"] == "d1: On 5 January, 2026:\nSomething."
    assert shown["memorybank.global_portrait"] == "d1: Mood: glad."


def test_old_days_go_on_in_what_was_told_before(open_bank: Open, tell: Tell, after: After) -> None:
    model = Model()
    memory = bank_of(open_bank, model, days=2)
    for day in range(4):
        tell(memory, f"Ann: I bought boat {day}", day=day)
        memory.consolidate(now=after(day + 0.5))

    shown = [list(inputs["days"]) for task, inputs in model.questions if task == "memorybank.global_summary"]
    assert shown == [["d1"], ["d0", "d1", "d2"], ["d0", "d1", "d2"], ["d0", "d1", "d2"]]


def test_many_days_told_at_once_are_told_a_few_at_a_time_and_none_is_left_out(
    open_bank: Open, tell: Tell, after: After
) -> None:
    model = Model()
    memory = bank_of(open_bank, model, days=2)
    for day in range(5):
        tell(memory, f"Ann: I bought boat {day}", day=day)

    memory.consolidate(now=after(5))

    shown = [list(inputs["days"]) for task, inputs in model.questions if task == "memorybank.global_summary"]
    assert shown == [["d1", "d2"], ["d0", "d1"], ["d0", "d1", "d2"]]
    (whole,) = held(memory, "Summary")
    assert whole.props["sources"] == ["e1", "e2", "e3", "e4", "e5"]


def test_an_outage_leaves_the_days_to_be_told_later(open_bank: Open, tell: Tell, after: After) -> None:
    out = [True]

    def model(task: str, inputs: Mapping[str, Any]) -> Mapping[str, Any]:
        if out[0]:
            raise LanguageUnavailable("pulled the plug")
        return Model()(task, inputs)

    memory = open_bank(language=RecordedLanguage(model, embedder=HashEmbedder()))
    tell(memory, "Ann: I bought a boat")
    assert memory.consolidate(now=after(1)).deferred == 1
    out[0] = False

    memory.catch_up()

    assert [node.text for node in held(memory, "DaySummary")] == ["On 5 January, 2026:\nSomething."]


@pytest.mark.parametrize("hours", [-11, 11])
def test_a_day_is_the_day_of_the_journal_whatever_the_time_zone(open_bank: Open, after: After, hours: int) -> None:
    memory = open_bank()
    at = after(0).astimezone(timezone(timedelta(hours=hours)))
    memory.add_many([new_event("I bought a boat", at=at, id="e", role="user")])

    assert held(memory, "Turn")[0].props["day"] == "2026-01-05"
    before = digest(memory.graph, "memorybank")
    memory.rebuild()
    assert digest(memory.graph, "memorybank") == before
