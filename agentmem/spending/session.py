"""What may be spent from the opening of a memory to its closing, or by several memories together."""

from __future__ import annotations

import threading

from agentmem.spending.budget import Budgets, budgets_of
from agentmem.spending.spans import Span


class Session:
    """A budget that is being spent: given as `budget` to several memories, it holds for all of them together.

    ```
    session = Session("calls=100")
    for name in conversations:
        AgentMemory(store, namespace=name, language=model, budget=session)
    ```

    May be used from many threads.

    Args:
        budget: As `AgentMemory` takes it; what is said of operations and days holds for each memory and store.

    Attributes:
        budgets: What may be spent.
        span: What was spent in the session, and what is under way; touched with `settled` held.
        settled: Told each time a call is over.
        settlements: Calls that are over.

    Raises:
        InvalidInput: the budget makes no sense.
    """

    def __init__(self, budget: object = None) -> None:
        self.budgets: Budgets = budgets_of(budget)
        self.span = Span("session", self.budgets.session)
        self.settled = threading.Condition()
        self.settlements = 0

    def one_less(self) -> None:
        """Say that a call is over, and wake who waits for it; called with `settled` held."""
        self.settlements += 1
        self.settled.notify_all()

    def wait(self, seen: int, *, seconds: float) -> bool:
        """Wait until a call of another thread is over; False where there is none, or it takes too long."""
        me = threading.get_ident()
        with self.settled:
            if self.settlements == seen and all(hold.thread == me for hold in self.span.holds):
                return False
            return self.settled.wait_for(lambda: self.settlements != seen, timeout=seconds)


def session_of(given: object) -> Session:
    """Return the session a budget is for: a new one, unless it is one already."""
    return given if isinstance(given, Session) else Session(given)
