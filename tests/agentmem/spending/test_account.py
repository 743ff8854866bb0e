"""Nobody goes past a budget: whatever a plugin asks, from however many threads, also ahead of time."""

from __future__ import annotations

import subprocess
import sys
import threading
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pydantic import BaseModel

from agentmem.errors import BudgetExceeded, LanguageMisconfigured, LanguageUnavailable
from agentmem.graph.contract import Store
from agentmem.graph.sqlite import SQLiteStore
from agentmem.language.contract import GivesLogProbabilities, Language, Task
from agentmem.language.model import ModelLanguage
from agentmem.language.paying.charging import Estimate, Spent
from agentmem.language.rules import RuleLanguage
from agentmem.spending.account import Account
from agentmem.spending.budget import Budget, Budgets
from agentmem.spending.ledger import Ledger
from agentmem.spending.prices import Prices
from agentmem.testing.embedding import HashEmbedder
from agentmem.testing.languages import PretendAnswers

ON_EVERY_STORE = True
MODEL = "pretend-model"
NOON = datetime(2026, 1, 1, 12, tzinfo=UTC)
PRICES = Prices({MODEL: (1000, 2000)})
"""A call of 100 tokens read and 50 written costs 0.2 at the most; one of 80 and 20, 0.12."""
CALL = Estimate("test.word", "0badcafe", MODEL, 100, 50)


class Word(BaseModel):
    word: str


WORD = Task(name="test.word", output=Word, prompt="{number}", rules=lambda number: Word(word=str(number)))


@pytest.fixture
def store(open_store: Callable[[], Store]) -> Store:
    return open_store()


def rules() -> RuleLanguage:
    return RuleLanguage(HashEmbedder())


def account_of(
    store: Store, *, namespace: str = "ann", clock: Callable[[], datetime] = lambda: NOON, **budgets: Any
) -> Account:
    return Account(store, namespace, Budgets(prices=PRICES, **budgets), clock=clock)


CALLER = """
import sys
from datetime import UTC, datetime
from agentmem.spending.account import Account
from agentmem.spending.budget import Budget, Budgets
from agentmem.errors import BudgetExceeded
from agentmem.host import Host
from agentmem.language.paying.charging import Estimate, Spent

place, who = sys.argv[1:]
store = Host().store(place)
account = Account(store, who, Budgets(day=Budget(calls=20)), clock=lambda: datetime(2026, 1, 1, tzinfo=UTC))
payer, allowed = account.payer("amem"), 0
for number in range(30):
    call = Estimate("test.word", "0badcafe", "pretend-model", 100, 50)
    try:
        payer.reserve(call)
    except BudgetExceeded:
        continue
    allowed += 1
    payer.settle(call, Spent(task="test.word", prompt="0badcafe", model="pretend-model", read=80, written=20))
account.flush()
store.close()
print(allowed)
"""


def spent(**fields: Any) -> Spent:
    return Spent(task=CALL.task, prompt=CALL.prompt, model=MODEL, **({"read": 80, "written": 20} | fields))


def pay(account: Account, **fields: Any) -> None:
    payer = account.payer("amem")
    assert payer.reserve(CALL)
    payer.settle(CALL, spent(**fields))


def calls_of(account: Account, store: Store, namespace: str = "ann") -> int:
    account.flush()
    return sum(count.calls for count in Ledger(store.graph(namespace)).rows().values())


Ask = tuple[str, tuple[int, ...]]
"""How a plugin asks ("ask", "prefetch", "threads"), and which questions."""


def misbehave(language: Language, asks: Sequence[Ask]) -> None:
    """Ask in every way there is, and go on after any error."""

    def ask(*numbers: int) -> None:
        for number in numbers:
            with suppress(LanguageUnavailable):
                language.ask(WORD, number=number)

    for how, numbers in asks:
        if how == "prefetch":
            language.prefetch(WORD, [{"number": number} for number in numbers])
        elif how == "ask":
            ask(*numbers)
        else:
            in_bare_threads(ask, numbers)


def in_bare_threads(ask: Callable[[int], None], numbers: Sequence[int]) -> None:
    """Ask from threads to which no context is handed on."""
    threads = [threading.Thread(target=ask, args=(number,)) for number in numbers]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()


ASKS = st.lists(
    st.tuples(
        st.sampled_from(["ask", "prefetch", "threads"]),
        st.lists(st.integers(0, 30), max_size=8).map(tuple),
    ),
    max_size=5,
)
CAPS = st.fixed_dictionaries(
    {},
    optional={
        "calls": st.integers(0, 12),
        "tokens": st.integers(0, 1500),
        "money": st.decimals(0, 2, places=2),
    },
)


@settings(max_examples=60)
@given(
    operations=st.lists(ASKS, min_size=1, max_size=3),
    operation=CAPS,
    session=CAPS,
    day=CAPS,
    takes=st.tuples(st.integers(0, 100), st.integers(0, 50)),
    on_exceed=st.sampled_from(["defer", "rules", "error"]),
)
def test_no_plugin_goes_past_a_budget(
    operations: list[list[Ask]],
    operation: dict[str, Any],
    session: dict[str, Any],
    day: dict[str, Any],
    takes: tuple[int, int],
    on_exceed: Any,
) -> None:
    answers = PretendAnswers(rules(), takes=takes)
    store = SQLiteStore.in_memory()
    account = account_of(
        store, operation=Budget(**operation), session=Budget(**session), day=Budget(**day), on_exceed=on_exceed
    )
    language = ModelLanguage(answers, embedder=HashEmbedder(), rules=rules(), concurrency=4)
    made = []
    for asks in operations:
        before = len(answers.asked)
        with account.operation(), account.charging("rogue", language) as (charged, _):
            misbehave(charged, asks)
        made.append(len(answers.asked) - before)
    kept = calls_of(account, store)
    language.close()
    store.close()

    assert kept == len(answers.asked) == sum(made)
    for cap, calls in [(operation, max(made)), (session, sum(made)), (day, sum(made))]:
        assert calls <= cap.get("calls", calls)
        assert calls * sum(takes) <= cap.get("tokens", calls * sum(takes))
        money = PRICES.money(MODEL, read=calls * takes[0], written=calls * takes[1])
        assert money is not None
        assert money <= cap.get("money", money)


def test_calls_at_the_same_time_do_not_go_past_a_cap_together(store: Store) -> None:
    account = account_of(store, session=Budget(calls=5, tokens=600))
    together = threading.Barrier(16)
    allowed = []

    def call(number: int) -> None:
        payer = account.payer("amem")
        together.wait()
        try:
            payer.reserve(CALL)
        except BudgetExceeded:
            return
        allowed.append(number)
        payer.settle(CALL, spent(read=100, written=50))

    with ThreadPoolExecutor(16) as pool:
        list(pool.map(call, range(16)))

    assert len(allowed) == 4  # each may take 150 of the 600 tokens


def test_a_call_that_fits_if_the_others_take_less_waits_for_them(store: Store) -> None:
    account = account_of(store, session=Budget(tokens=260))
    first, second = account.payer("amem"), account.payer("amem")
    first.reserve(CALL)

    with ThreadPoolExecutor(1) as pool:
        waiting = pool.submit(second.reserve, CALL)
        assert not waiting.done()
        first.settle(CALL, spent())

        assert waiting.result(timeout=5)


def test_a_thread_does_not_wait_for_itself(store: Store) -> None:
    account = account_of(store, session=Budget(tokens=260))
    payer = account.payer("amem")
    payer.reserve(CALL)

    with pytest.raises(BudgetExceeded):
        payer.reserve(CALL)


def test_each_operation_has_its_own_budget_and_the_session_has_one_for_all(store: Store) -> None:
    account = account_of(store, operation=Budget(calls=2), session=Budget(calls=3))

    with account.operation():
        pay(account)
        with account.operation():  # one verb that calls another is one operation
            pay(account)
        with pytest.raises(BudgetExceeded, match=r"task 'test.word' was not asked: of 2 calls 2 .* in this operation"):
            pay(account)
    with account.operation():
        pay(account)
        with pytest.raises(BudgetExceeded, match=r"in this session; raise the budget"):
            pay(account)


def test_the_day_is_one_budget_for_all_namespaces_of_a_store(store: Store) -> None:
    ann, bob = (account_of(store, namespace=name, day=Budget(calls=2)) for name in ("ann", "bob"))

    pay(ann)
    pay(bob)

    with pytest.raises(BudgetExceeded, match="on this day"):
        pay(ann)


def test_what_was_spent_without_a_budget_counts_for_the_day_of_those_who_have_one(store: Store) -> None:
    free, careful = account_of(store), account_of(store, namespace="bob", day=Budget(money=0.31))
    with free.operation():
        pay(free)  # 0.12

    with pytest.raises(BudgetExceeded):
        pay(careful)  # 0.20 at the most


def test_two_processes_keep_within_the_day_together(place: str) -> None:
    callers = [
        subprocess.Popen([sys.executable, "-c", CALLER, place, who], stdout=subprocess.PIPE) for who in ("ada", "ben")
    ]
    allowed = [int(caller.communicate(timeout=100)[0]) for caller in callers]

    assert [caller.returncode for caller in callers] == [0, 0]
    assert sum(allowed) == 20


def test_at_midnight_the_day_begins_again(store: Store) -> None:
    now = NOON
    account = account_of(store, day=Budget(calls=1), clock=lambda: now)
    pay(account)

    now = NOON + timedelta(hours=12)
    pay(account)

    assert {key.day for key in Ledger(store.graph("ann")).rows()} <= {"2026-01-01", "2026-01-02"}
    assert calls_of(account, store) == 2


def test_a_call_of_one_who_died_stays_counted_for_the_day_at_the_most_it_could_take(store: Store) -> None:
    account_of(store, day=Budget(tokens=300)).payer("amem").reserve(CALL)  # and is never heard of again
    after = account_of(store, day=Budget(tokens=300))

    pay(after)

    with pytest.raises(BudgetExceeded):
        pay(after)


def test_what_a_call_did_not_take_is_given_back_to_the_day(store: Store) -> None:
    account = account_of(store, day=Budget(tokens=400))

    for _ in range(3):
        pay(account)

    with pytest.raises(BudgetExceeded):
        pay(account)  # 300 are spent, and it may take 150
    account.flush()
    assert [count.calls for count in Ledger(store.graph("ann")).on("2026-01-01").values()] == [3]


def test_no_call_begins_once_the_seconds_are_used_up_by_calls_that_are_over_or_under_way(store: Store) -> None:
    moment = 0.0
    account = Account(store, "ann", Budgets(session=Budget(seconds=3)), clock=lambda: NOON, watch=lambda: moment)
    payer = account.payer("amem")
    pay(account, milliseconds=2000)
    payer.reserve(CALL)

    moment = 1.0

    with pytest.raises(BudgetExceeded, match="of 3 seconds 3 are spent or under way"):
        payer.reserve(CALL)


def test_money_cannot_be_capped_for_a_model_without_a_price(store: Store) -> None:
    account = Account(store, "ann", Budgets(session=Budget(money=1), prices=Prices({"other": (1, 1)})))

    with pytest.raises(LanguageMisconfigured, match=f"no price for '{MODEL}'"):
        account.payer("amem").reserve(CALL)


def test_the_rules_answer_where_the_budget_says_so(store: Store) -> None:
    account = account_of(store, session=Budget(calls=1), on_exceed="rules")
    pay(account)

    assert account.payer("amem").reserve(CALL) is False


def test_a_transaction_that_fails_does_not_lose_what_was_spent(store: Store) -> None:
    account = account_of(store)
    pay(account)

    def refused() -> None:
        raise ValueError("the rest was refused")

    with pytest.raises(ValueError, match="the rest"):
        account.transact(refused)

    assert calls_of(account, store) == 1


def test_a_language_keeps_what_it_can_do_beyond_the_contract(store: Store) -> None:
    class Likely(RuleLanguage):
        def surprise(self, texts: Sequence[str]) -> list[float]:
            return [1.0 for _ in texts]

    account = account_of(store)
    with account.charging("emllm", Likely(HashEmbedder())) as (likely, _):
        assert isinstance(likely, GivesLogProbabilities)
        assert likely.surprise(["a"]) == [1.0]
    with account.charging("tim", rules()) as (plain, _):
        assert not isinstance(plain, GivesLogProbabilities)
