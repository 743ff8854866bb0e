"""Language without a model: every task is answered by rules."""

from __future__ import annotations

from collections.abc import Hashable, Mapping, Sequence
from contextlib import suppress
from threading import Lock
from time import perf_counter
from typing import Any

from agentmem.errors import BadAnswer
from agentmem.language.contract import Embedder, Out, Receipt, Rule, Task
from agentmem.language.embedded import EmbeddedTexts
from agentmem.vectors import Vectors

ANSWERS_KEPT = 4096
LONGEST_KEPT = 20_000
"""Characters of one input; what is longer is read again rather than kept."""


class RuleLanguage:
    """Answers each task with the first rule that claims the text, and needs nothing.

    Answers and vectors are kept, so that several memories asking the same pay once. May be
    used from many threads.

    Args:
        embedder: What turns texts into vectors.
        rules: Per task, the rules plugins offer, in the order they are asked; the
            task's own rules come last.
    """

    name = "rules"
    leaves = False

    def __init__(self, embedder: Embedder, rules: Mapping[str, Sequence[Rule]] | None = None) -> None:
        self.embedder = embedder
        self._rules = {task: tuple(offered) for task, offered in (rules or {}).items()}
        self._texts = EmbeddedTexts(embedder)
        self._answers: dict[Hashable, Any] = {}
        self._lock = Lock()
        self._asked = self._cached = 0
        self._seconds = 0.0

    def ask(self, task: Task[Out], /, **inputs: Any) -> Out:
        """Return the first rule's answer that is not None.

        Raises:
            BadAnswer: a rule failed, or its answer has another shape than the task's.
        """
        started = perf_counter()
        answer, known = self._answer(task, inputs)
        with self._lock:
            self._asked += 1
            self._cached += known
            self._seconds += perf_counter() - started
        return answer

    def prefetch(self, task: Task[Out], many: Sequence[Mapping[str, Any]], /) -> None:
        """Answer ahead; no more than are kept, and whatever fails is left to `ask`."""
        started = perf_counter()
        for inputs in many[:ANSWERS_KEPT]:
            with suppress(BadAnswer):  # raised again, to whoever asks
                self._answer(task, inputs)
        with self._lock:
            self._seconds += perf_counter() - started

    def embed(self, texts: Sequence[str]) -> Vectors:
        """Return unit vectors, shape (n, dim); texts known already are not embedded again."""
        return self._texts.embed(texts)

    def receipt(self) -> Receipt:
        """Return the running total; calls and tokens stay 0."""
        with self._lock:
            own = Receipt(asked=self._asked, cached=self._cached, milliseconds=self._seconds * 1000)
        return own + self._texts.receipt()

    def _answer(self, task: Task[Out], inputs: Mapping[str, Any]) -> tuple[Out, bool]:
        key = (task.name, *inputs.items())
        try:
            known = self._answers.get(key)
        except TypeError:  # inputs that cannot be told apart by hash are worked out each time
            return self._by_rules(task, inputs), False
        if known is not None:
            return known, True
        answer = self._by_rules(task, inputs)
        if all(not isinstance(value, str) or len(value) <= LONGEST_KEPT for value in inputs.values()):
            self._keep(key, answer)
        return answer, False

    def _keep(self, key: Hashable, answer: Any) -> None:
        with self._lock:
            if len(self._answers) >= ANSWERS_KEPT:
                del self._answers[next(iter(self._answers))]
            self._answers[key] = answer

    def _by_rules(self, task: Task[Out], inputs: Mapping[str, Any]) -> Out:
        for rule in (*self._rules.get(task.name, ()), task.rules):
            try:
                answer = rule(**inputs)
            except Exception as error:
                raise BadAnswer(f"{_named(rule)} failed at task {task.name!r}: {error!r}; mend the rule") from error
            if isinstance(answer, task.output):
                return answer
            if answer is not None:
                raise BadAnswer(f"{_named(rule)} answered task {task.name!r} with {_shape(answer, task)}")
        raise BadAnswer(f"no rule answers task {task.name!r}; its own `rules` must never return None")


def _named(rule: Rule) -> str:
    return f"the rule {getattr(rule, '__module__', '?')}.{getattr(rule, '__qualname__', repr(rule))}"


def _shape(answer: object, task: Task[Any]) -> str:
    return f"a {type(answer).__name__}; return {task.output.__name__} or None"
