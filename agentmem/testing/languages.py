"""A language that behaves like a model without being one, for testing hosts and memories."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from agentmem.language.answers import Answered
from agentmem.language.contract import Embedder, GivesLogProbabilities, Language, Out, Receipt, Task
from agentmem.language.embedding.kept import EmbeddedTexts
from agentmem.language.paying.charging import Estimate
from agentmem.language.paying.metering import paid
from agentmem.vectors import Vectors

Fault = Callable[[str, Mapping[str, Any]], Exception | None]
"""Given a task's name and inputs, what to raise instead of answering; None to answer."""


class PretendModel:
    """Answers as another language does, but says that it leaves the machine, and fails on demand.

    Args:
        inner: Who really answers.
        fault: Asked before every answer.
    """

    name = "pretend-model"
    leaves = True

    def __init__(self, inner: Language, fault: Fault = lambda task, inputs: None) -> None:  # noqa: ARG005
        self.inner, self.fault = inner, fault
        self.embedder: Embedder = inner.embedder

    def ask(self, task: Task[Out], /, **inputs: Any) -> Out:
        """Return the inner answer, or raise the fault of the moment."""
        error = self.fault(task.name, inputs)
        if error is not None:
            raise error
        return self.inner.ask(task, **inputs)

    def prefetch(self, task: Task[Out], many: Sequence[Mapping[str, Any]], /) -> None:
        """Do nothing ahead, so that faults come when they are asked for."""

    def embed(self, texts: Sequence[str]) -> Vectors:
        """Return the inner vectors."""
        return self.inner.embed(texts)

    def receipt(self) -> Receipt:
        """Return the inner total."""
        return self.inner.receipt()


class WithEmbedder:
    """Another language with another embedder."""

    def __init__(self, inner: Language, embedder: Embedder) -> None:
        self.name, self.leaves = inner.name, inner.leaves
        self.embedder = embedder
        self._inner = inner
        self._texts = EmbeddedTexts(embedder)
        if isinstance(inner, GivesLogProbabilities):
            self.surprise = inner.surprise

    def ask(self, task: Task[Out], /, **inputs: Any) -> Out:
        """Return the other's answer."""
        return self._inner.ask(task, **inputs)

    def prefetch(self, task: Task[Out], many: Sequence[Mapping[str, Any]], /) -> None:
        """Let the other answer ahead."""
        self._inner.prefetch(task, many)

    def embed(self, texts: Sequence[str]) -> Vectors:
        """Return vectors of this embedder."""
        return self._texts.embed(texts)

    def receipt(self) -> Receipt:
        """Return the other's total, and what the vectors took."""
        return self._inner.receipt() + self._texts.receipt()


class PretendAnswers:
    """What a `ModelLanguage` is made of, without a model: answers as another language does, and is paid for each call.

    Args:
        inner: Who really answers.
        fault: Asked before every answer; what it raises instead, or waits for, takes place in the call.
        most: Tokens a call may read, and write: its estimate.
        takes: Tokens a call takes, read and written; no more than `most`.

    Attributes:
        asked: The tasks of all calls that were made, in order.
    """

    name = "pretend-model"

    def __init__(
        self,
        inner: Language,
        fault: Fault = lambda task, inputs: None,  # noqa: ARG005
        *,
        most: tuple[int, int] = (100, 50),
        takes: tuple[int, int] = (80, 20),
    ) -> None:
        self.inner, self.fault, self.most, self.takes = inner, fault, most, takes
        self.asked: list[str] = []

    def answer(self, task: Task[Out], inputs: Mapping[str, Any], /) -> Answered[Out]:
        """Return the inner answer, as one call."""
        read, written = self.takes
        with paid(Estimate(task.name, task.prompt_hash, self.name, *self.most)) as bill:
            self.asked.append(task.name)
            error = self.fault(task.name, inputs)
            if error is not None:
                raise error
            answer = self.inner.ask(task, **inputs)
            bill.read, bill.written, bill.is_usable = read, written, True
        return Answered(answer, by=self.name, read=read, written=written)

    def close(self) -> None:
        """Hold nothing."""
