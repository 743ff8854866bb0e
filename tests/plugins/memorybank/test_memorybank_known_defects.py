"""The published programs' defects, by the numbers of `memories.md` D.7: ours has none of them.

D9 (what part of the history is shown) and D10 (what a retry repeats) are of programs
around the memory: here the agent's loop and the language port do that.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime
from functools import partial
from typing import Any

import pytest

from agentmem.agent_memory import AgentMemory
from agentmem.events import Event, Query
from agentmem.graph.contract import Node, Where
from agentmem.graph.digest import digest
from agentmem.host import Host
from agentmem.language.contract import Language
from agentmem.language.recording.replay import RecordedLanguage
from agentmem.memory import Consolidates, Forgets, Reinforces, Shows
from agentmem.testing.embedding import HashEmbedder
from agentmem_memorybank.forgetting import retention

Open = Callable[..., AgentMemory]
Tell = Callable[..., list[Event]]
After = Callable[..., datetime]


def held(memory: AgentMemory, label: str) -> list[Node]:
    return memory.graph.scan(Where(memory="memorybank", label=label))


@pytest.mark.parametrize(("tau", "kept"), [(1, [0.368, 0.607, 0.717, 0.779]), (5, [0.819, 0.905, 0.936, 0.951])])
def test_d1_what_is_stronger_is_forgotten_slower(tau: float, kept: list[float]) -> None:
    left = [retention(1, strength, tau=tau) for strength in (1, 2, 3, 4)]

    assert left == sorted(left)
    assert left == pytest.approx(kept, abs=5e-4)


def test_d2_opening_a_bank_again_forgets_nothing_more(open_bank: Open, tell: Tell, after: After) -> None:
    memory = open_bank()
    tell(memory, *(f"Ann: the number is {n}" for n in range(20)))
    memory.forget(now=after(1))
    once = digest(memory.graph, "memorybank")

    again = open_bank()
    again.forget(now=after(1))

    assert digest(again.graph, "memorybank") == once
    assert 0 < len(held(again, "Turn")) < 20


def test_d3_forgetting_for_one_forgets_for_nobody_else_and_destroys_nothing(
    open_bank: Open, tell: Tell, after: After
) -> None:
    ann, bob = open_bank(namespace="ann"), open_bank(namespace="bob")
    for memory in (ann, bob):
        tell(memory, "Ann: the key is under the mat")
    others = digest(bob.graph, "memorybank")

    ann.forget(now=after(100))

    assert digest(bob.graph, "memorybank") == others
    assert (held(ann, "Turn"), len(ann.search("key", as_of=1))) == ([], 1)


def test_d4_forgetting_comes_with_the_memory() -> None:
    memory = Host().memory("memorybank", {})

    assert all(isinstance(memory, power) for power in (Forgets, Reinforces, Consolidates, Shows))


def test_d5_no_name_is_used_twice_and_any_speaker_has_one(open_bank: Open, tell: Tell, after: After) -> None:
    memory = open_bank(forgetting="threshold")
    tell(memory, "ann_lee/2: I love boats")
    before = held(memory, "Turn")[0].id
    memory.forget(now=after(9))

    tell(memory, "ann_lee/2: I love ships", "Ann 2026-01-05_0: I love rain", day=9)
    memory.consolidate(now=after(9))

    assert before not in {node.id for node in held(memory, "Turn")}
    assert {str(node.props["who"]) for node in held(memory, "Portrait")} == {"ann_lee/2", "Ann 2026-01-05_0"}


def test_d6_a_recalled_summary_gains_strength_and_one_that_is_not_fades(
    open_bank: Open, tell: Tell, after: After
) -> None:
    memory = open_bank(forgetting="threshold")
    tell(memory, "Ann: I bought a boat in Oslo.")
    tell(memory, "Ann: I sold my house in Narvik.", day=1)
    memory.consolidate(now=after(1))
    used = [one for one in memory.search("boat Oslo", limit=4) if one.kind == "summary"][:1]
    memory.reinforce(used, now=after(2))

    memory.forget(now=after(5))

    assert [(node.props["day"], node.props["strength"]) for node in held(memory, "DaySummary")] == [("2026-01-05", 2)]


def test_d6_what_was_recalled_of_a_day_forgotten_since_can_be_reinforced(
    open_bank: Open, tell: Tell, after: After
) -> None:
    memory = open_bank(forgetting="threshold")
    tell(memory, "Ann: I bought a boat in Oslo.")
    memory.consolidate(now=after(1))
    found = memory.search("boat", limit=10)
    memory.forget(now=after(9))

    memory.reinforce(found, now=after(9))

    assert [node.props["strength"] for label in ("Turn", "DaySummary") for node in held(memory, label)] == [2, 2]
    assert memory.status().set_aside == {}


def test_d7_searching_leaves_a_memory_as_long_as_it_was(open_bank: Open, tell: Tell) -> None:
    memory = open_bank(chunk_size=1000)
    tell(memory, "Ann: rain", "Ann: zorro", "Ann: snow")
    query = Query(text="zorro", limit=3, now=datetime.fromisoformat("2026-02-01T00:00Z"))

    assert [one.text for one in memory.search(query)] == [one.text for one in memory.search(query)]
    assert max(len(node.text) for node in held(memory, "Turn")) < 50


def test_d7_every_hit_has_a_score_of_its_own(open_bank: Open, tell: Tell) -> None:
    memory = open_bank(chunk_size=0)
    tell(memory, "Ann: a red boat", "Ann: a red house", "Ann: it snows")

    scores = [one.score for one in memory.search("a red boat", limit=3)]

    assert len(set(scores)) == 3
    assert scores == sorted(scores, reverse=True)


def test_d7_a_chunk_at_the_edge_of_the_memory_ends_there(open_bank: Open, tell: Tell) -> None:
    memory = open_bank(chunk_size=100_000)
    tell(memory, "Ann: zorro")

    assert len(memory.search("zorro", limit=50)) == 1


def test_d8_a_summary_is_plain_text(open_bank: Open, tell: Tell, after: After) -> None:
    memory = open_bank()
    tell(memory, "Ann: I bought a boat in Oslo.")
    memory.consolidate(now=after(1))

    texts = [one.text for one in memory.search("boat", limit=10) if one.kind == "summary"]

    assert texts == ["On 5 January, 2026. Ann: I bought a boat in Oslo.",
                     "On 5 January, 2026:\nAnn: I bought a boat in Oslo."]  # fmt: skip


def test_d11_what_was_said_today_is_found_at_once(open_bank: Open, tell: Tell, rules: Language) -> None:
    memory = open_bank()
    tell(memory, *(f"Ann: the number is {n}" for n in range(30)), "Ann: the key is under the mat")
    before = rules.receipt().embedded

    assert memory.search("key under the mat", limit=1)[0].sources == ("e31",)
    assert rules.receipt().embedded == before + 1  # the question; no turn again


def test_d12_a_turn_or_a_recall_writes_as_little_however_much_is_held(
    open_bank: Open, tell: Tell, after: After
) -> None:
    memory = open_bank(chunk_size=0)

    def written(work: Callable[[], object]) -> int:
        before = memory.graph.stats()
        work()
        stats = memory.graph.stats()
        return stats["nodes"] + stats["retired"] - before["nodes"] - before["retired"]

    tell(memory, "Ann: the number is 0")
    turns = {written(partial(tell, memory, f"Ann: the number is {n}")) for n in range(1, 40)}
    recall = written(lambda: memory.reinforce(memory.search("number 7", limit=1), now=after(1)))

    assert turns == {2}  # the event and its turn
    assert recall == 2  # the operation, and what the turn was before


def test_d13_no_task_is_shown_more_than_the_budget_and_a_long_day_is_told_to_its_end(
    open_bank: Open, tell: Tell, after: After
) -> None:
    sizes: dict[str, int] = {}
    shown: list[str] = []

    def model(task: str, inputs: Mapping[str, Any]) -> Mapping[str, Any]:
        text = str(inputs.get("turns", inputs.get("days")))
        sizes[task] = max(sizes.get(task, 0), len(text))
        if task == "memorybank.day_summary":
            shown.append(text)
        return {"summary": "x" * 4000} if task.endswith("summary") else {"mood": "glad"}

    memory = open_bank(language=RecordedLanguage(model, embedder=HashEmbedder()), budget=2000, days=5)
    for day in range(8):
        tell(memory, *(f"Ann: line {n} of a long day {'and so on ' * 50}" for n in range(20)), day=day)
        memory.consolidate(now=after(day + 0.5))

    assert max(sizes.values()) <= 2000 * 1.1  # the names of the lines come on top
    assert "line 0 of" in shown[0]
    assert int(shown[0].rpartition("line ")[2].split()[0]) >= 10


@pytest.mark.parametrize("answer", [{"summary": ""}, {"summary": None}, {}, {"text": "Something."}])
def test_d13_an_answer_that_cannot_be_used_stores_nothing_and_can_be_tried_again(
    open_bank: Open, tell: Tell, after: After, answer: Mapping[str, Any]
) -> None:
    answers = [answer]

    def model(task: str, inputs: Mapping[str, Any]) -> Mapping[str, Any]:
        return answers[0] if task.endswith("summary") else {"mood": "glad"}

    memory = open_bank(language=RecordedLanguage(model, embedder=HashEmbedder()))
    tell(memory, "Ann: I bought a boat")
    memory.consolidate(now=after(1))
    assert (held(memory, "DaySummary"), len(memory.status().set_aside)) == ([], 1)

    answers[0] = {"summary": "Something."}
    memory.retry(now=after(1))

    assert (len(held(memory, "DaySummary")), memory.status().set_aside) == (1, {})


def test_d14_strength_grows_with_use_and_the_limit_holds(open_bank: Open, tell: Tell, after: After) -> None:
    memory = open_bank()
    tell(memory, *(f"Ann: the number is {n}" for n in range(20)))

    for day in (1, 2):
        found = memory.search("number 7", limit=3)
        memory.reinforce(found, now=after(day))

    assert len(found) == 3
    assert sorted(str(node.props["strength"]) for node in held(memory, "Turn"))[-3:] == ["3", "3", "3"]


@pytest.mark.parametrize("name", ["e1", "event/e1"])
def test_d14_an_event_stands_for_its_turn_and_counts_once(open_bank: Open, tell: Tell, after: After, name: str) -> None:
    memory = open_bank()
    tell(memory, "Ann: the key is under the mat")
    (found,) = memory.search("key")

    memory.reinforce([found, found.model_copy(update={"id": name})], now=after(1))

    assert [node.props["strength"] for node in held(memory, "Turn")] == [2]


def test_d14_what_is_not_of_this_memory_is_no_matter(open_bank: Open, tell: Tell, after: After) -> None:
    memory = open_bank()
    tell(memory, "Ann: I love my key")
    memory.consolidate(now=after(1))
    found = memory.search("key", limit=10)
    strangers = [found[0].model_copy(update={"id": one}) for one in ("arigraph/3.1", "event/unknown", "memorybank/9.9")]

    memory.reinforce([*strangers, *(one for one in found if one.pinned)], now=after(1))

    assert memory.status().set_aside == {}
    assert [node.props["strength"] for node in held(memory, "Turn")] == [1]


def test_d14_a_bank_derived_again_writes_on_where_it_was(open_bank: Open, tell: Tell, after: After) -> None:
    memory = open_bank()
    tell(memory, "Ann: I bought a boat in Oslo.")
    memory.consolidate(now=after(1))
    memory.reinforce(memory.search("boat"), now=after(1))
    memory.forget(now=after(2))
    before = digest(memory.graph, "memorybank")

    memory.rebuild()

    assert digest(memory.graph, "memorybank") == before
    tell(memory, "Ann: I sold my boat in Bergen.", day=2)
    memory.consolidate(now=after(3))
    assert "Bergen" in held(memory, "Summary")[0].text


def test_d13_a_blank_summary_is_a_bad_answer_and_the_old_one_stays(open_bank: Open, tell: Tell, after: After) -> None:
    answers = iter(["Ann likes boats.", "Ann likes boats.", " ", " "])
    language = RecordedLanguage(
        lambda task, inputs: {"summary": next(answers)} if task.endswith("summary") else {}, embedder=HashEmbedder()
    )
    memory = open_bank(language=language)
    tell(memory, "Ann: I love boats")
    memory.consolidate(now=after(1))
    tell(memory, "Ann: I love rain")

    memory.consolidate(now=after(1))

    assert len(memory.status().set_aside) == 1
    assert [one.text for one in memory.search("boats", limit=5) if one.pinned] == ["Ann likes boats."]


def test_d13_of_many_days_each_is_still_shown_in_a_small_budget(open_bank: Open, tell: Tell, after: After) -> None:
    memory = open_bank(budget=2000, days=1000, global_sentences=100)
    for day in range(60):
        tell(memory, f"Ann: I sailed my old boat number {day}.", day=day)

    memory.consolidate(now=after(60))

    (whole,) = memory.graph.scan(Where(memory="memorybank", label="Summary"))
    assert all(line.endswith(".") for line in whole.text.splitlines())
