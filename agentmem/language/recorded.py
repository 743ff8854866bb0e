"""Language from a recording: scripted in tests, replayed after a run with a model."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from difflib import get_close_matches
from pathlib import Path
from threading import Lock
from time import perf_counter
from typing import Any

from pydantic import BaseModel, ValidationError

from agentmem.errors import BadAnswer, LanguageError, UnrecordedCall
from agentmem.language.contract import Embedder, Out, Receipt, Task
from agentmem.language.embedded import EmbeddedTexts
from agentmem.language.prompting import filled
from agentmem.language.recording import FAILURES, Call, question, read_recording
from agentmem.vectors import Vectors

Script = Callable[[str, Mapping[str, Any]], BaseModel | Mapping[str, Any] | None]
"""Answers a task, by its name, from its inputs; None for what it does not know. May raise a LanguageError."""


class RecordedLanguage:
    """Answers only what was recorded, like a model that is asked over a wire.

    The same question recorded several times is answered in that order, and the last
    answer stays: so an outage can be followed by an answer. May be used from many threads.

    Args:
        recording: The calls, or a function that answers.
        embedder: What turns texts into vectors.
        leaves: Whether it stands for a model, whose calls are counted.
    """

    name = "replay"

    def __init__(self, recording: Iterable[Call] | Script, *, embedder: Embedder, leaves: bool = True) -> None:
        self.embedder = embedder
        self.leaves = leaves
        self._script = recording if callable(recording) else None
        self._calls: dict[str, list[Call]] = {}
        for call in () if callable(recording) else recording:
            self._calls.setdefault(call.question, []).append(call)
        self._ahead: dict[str, BaseModel | LanguageError] = {}
        self._texts = EmbeddedTexts(embedder)
        self._lock = Lock()
        self._asked = self._called = self._cached = self._tokens = 0
        self._seconds = 0.0

    @classmethod
    def from_file(cls, path: str | Path, *, embedder: Embedder, leaves: bool = True) -> RecordedLanguage:
        """Return the language of a JSON-lines file, one `Call` a line.

        Raises:
            InvalidInput: the file cannot be read, or a line is not a call.
        """
        return cls(read_recording(Path(path)), embedder=embedder, leaves=leaves)

    def ask(self, task: Task[Out], /, **inputs: Any) -> Out:
        """Return the recorded answer.

        Raises:
            LanguageUnavailable: so it was recorded.
            BadAnswer: so it was recorded, or the answer is not of the task's shape.
            UnrecordedCall: it was not recorded; shows the prompt and the nearest that was.
        """
        started = perf_counter()
        asked = question(task.name, inputs)
        with self._lock:
            outcome = self._ahead.pop(asked, None)
            self._asked += 1
            self._cached += outcome is not None
        if outcome is None:
            outcome = self._outcome(task, asked, inputs)
        with self._lock:
            self._seconds += perf_counter() - started
        if isinstance(outcome, task.output):
            return outcome
        raise outcome if isinstance(outcome, LanguageError) else _not_of(task, outcome)

    def prefetch(self, task: Task[Out], many: Sequence[Mapping[str, Any]], /) -> None:
        """Make the calls ahead; `ask` then answers, or fails, with what came back."""
        for inputs in many:
            asked = question(task.name, inputs)
            outcome = self._outcome(task, asked, inputs)
            with self._lock:
                self._ahead[asked] = outcome

    def embed(self, texts: Sequence[str]) -> Vectors:
        """Return unit vectors, shape (n, dim); texts known already are not embedded again."""
        return self._texts.embed(texts)

    def receipt(self) -> Receipt:
        """Return the running total; `cached` counts answers made ahead and vectors known already."""
        with self._lock:
            own = Receipt(
                asked=self._asked,
                calls=self._called,
                tokens=self._tokens,
                cached=self._cached,
                milliseconds=self._seconds * 1000,
            )
        return own + self._texts.receipt()

    def _outcome(self, task: Task[Out], asked: str, inputs: Mapping[str, Any]) -> BaseModel | LanguageError:
        """Make one call; an error is an outcome too, so that it can be kept until it is asked for."""
        try:
            call = self._next(task.name, asked, inputs)
        except LanguageError as error:
            self._count(0)
            return error
        if call is None:
            return self._unrecorded(task, asked, inputs)
        self._count(call.tokens)
        if call.failure is not None:
            return FAILURES[call.failure](f"task {task.name!r} failed: {call.reason}")
        try:
            return task.output.model_validate(call.answer)
        except ValidationError as error:
            return _not_of(task, error.errors()[0]["msg"])

    def _next(self, task: str, asked: str, inputs: Mapping[str, Any]) -> Call | None:
        if self._script is not None:
            answer = self._script(task, inputs)
            return None if answer is None else Call(task=task, inputs={}, answer=answer)
        with self._lock:
            calls = self._calls.get(asked, [])
            return calls.pop(0) if len(calls) > 1 else calls[0] if calls else None

    def _count(self, tokens: int) -> None:
        with self._lock:
            self._called += self.leaves
            self._tokens += tokens

    def _unrecorded(self, task: Task[Any], asked: str, inputs: Mapping[str, Any]) -> UnrecordedCall:
        near = get_close_matches(asked, list(self._calls), n=1, cutoff=0.0)
        nearest = f"the nearest that was recorded: {near[0]}" if near else "nothing was recorded"
        prompt = filled(task.prompt, inputs)
        return UnrecordedCall(f"not recorded: {asked}\n{nearest}\nthe prompt was:\n{prompt}\nrecord it, or script it")


def _not_of(task: Task[Any], said: object) -> BadAnswer:
    return BadAnswer(f"the answer to task {task.name!r} is not a {task.output.__name__}: {said}; record it again")
