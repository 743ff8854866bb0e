"""One budget for several memories: what a measurement, or a whole application, may spend."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress

import pytest

from agentmem.errors import BudgetExceeded
from agentmem.graph.contract import Store
from agentmem.graph.sqlite import SQLiteStore
from agentmem.language.paying.charging import Estimate, Spent
from agentmem.spending.account import Account
from agentmem.spending.budget import Budget
from agentmem.spending.ledger import Ledger
from agentmem.spending.session import Session

MODEL = "pretend-model"
CALL = Estimate("test.word", "0badcafe", MODEL, 100, 50)


@pytest.fixture
def store() -> Iterator[Store]:
    store = SQLiteStore.in_memory()
    yield store
    store.close()


def test_a_session_holds_for_all_memories_it_is_given_to(store: Store) -> None:
    """What a measurement asks for ten conversations is one run, and one budget."""
    session = Session(Budget(calls=3))

    made = 0
    for name in ("ann", "bob"):
        account = Account(store, name, session)
        payer = account.payer("amem")
        with suppress(BudgetExceeded):
            for _ in range(2):
                payer.reserve(CALL)
                payer.settle(CALL, Spent(task=CALL.task, prompt=CALL.prompt, model=MODEL))
                made += 1
        account.flush()

    assert made == 3
    assert [Ledger(store.graph(name)).rows() != {} for name in ("ann", "bob")] == [True, True]


def test_nobody_goes_past_a_shared_session_from_many_threads(store: Store) -> None:
    session = Session(Budget(calls=5))
    accounts = [Account(store, name, session) for name in ("ann", "bob")]

    def ask(number: int) -> int:
        payer = accounts[number % 2].payer("amem")
        try:
            payer.reserve(CALL)
        except BudgetExceeded:
            return 0
        payer.settle(CALL, Spent(task=CALL.task, prompt=CALL.prompt, model=MODEL))
        return 1

    with ThreadPoolExecutor(8) as pool:
        made = sum(pool.map(ask, range(40)))
    for account in accounts:
        account.flush()

    written = [count.calls for name in ("ann", "bob") for count in Ledger(store.graph(name)).rows().values()]
    assert made == sum(written) == 5
