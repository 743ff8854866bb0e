"""Language without a model: every task is answered by rules."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Hashable, Mapping, Sequence
from contextlib import suppress
from threading import Lock
from time import perf_counter
from typing import Any

from pydantic import BaseModel

from agentmem.errors import BadAnswer
from agentmem.language.contract import Embedder, Out, Receipt, Rule, Task
from agentmem.language.embedding.kept import EmbeddedTexts
from agentmem.language.kept import ANSWERS_KEPT
from agentmem.language.prompting import check_inputs
from agentmem.vectors import Vectors

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
        self._answers: OrderedDict[Hashable | None, Any] = OrderedDict()
        self._lock = Lock()
        self._asked = self._cached = 0
        self._seconds = 0.0

    def ask(self, task: Task[Out], /, **inputs: Any) -> Out:
        """Return the first rule's answer that is not None.

        Raises:
            BadAnswer: a rule failed, or its answer has another shape than the task's.
            PluginError: a model would not be shown just these inputs, by the task's prompt.
        """
        started = perf_counter()
        key = _key(task, inputs)
        known: Out | None = self._answers.get(key)
        answer = self._by_rules(task, inputs) if known is None else known
        with self._lock:
            self._asked += 1
            if known is None:
                self._keep(key, answer)
            else:
                self._cached += 1
            self._seconds += perf_counter() - started
        return answer

    def prefetch(self, task: Task[Out], many: Sequence[Mapping[str, Any]], /) -> None:
        """Answer ahead; no more than are kept, and whatever fails is left to `ask`."""
        started = perf_counter()
        for inputs in many[:ANSWERS_KEPT]:
            key = _key(task, inputs)
            if key is None or key in self._answers:
                continue
            with suppress(BadAnswer):  # raised again, to whoever asks
                answer = self._by_rules(task, inputs)
                with self._lock:
                    self._keep(key, answer)
        with self._lock:
            self._seconds += perf_counter() - started

    def embed(self, texts: Sequence[str]) -> Vectors:
        """Return unit vectors, shape (n, dim); texts known already are not embedded again."""
        return self._texts.embed(texts)

    def receipt(self) -> Receipt:
        """Return the running total; calls and tokens are those of an embedder that leaves the machine."""
        with self._lock:
            own = Receipt(asked=self._asked, cached=self._cached, milliseconds=self._seconds * 1000)
        return own + self._texts.receipt()

    def clear(self) -> None:
        """Let go of all answers and vectors that are kept."""
        self._texts.clear()
        with self._lock:
            self._answers.clear()

    def _keep(self, key: Hashable | None, answer: BaseModel) -> None:
        """Keep an answer, and let the oldest go; called with the lock held."""
        if key is None:
            return
        self._answers[key] = answer
        if len(self._answers) > ANSWERS_KEPT:
            self._answers.popitem(last=False)

    def _by_rules(self, task: Task[Out], inputs: Mapping[str, Any]) -> Out:
        check_inputs(task, inputs)
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


def _key(task: Task[Any], inputs: Mapping[str, Any]) -> Hashable | None:
    """Return what a question is kept by; None where it is too long, or cannot be told apart by hash."""
    for value in inputs.values():
        if isinstance(value, str) and len(value) > LONGEST_KEPT:
            return None
    key = (task.name, *inputs.items())
    try:
        hash(key)
    except TypeError:
        return None
    return key


def _named(rule: Rule) -> str:
    return f"the rule {getattr(rule, '__module__', '?')}.{getattr(rule, '__qualname__', repr(rule))}"


def _shape(answer: object, task: Task[Any]) -> str:
    return f"a {type(answer).__name__}; return {task.output.__name__} or None"
