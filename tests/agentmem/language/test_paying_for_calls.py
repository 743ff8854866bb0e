"""Each call that leaves is asked of the payer first, and settled after, whatever came of it."""

import pytest

from agentmem.errors import BadAnswer, BudgetExceeded, LanguageUnavailable, LeftToRules
from agentmem.language.facts_task import FACTS
from agentmem.language.paying.charging import charged_to
from agentmem.testing.models.faults import cut_short, refuses_form, says, server_error

from .conftest import Ask, Purse, Serve

TEA = {"text": "Mia likes tea.", "action": None}


def test_a_call_is_estimated_before_and_counted_after(serve: Serve, ask: Ask) -> None:
    purse, answers = Purse(), ask(serve(), max_tokens=300)

    with charged_to(purse):
        said = answers.answer(FACTS, TEA)

    (estimate,), (spent,) = purse.reserved, purse.settled
    assert (estimate.task, estimate.prompt, estimate.model) == ("facts", FACTS.prompt_hash, answers.name)
    assert estimate.written == 300
    assert len(FACTS.prompt) / 5 < estimate.read < len(FACTS.prompt) / 2
    assert (spent.calls, spent.failed, spent.read, spent.written) == (1, 0, said.read, said.written)
    assert spent.milliseconds > 0


def test_every_try_repair_and_refused_form_is_paid(serve: Serve, ask: Ask) -> None:
    server = serve()
    for fault in (server_error(), says("no"), cut_short()):
        server.fail(fault)
    purse = Purse()

    with charged_to(purse):
        said = ask(server).answer(FACTS, TEA)

    assert len(purse.settled) == len(server.asked) == said.calls == 4
    assert purse.failed() == [1, 0, 1, 0]


def test_a_form_that_is_refused_was_a_call(serve: Serve, ask: Ask) -> None:
    server, purse = serve(), Purse()
    server.fail(refuses_form())

    with charged_to(purse):
        ask(server).answer(FACTS, TEA)

    assert [(spent.failed, spent.read > 0) for spent in purse.settled] == [(1, False), (0, True)]


def test_a_call_the_budget_does_not_allow_is_not_made(serve: Serve, ask: Ask) -> None:
    server = serve("no answer")
    purse = Purse(1, then=BudgetExceeded("no money left"))

    with charged_to(purse), pytest.raises(BudgetExceeded):
        ask(server).answer(FACTS, TEA)

    assert len(server.asked) == len(purse.settled) == 1


def test_a_call_that_is_left_to_the_rules_is_not_made(serve: Serve, ask: Ask) -> None:
    server = serve()

    with charged_to(Purse(0)), pytest.raises(LeftToRules):
        ask(server).answer(FACTS, TEA)

    assert not server.asked


def test_what_fails_is_settled_too(serve: Serve, ask: Ask) -> None:
    server, purse = serve("no answer"), Purse()
    answers = ask(server)

    with charged_to(purse), pytest.raises(BadAnswer):
        answers.answer(FACTS, TEA)
    with charged_to(purse), server.refusing(), pytest.raises(LanguageUnavailable):
        answers.answer(FACTS, TEA)

    assert len(purse.settled) == len(purse.reserved)


def test_a_provider_that_does_not_count_is_estimated(serve: Serve, ask: Ask) -> None:
    purse = Purse()

    with charged_to(purse):
        ask(serve(usage=False)).answer(FACTS, TEA)

    assert purse.settled[0].read == purse.reserved[0].read
    assert 0 < purse.settled[0].written < 100
