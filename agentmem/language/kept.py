"""Answers kept, so that a question is paid for once, however many ask it and whenever."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable
from concurrent.futures import CancelledError, Future
from contextlib import suppress
from threading import Lock
from typing import Any

from agentmem.errors import BadAnswer, BudgetExceeded, LanguageMisconfigured, StoreError
from agentmem.language.answers import Answered

ANSWERS_KEPT = 4096

NOT_OURS = (BudgetExceeded, LanguageMisconfigured, StoreError, CancelledError)
"""What may come of another's budget, prices, store, or of being interrupted: who waited asks with their own."""

Ask = Callable[[], Answered[Any]]


class KeptAnswers:
    """The answers to the latest questions; the oldest is let go first. Thread safe.

    Of several threads that ask the same at once, one makes the call and the others
    wait for it. A bad answer that was made ahead is kept for the one who asks next; asked
    once more, the question is put again. An outage is never kept.
    """

    def __init__(self, *, kept: int = ANSWERS_KEPT) -> None:
        self._size = kept
        self._kept: OrderedDict[str, Answered[Any] | BadAnswer] = OrderedDict()
        self._asking: dict[str, Future[Answered[Any]]] = {}
        self._lock = Lock()
        self._reused = 0

    @property
    def reused(self) -> int:
        """How often `get` did not have to ask."""
        return self._reused

    def __contains__(self, question: str) -> bool:
        """Return whether the question is answered, or being asked."""
        return question in self._kept or question in self._asking

    def get(self, question: str, ask: Ask) -> Answered[Any]:
        """Return the answer that is kept, or is on its way, or else what `ask` gives; raises what it raises."""
        while True:
            with self._lock:
                kept = self._kept.pop(question, None)
                others = self._asking.get(question)
                self._reused += kept is not None or others is not None
                if isinstance(kept, Answered):
                    self._kept[question] = kept  # now the newest
                elif kept is None and others is None:
                    mine = self._asking[question] = Future()
            if isinstance(kept, Answered):
                return kept
            if kept is not None:
                raise kept
            if others is None:
                return self._ask(question, ask, mine)
            with suppress(*NOT_OURS):
                return others.result()

    def make(self, question: str, ask: Ask) -> None:
        """Ask ahead, unless the answer is there or on its way; raises what `ask` raises, but for a bad answer."""
        with self._lock:
            if question in self:
                return
            mine = self._asking[question] = Future()
        try:
            self._ask(question, ask, mine)
        except BadAnswer as error:
            self._keep(question, error)

    def clear(self) -> None:
        """Let all answers go; who waits for one gets it."""
        with self._lock:
            self._kept.clear()

    def _ask(self, question: str, ask: Ask, mine: Future[Answered[Any]]) -> Answered[Any]:
        try:
            answer = ask()
        except BaseException as error:
            del self._asking[question]
            if isinstance(error, Exception):
                mine.set_exception(error)
            else:
                mine.cancel()  # interrupted: that is nobody else's business
            raise
        self._keep(question, answer)
        del self._asking[question]
        mine.set_result(answer)
        return answer

    def _keep(self, question: str, outcome: Answered[Any] | BadAnswer) -> None:
        with self._lock:
            self._kept[question] = outcome
            if len(self._kept) > self._size:
                self._kept.popitem(last=False)
