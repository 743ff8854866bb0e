"""Language with a model: whoever answers, answers are made ahead, kept, counted and paid for here."""

from __future__ import annotations

import logging
from collections.abc import Callable, Mapping, Sequence
from contextvars import copy_context
from datetime import UTC, datetime
from functools import partial
from threading import Event, Lock, Semaphore, Thread
from time import perf_counter
from typing import Any

from agentmem.errors import BadAnswer, BudgetExceeded, LanguageError, LanguageUnavailable, LeftToRules
from agentmem.language.answers import Answered, Answers, question
from agentmem.language.contract import Checks, Clears, Embedder, Language, OnFailure, Out, Receipt, Task, TellsTime
from agentmem.language.embedding.kept import EmbeddedTexts
from agentmem.language.kept import ANSWERS_KEPT, KeptAnswers
from agentmem.language.paying.charging import Heard, charge_now
from agentmem.language.paying.metering import metered
from agentmem.language.prompting import check_inputs
from agentmem.vectors import Vectors

log = logging.getLogger(__name__)


class ModelLanguage:
    """Answers each task as a model does, and makes answers ahead, several at a time.

    Answers and vectors are kept, so that several memories asking the same pay once, also
    when they ask at the same time. May be used from many threads.

    Args:
        answers: Who answers: a chat model, or a recording of one.
        embedder: What turns texts into vectors.
        rules: Who answers where a budget leaves that to the rules, or `on_failure` says so.
        on_failure: "defer": an outage makes the event wait, a bad answer sets it aside.
            "rules": the rules answer instead; what they say is marked as theirs, and counted.
        concurrency: The most calls made ahead at a time; 0 makes none.
        leaves: Whether it is a model that answers, or was when it was recorded.
    """

    def __init__(
        self,
        answers: Answers,
        *,
        embedder: Embedder,
        rules: Language | None = None,
        on_failure: OnFailure = "defer",
        concurrency: int = 8,
        leaves: bool = True,
    ) -> None:
        self.name, self.leaves = answers.name, leaves
        self.embedder = embedder
        self.on_failure: OnFailure = on_failure
        self._answers, self._rules = answers, rules
        self._texts = EmbeddedTexts(embedder)
        self._kept = KeptAnswers()
        self._concurrency = concurrency
        self._free = Semaphore(concurrency)
        self._lock = Lock()
        self._spent = Receipt()
        self._is_out = False

    def ask(self, task: Task[Out], /, **inputs: Any) -> Out:
        """Return the model's answer, or that of the rules where they stand in.

        Raises:
            LanguageUnavailable, BadAnswer, UnrecordedCall, PluginError: as `Language.ask`.
        """
        started, prompt = perf_counter(), task.prompt_hash
        try:
            said: Answered[Out] = self._kept.get(_known_by(task, inputs), partial(self._call, task, inputs))
        except LanguageError as error:
            if not self._rules_may_answer(error):
                raise
            said, prompt = self._by_rules(task, inputs, error), ""
        finally:
            self._count(Receipt(asked=1, milliseconds=(perf_counter() - started) * 1000))
        charge = charge_now()
        if charge is not None and said.by:
            charge.heard.append(Heard(task.name, prompt, said.by))
        return said.answer

    def prefetch(self, task: Task[Out], many: Sequence[Mapping[str, Any]], /) -> None:
        """Answer ahead, `concurrency` at a time; no more than are kept.

        A bad answer is kept for whoever asks. After an outage, or when the budget is used up,
        no more calls are made: the questions left are put again when they are asked.
        """
        if not self._concurrency:
            return
        started = perf_counter()
        asked = {_known_by(task, inputs): inputs for inputs in many[:ANSWERS_KEPT]}
        fresh = [(name, inputs) for name, inputs in asked.items() if name not in self._kept]
        stop = Event()
        if fresh and (self._is_out or len(fresh) == 1):  # one call finds out whether it is back
            self._make(task, *fresh.pop(0), stop)
        if fresh and not stop.is_set():
            self._make_at_once(task, fresh, stop)
        self._count(Receipt(milliseconds=(perf_counter() - started) * 1000))

    def embed(self, texts: Sequence[str]) -> Vectors:
        """Return unit vectors, shape (n, dim); texts known already are not embedded again."""
        return self._texts.embed(texts)

    def clear(self) -> None:
        """Let go of all answers and vectors that are kept, those of the rules included."""
        self._texts.clear()
        self._kept.clear()
        if isinstance(self._rules, Clears):
            self._rules.clear()

    def receipt(self) -> Receipt:
        """Return the running total; `cached` counts answers kept, made ahead or recorded, and vectors known already."""
        with self._lock:
            own = self._spent + Receipt(cached=self._kept.reused)
        return own + self._texts.receipt()

    def through(self, around: Callable[[Answers], Answers], *, embedder: Embedder | None = None) -> ModelLanguage:
        """Return the same language anew, asking what `around` makes of its answers; it keeps nothing from before."""
        return ModelLanguage(
            around(self._answers),
            embedder=embedder or self.embedder,
            rules=self._rules,
            on_failure=self.on_failure,
            concurrency=self._concurrency,
            leaves=self.leaves,
        )

    def now(self) -> datetime:
        """Return the time; what it was, or written down, where the answers are recorded."""
        return self._answers.now() if isinstance(self._answers, TellsTime) else datetime.now(UTC)

    def check(self) -> None:
        """Find out whether the model can be asked at all, where that can be done for nothing.

        Raises:
            LanguageUnavailable, LanguageMisconfigured: with the cure.
        """
        if isinstance(self._answers, Checks):
            self._answers.check()

    def close(self) -> None:
        """Let the client go; may be called twice. Nobody waits for calls whose asker was interrupted."""
        self._answers.close()

    def _make_at_once(self, task: Task[Any], fresh: Sequence[tuple[str, Mapping[str, Any]]], stop: Event) -> None:
        left, broken = iter(fresh), list[BaseException]()

        def make_some() -> None:
            for name, inputs in left:
                try:
                    with self._free:  # of several that ask ahead at a time, all together make so many calls
                        self._make(task, name, inputs, stop)
                except BaseException as error:  # noqa: BLE001 - raised where it was asked for
                    broken.append(error)
                    stop.set()

        # of no use to anybody once the asker is gone: whoever interrupts, or ends the process, waits for no call
        threads = [
            Thread(target=copy_context().run, args=(make_some,), name="agentmem-language", daemon=True)
            for _ in range(min(self._concurrency, len(fresh)))
        ]
        try:
            for one in threads:
                one.start()
            for one in threads:
                one.join()
        finally:
            stop.set()  # where the caller was interrupted
        if broken:
            raise broken[0]

    def _make(self, task: Task[Any], name: str, inputs: Mapping[str, Any], stop: Event) -> None:
        """Make one answer ahead, unless that is no use any more."""
        if stop.is_set():
            return
        try:
            self._kept.make(name, partial(self._call, task, inputs, ahead=True))
        except LanguageUnavailable:
            stop.set()
        except LanguageError:
            pass  # raised again, to whoever asks

    def _call(self, task: Task[Out], inputs: Mapping[str, Any], *, ahead: bool = False) -> Answered[Out]:
        """Have it answered, and count the calls, also of what failed."""
        check_inputs(task, inputs)
        with metered(ahead=ahead) as meter:
            try:
                said = self._answers.answer(task, inputs)
            except LanguageError as error:
                self._is_out = isinstance(error, LanguageUnavailable) and not isinstance(error, BudgetExceeded)
                self._count(Receipt(calls=meter.calls, tokens=meter.tokens))
                raise
        self._is_out = False
        self._count(Receipt(calls=said.calls, tokens=said.read + said.written, cached=int(not said.calls)))
        return said

    def _rules_may_answer(self, error: LanguageError) -> bool:
        if self._rules is None or isinstance(error, BudgetExceeded):
            return self._rules is not None and isinstance(error, LeftToRules)
        return self.on_failure == "rules" and isinstance(error, LanguageUnavailable | BadAnswer)

    def _by_rules(self, task: Task[Out], inputs: Mapping[str, Any], error: LanguageError) -> Answered[Out]:
        assert self._rules is not None
        answer = self._rules.ask(task, **inputs)
        with self._lock:
            is_first = not self._spent.by_rules
        if is_first:
            log.warning("rules answer in place of %s: %s", self.name, type(error).__name__)
        self._count(Receipt(by_rules=1))
        return Answered(answer, by=self._rules.name, calls=0)

    def _count(self, more: Receipt) -> None:
        with self._lock:
            self._spent += more


def _known_by(task: Task[Any], inputs: Mapping[str, Any]) -> str:
    """Return what an answer is kept by, as in a recording: with another prompt it is another question."""
    return f"{task.prompt_hash} {question(task.name, inputs)}"
