"""What models cost is kept in the store, with what it led to; and a budget that is used up loses nothing."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta

import pytest

from agentmem.agent_memory import AgentMemory
from agentmem.errors import BadAnswer, BudgetExceeded, InvalidInput, LanguageUnavailable
from agentmem.events import Event, Query, Recollection
from agentmem.graph.changes import Changes
from agentmem.graph.digest import digest
from agentmem.graph.view import MemoryGraph
from agentmem.holdings import memories_in
from agentmem.language.contract import CountedVectors, Language, Task
from agentmem.language.model import ModelLanguage
from agentmem.language.paying.charging import Estimate
from agentmem.language.paying.metering import paid
from agentmem.language.rules import RuleLanguage
from agentmem.spending.budget import Budget, Budgets
from agentmem.spending.costs import costs
from agentmem.spending.ledger import OWNER
from agentmem.testing.embedding import HashEmbedder
from agentmem.testing.languages import PretendAnswers
from agentmem.testing.notebook import Notebook
from agentmem.vectors import Vectors

Open = Callable[..., AgentMemory]
ON_EVERY_STORE = True
START = datetime(2026, 1, 1, tzinfo=UTC)


class Asking(Notebook):
    """A notebook that asks two things of each event, one of them ahead, and one of each query."""

    name = "asking"

    def prepare(self, events: Sequence[Event], language: Language) -> None:
        language.prefetch(NOTE, [{"text": event.text} for event in events])

    def write(self, event: Event, graph: MemoryGraph, language: Language) -> Changes:
        language.ask(NOTE, text=event.text)
        language.ask(LINKS, text=event.text)
        return super().write(event, graph, language)

    def recall(self, query: Query, graph: MemoryGraph, language: Language) -> list[Recollection]:
        language.ask(NOTE, text=query.text)
        return super().recall(query, graph, language)


def _echo(text: str) -> Query:
    return Query(text=text, now=START)


NOTE = Task(name="asking.note", output=Query, prompt="note {text}", rules=_echo)
LINKS = Task(name="asking.links", output=Query, prompt="link {text}", rules=_echo)


def event(number: int, text: str = "") -> Event:
    return Event(id=f"e{number}", text=text or f"note number {number}", at=START + timedelta(minutes=number))


@pytest.fixture
def open_asking(open_memory: Open) -> Open:
    """Open an `Asking` memory with a model, which is returned beside it."""

    def open_(*, answers: PretendAnswers | None = None, **options: object) -> AgentMemory:
        return open_memory(**{"memory": Asking(), "language": a_model(answers)} | options)

    return open_


def rules() -> Language:
    return RuleLanguage(HashEmbedder())


def a_model(answers: PretendAnswers | None = None) -> ModelLanguage:
    return ModelLanguage(answers or PretendAnswers(rules()), embedder=HashEmbedder(), rules=rules())


def test_the_ledger_tells_what_each_task_took(open_asking: Open) -> None:
    memory = open_asking()

    memory.add_many([event(1), event(2)])
    memory.search("note")

    told = {one.task: one for one in costs([memory.graph], by=["memory", "task", "model"])}
    assert set(told) == {"asking.note", "asking.links"}
    assert {one.memory for one in told.values()} == {"asking"}
    assert {one.model for one in told.values()} == {"pretend-model"}
    assert (told["asking.note"].calls, told["asking.links"].calls) == (3, 2)
    assert (told["asking.links"].read, told["asking.links"].written) == (160, 40)


def test_the_ledger_goes_on_when_the_memory_is_opened_again(open_asking: Open) -> None:
    for number in (1, 2):
        memory = open_asking()
        memory.add_many([event(number)])
        memory.close()

    assert [one.calls for one in costs([open_asking().graph], by=[])] == [4]


def test_calls_that_failed_are_in_the_ledger_too(open_asking: Open) -> None:
    answers = PretendAnswers(rules(), lambda task, inputs: LanguageUnavailable("no route"))
    memory = open_asking(answers=answers)

    memory.add_many([event(1)])

    (told,) = costs([memory.graph], by=["task"])
    assert told.calls == told.failed == len(answers.asked)


def test_no_memory_and_nobody_who_looks_at_one_sees_the_ledger(open_asking: Open) -> None:
    memory = open_asking()
    memory.add_many([event(1)])
    rows = [key for key in memory.graph.stats() if key.startswith(OWNER)]

    assert rows
    assert memories_in(memory.graph, offered=[]) == ["asking"]
    assert memory.why("e1").derived.keys() == {"asking/1.0"}
    assert not [node for node in MemoryGraph(memory.graph, "asking", 1).scan() if node.id.startswith(OWNER)]


def test_a_rebuild_and_an_undo_leave_the_ledger(open_asking: Open) -> None:
    memory = open_asking()
    memory.add_many([event(1)])
    before = costs([memory.graph])

    memory.rebuild()
    memory.undo("e1", now=START)

    assert costs([memory.graph]) == before  # the answers are kept, so nothing was paid twice


def test_model_task_and_prompt_are_recorded_as_the_cause(open_asking: Open) -> None:
    memory = open_asking()
    memory.add_many([event(1)])

    (version,) = memory.why("asking/1.0").versions

    assert version.by == (f"pretend-model asking.note@{NOTE.prompt_hash} asking.links@{LINKS.prompt_hash}")


def test_with_the_same_answers_a_budget_that_ran_out_in_between_makes_no_difference(open_asking: Open) -> None:
    steady = open_asking(beside="steady")
    steady.add_many(event(number) for number in range(5))
    memory = open_asking(budget=Budgets(operation=Budget(calls=3)))

    memory.add_many(event(number) for number in range(5))
    for _ in range(10):
        memory.catch_up()

    assert memory.status().folded == 5
    assert digest(memory.graph, "asking") == digest(steady.graph, "asking")


def test_with_a_call_an_operation_what_waits_longest_is_finished_first(open_asking: Open) -> None:
    memory = open_asking(budget="operation.calls=1")
    memory.add_many(event(number) for number in range(5))

    for _ in range(12):
        memory.catch_up()

    assert memory.status().folded == 5  # each takes two calls


def test_many_threads_may_ask_while_one_writes_and_nobody_goes_past_the_budget(open_asking: Open) -> None:
    answers = PretendAnswers(rules())
    memory = open_asking(answers=answers, budget="calls=30,tokens=4000")

    def search(who: int) -> None:
        for number in range(8):
            memory.search(f"what did {who} say at {number}")

    with ThreadPoolExecutor(6) as pool:
        searching = [pool.submit(search, who) for who in range(6)]
        for number in range(10):
            memory.add_many([event(number)])
        for one in searching:
            one.result()

    assert [one.calls for one in costs([memory.graph], by=[])] == [len(answers.asked)] == [30]


def test_where_the_budget_is_used_up_events_are_kept_and_wait(open_asking: Open) -> None:
    memory = open_asking(budget="calls=2")

    added = memory.add_many([event(1), event(2)])

    (standing,) = memory.status().memories
    assert len(added.events) == 2
    assert added.receipt.deferred == 2 - standing.folded > 0
    assert "of 2 calls 2 are spent" in standing.waits


def test_the_verb_raises_at_its_end_if_the_budget_says_so_and_what_was_added_is_kept(open_asking: Open) -> None:
    memory = open_asking(budget="calls=0,on_exceed=error")

    with pytest.raises(BudgetExceeded, match=r"0 calls allow no call .* what was added is kept, and the last 1 "):
        memory.add_many([event(1, "the key is under the mat")])
    with pytest.raises(BudgetExceeded):
        memory.catch_up()
    with pytest.raises(BudgetExceeded):
        memory.search("key")

    assert memory.status().entries == 1


def test_the_rules_answer_what_the_budget_does_not_allow_and_are_named_for_it(open_asking: Open) -> None:
    memory = open_asking(budget="calls=1,on_exceed=rules")

    added = memory.add_many([event(1)])

    assert (added.receipt.deferred, added.receipt.by_rules) == (0, 1)
    (version,) = memory.why("asking/1.0").versions
    assert version.by == f"pretend-model asking.note@{NOTE.prompt_hash}; rules asking.links"


def test_opening_with_a_used_up_budget_or_a_dead_model_does_not_fail(open_asking: Open) -> None:
    dead = PretendAnswers(rules(), lambda task, inputs: LanguageUnavailable("no route"))
    open_asking(budget="calls=0").add_many([event(1)])

    assert open_asking(budget="calls=0,on_exceed=error").status().folded == 0
    assert open_asking(answers=dead).status().folded == 0
    assert open_asking().status().folded == 1


def test_a_rebuild_that_could_ask_nothing_throws_nothing_away(open_asking: Open) -> None:
    open_asking().add_many([event(1)])
    memory = open_asking(budget="calls=0")
    before = digest(memory.graph, "asking")

    with pytest.raises(InvalidInput, match="a budget of 0 allows no call"):
        memory.rebuild()

    assert digest(memory.graph, "asking") == before


@pytest.mark.parametrize("fault", [LanguageUnavailable("no route"), BadAnswer("no JSON")])
def test_a_memory_that_asks_to_recall_and_cannot_hides_nothing(open_asking: Open, fault: Exception) -> None:
    open_asking().add_many([event(1, "the key is under the mat"), event(2, "it rains")])
    memory = open_asking(answers=PretendAnswers(rules(), lambda task, inputs: fault))

    found = memory.search("where is the key")
    then = memory.search("it rains", as_of=1)

    assert found[0].text == "the key is under the mat"
    assert found[0].parts["unasked"] == 1.0
    assert found[0].sources == ("e1",)
    assert {source for one in then for source in one.sources} <= {"e1"}


def test_where_even_the_query_cannot_be_embedded_words_still_find(open_asking: Open) -> None:
    class Dead(HashEmbedder):
        def embed(self, texts: Sequence[str]) -> Vectors:
            raise LanguageUnavailable("no route")

    dead = PretendAnswers(rules(), lambda task, inputs: LanguageUnavailable("no route"))
    open_asking().add_many([event(1, "the key is under the mat"), event(2, "it rains")])
    memory = open_asking(language=ModelLanguage(dead, embedder=Dead()))

    assert [one.sources for one in memory.search("key")] == [("e1",)]


def test_whoever_else_asks_is_paid_from_the_same_budget_under_a_name_of_its_own(open_asking: Open) -> None:
    memory = open_asking(budget="calls=3")

    with memory.charged("policy/ariadne") as language:
        language.ask(NOTE, text="what now")
    memory.add_many([event(1)])

    assert {one.memory: one.calls for one in costs([memory.graph], by=["memory"])} == {"asking": 2, "policy/ariadne": 1}
    with memory.charged("policy/ariadne") as language, pytest.raises(BudgetExceeded):
        language.ask(NOTE, text="and now")


def test_an_embedder_that_is_called_is_paid_too_and_never_inside_a_transaction(open_memory: Open) -> None:
    seen_by_others: list[int] = []

    class Remote(HashEmbedder):
        leaves = True

        def embed_counted(self, texts: Sequence[str]) -> CountedVectors:
            with paid(Estimate("embed", "", self.id, len(texts), 0)) as bill, ThreadPoolExecutor(1) as other:
                seen_by_others.append(other.submit(lambda: memory.status().entries).result())
                bill.read, bill.is_usable = len(texts), True
            return CountedVectors(self.embed(texts), 1, len(texts))

    memory = open_memory(language=RuleLanguage(Remote()), budget="calls=1")

    memory.add_many([event(1)])
    memory.add_many([event(2)])

    (told,) = costs([memory.graph], by=["memory", "task"])
    assert (told.memory, told.task, told.calls, told.read) == ("notebook", "embed", 1, 1)
    assert seen_by_others == [1]  # what is appended is durable before it is embedded
    assert (memory.status().entries, memory.status().folded) == (2, 1)


def test_two_memories_that_share_a_language_pay_each_for_itself(open_asking: Open) -> None:
    shared = a_model()
    ann = open_asking(namespace="ann", language=shared, budget="calls=2")
    bob = open_asking(namespace="bob", language=shared, budget="calls=4")

    ann.add_many([event(1)])
    bob.add_many([event(2)])
    bob.add_many([event(3)])

    assert (ann.status().folded, bob.status().folded) == (1, 2)


def test_with_rules_nothing_is_spent_and_nothing_is_kept(open_memory: Open) -> None:
    memory = open_memory(memory=Asking(), budget="calls=0")

    memory.add_many([event(1)])

    assert memory.status().folded == 1
    assert costs([memory.graph]) == []
