"""What a user can say of budgets and prices, and what is refused, each in one sentence."""

from __future__ import annotations

from decimal import Decimal
from pathlib import Path

import pytest

from agentmem.errors import InvalidInput
from agentmem.spending.budget import Amount, Budget, Budgets, budgets_from, budgets_of
from agentmem.spending.prices import Prices

PRICED = Prices({"openai:gpt-4o-mini": (0.15, 0.60)})


def test_a_plain_budget_holds_from_opening_to_closing() -> None:
    assert budgets_of(Budget(calls=3)) == Budgets(session=Budget(calls=3))
    assert budgets_of("calls=3") == Budgets(session=Budget(calls=3))
    assert budgets_of(None) == Budgets()


def test_every_span_can_be_said_in_one_string(tmp_path: Path) -> None:
    prices = tmp_path / "prices.toml"
    prices.write_text('"openai:gpt-4o-mini" = [0.15, 0.60]')

    said = budgets_from(f"operation.calls=9, tokens=20_000,day.money=0.50,prices={prices},on_exceed=error")

    assert said == Budgets(
        operation=Budget(calls=9),
        session=Budget(tokens=20_000),
        day=Budget(money=Decimal("0.50")),
        on_exceed="error",
        prices=PRICED,
    )


@pytest.mark.parametrize(
    ("said", "word"),
    [
        ("calls=-1", "-1 calls"),
        ("calls=many", "'many' calls"),
        ("calls=1.5", "whole number"),
        ("seconds=nan", "'nan' seconds"),
        ("tokens=1e30", "1e30 tokens"),
        ("calls", "'calls'"),
        ("", "''"),
        ("call=1", "did you mean 'calls'"),
        ("week.calls=1", "'week.calls'"),
        ("calls=1,calls=2", "twice"),
        ("calls=1,session.calls=2", "twice"),
        ("on_exceed=stop", "defer, rules, error"),
        ("money=1", "no price is known"),
        ("money=1,prices=nowhere.json", "nowhere.json"),
    ],
)
def test_what_makes_no_sense_is_refused_in_one_sentence(said: str, word: str) -> None:
    with pytest.raises(InvalidInput) as refused:
        budgets_from(said)

    assert word in str(refused.value)
    assert "\n" not in str(refused.value)


def test_thirds_of_a_budget_are_all_of_it() -> None:
    budget = Budget(money=0.3)

    assert not budget.lack(Amount(calls=2, money=Decimal("0.2")), Amount(calls=1, money=Decimal("0.1")))
    assert budget.lack(Amount(calls=3, money=Decimal("0.3")), Amount(calls=1, money=Decimal("0.1")))


@pytest.mark.parametrize("cap", ["calls", "tokens", "seconds", "money"])
def test_a_cap_of_zero_allows_not_even_what_costs_nothing(cap: str) -> None:
    budget = Budget(**{cap: 0})

    assert budget.allows_no_call
    assert budget.lack(Amount(), Amount(calls=1))


def test_seconds_allow_calls_until_they_are_used_up() -> None:
    budget = Budget(seconds=2)

    assert not budget.lack(Amount(seconds=1.9), Amount(calls=1))
    assert budget.lack(Amount(seconds=2.0), Amount(calls=1))


def test_a_model_is_priced_by_its_longest_name() -> None:
    prices = Prices({"llama3": (1, 1), "openai:llama3": (2, 2), "openai:llama3@http://gpu/v1": (3, 3)})

    assert prices.money("openai:llama3@http://gpu/v1", read=1_000_000, written=0) == 3
    assert prices.money("openai:llama3@http://cpu/v1", read=1_000_000, written=0) == 2
    assert prices.money("langchain:llama3", read=1_000_000, written=0) == 1
    assert prices.money("openai:other", read=1, written=1) is None


@pytest.mark.parametrize(
    ("file", "text"),
    [
        ("prices.json", '{"gpt": 3}'),
        ("prices.json", '{"gpt": [1]}'),
        ("prices.json", '{"gpt": [-1, 1]}'),
        ("prices.json", '{"gpt": ["much", 1]}'),
        ("prices.json", "[1, 2]"),
        ("prices.json", "gpt = [1, 2]"),
        ("prices.toml", "gpt: 1"),
    ],
)
def test_a_table_of_prices_that_is_none_is_refused(tmp_path: Path, file: str, text: str) -> None:
    (tmp_path / file).write_text(text)

    with pytest.raises(InvalidInput):
        Prices.from_file(tmp_path / file)
