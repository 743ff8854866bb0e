"""Answers from a recording: a cassette replayed after a run with a model, or a script in a test."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path
from threading import Lock
from typing import Any

import numpy as np
from pydantic import BaseModel, ValidationError

from agentmem.errors import BadAnswer, InvalidInput, UnrecordedCall
from agentmem.language.answers import Answered
from agentmem.language.contract import CountedVectors, Embedder, Language, Out, Task
from agentmem.language.model import ModelLanguage
from agentmem.language.recording.cassette import Batch, Call, Cassette, as_json, question, read_cassette
from agentmem.language.recording.nearest import difference, excerpt, nearest
from agentmem.language.recording.recorder import FAILURES
from agentmem.vectors import Vectors

TASKS = 5
"""The most tasks a message names."""
Script = Callable[[str, Mapping[str, Any]], BaseModel | Mapping[str, Any] | None]
"""Answers a task, by its name, from its inputs; None for what it does not know. May raise a LanguageError."""


class RecordedAnswers:
    """Answers only what was recorded. May be used from many threads.

    A call is known by its task, its inputs, and the hash of the prompt where that was
    recorded: with a changed prompt it is another call. The same call recorded several times
    is answered in that order, and the last answer stays: so an outage can be followed by an
    answer, and it does not matter in which order different calls were recorded.

    What it gives was paid for when it was recorded. A replay makes no call, so it says that
    the calls and tokens are 0: a receipt tells what left this machine, and a budget or a
    bill that counted a call at each replay would be wrong. What the run took stays in the
    cassette, line by line.

    Args:
        recording: A cassette, its calls, or a function that answers.
        counted: Say what each call took, as if it were made now: for tests, in place of a model.

    Raises:
        InvalidInput: the cassette cannot be read, is none, or is of another version.
    """

    def __init__(self, recording: str | Path | Iterable[Call] | Script, *, counted: bool = False) -> None:
        self._script = recording if callable(recording) else None
        self._where = str(recording) if isinstance(recording, str | Path) else ""
        if isinstance(recording, str | Path):
            self.cassette = read_cassette(Path(recording))
        else:
            self.cassette = Cassette(calls=() if callable(recording) else tuple(recording))
        self.name = self.cassette.header.language
        self._counted = counted
        self._calls: dict[tuple[str, str], list[Call]] = {}
        for call in self.cassette.calls:
            if call.failure in (None, "bad") or not call.ahead:  # an outage met ahead had no consequence
                self._calls.setdefault((call.question, call.prompt), []).append(call)
        self._times = iter(self.cassette.times)
        self._lock = Lock()

    def answer(self, task: Task[Out], inputs: Mapping[str, Any], /) -> Answered[Out]:
        """Return the recorded answer.

        Raises:
            LanguageUnavailable: so it was recorded.
            BadAnswer: so it was recorded, or the answer is not of the task's shape.
            UnrecordedCall: it was not recorded; says what differs from the nearest that was.
        """
        call = self._next(task, inputs)
        if call.failure is not None:
            raise FAILURES[call.failure](call.reason or f"task {task.name!r} failed, as recorded")
        try:
            answer = task.output.model_validate(call.answer)
        except ValidationError as error:
            said = error.errors(include_url=False)[0]["msg"]
            raise BadAnswer(
                f"the recorded answer to task {task.name!r} is not a {task.output.__name__}: {said}; record it again"
            ) from None
        if not self._counted:
            return Answered(answer, call.by, calls=0)
        return Answered(answer, call.by, calls=call.calls, read=call.read, written=call.written)

    def now(self) -> datetime:
        """Return what the time was, each time it is asked the next; once all are told, what it is."""
        with self._lock:
            return next(self._times, None) or datetime.now(UTC)

    def close(self) -> None:
        """Do nothing: nothing is held."""

    def _next(self, task: Task[Any], inputs: Mapping[str, Any]) -> Call:
        if self._script is not None:
            answer = self._script(task.name, inputs)
            if answer is None:
                raise UnrecordedCall(f"the script has no answer to task {task.name!r} asked with {excerpt(inputs)}")
            return Call(task=task.name, inputs={}, answer=answer)
        asked = question(task.name, inputs)
        with self._lock:
            calls = self._calls.get((asked, task.prompt_hash)) or self._calls.get((asked, ""))
            if calls:
                return calls.pop(0) if len(calls) > 1 else calls[0]
        raise self._unrecorded(task, asked, inputs)

    def _unrecorded(self, task: Task[Any], asked: str, inputs: Mapping[str, Any]) -> UnrecordedCall:
        """Return the error that says what differs from what was recorded, and the cure."""
        where = f"in {self._where or 'this recording'}"
        cure = f"record it again with: --record {self._where}" if self._where else "record it, or script it"
        others = [call for call in self.cassette.calls if call.task == task.name]
        if not others:
            known = ", ".join(sorted({call.task for call in self.cassette.calls})[:TASKS]) or "nothing"
            return UnrecordedCall(f"no call of task {task.name!r} was recorded {where}; recorded were: {known}; {cure}")
        prompts = sorted({call.prompt for call in others if call.question == asked})
        if prompts:
            return UnrecordedCall(
                f"the prompt of task {task.name!r} has changed since it was recorded {where}: its hash is "
                f"{task.prompt_hash}, recorded was {', '.join(prompts)}; {cure}"
            )
        said = as_json(inputs)
        differs = difference(said, nearest(said, others).inputs)
        return UnrecordedCall(f"task {task.name!r} was not recorded so {where}; in the nearest call, {differs}; {cure}")


class RecordedLanguage(ModelLanguage):
    """A language that answers from calls or a script, like a model that is asked over a wire: for tests.

    Args:
        recording: A cassette, its calls, or a function that answers.
        embedder: What turns texts into vectors.
        leaves: Whether it stands for a model, whose calls are counted.
    """

    def __init__(
        self, recording: str | Path | Iterable[Call] | Script, *, embedder: Embedder, leaves: bool = True
    ) -> None:
        answers = RecordedAnswers(recording, counted=leaves)
        super().__init__(answers, embedder=embedder, concurrency=1, leaves=leaves)


def replayed(path: str | Path, *, embedder: Embedder, rules: Language) -> ModelLanguage:
    """Return the language of a cassette, which does what the one did that was recorded.

    Nothing is made ahead: what an answer made ahead was good for, it is good for when it is
    asked, and in that order nothing depends on how threads took turns.

    Args:
        path: The cassette.
        embedder: The one it was recorded with; not asked where the vectors are in the cassette.
        rules: Who answers where they did then.

    Raises:
        InvalidInput: it cannot be read, or was recorded with another embedder.
    """
    answers = RecordedAnswers(path)
    header = answers.cassette.header
    return ModelLanguage(
        answers,
        embedder=embedder_of(answers.cassette, embedder),
        rules=rules,
        on_failure=header.on_failure,
        concurrency=0,
        leaves=header.leaves,
    )


class RecordedEmbedder:
    """The vectors in a cassette: those of a remote embedder, without it; what failed then fails as often again.

    It says that it leaves, as the other did, so that all is done in the order it was done in.
    """

    leaves = True

    def __init__(self, cassette: Cassette) -> None:
        self.id = cassette.header.embedder
        self._rows = cassette.vectors
        self.dim = next((len(row) for row in self._rows.values()), 0)
        self._failures: dict[tuple[str, ...], list[Batch]] = {}
        for batch in cassette.not_embedded:
            self._failures.setdefault(batch.texts, []).append(batch)
        self._lock = Lock()

    def embed(self, texts: Sequence[str]) -> Vectors:
        """Return the recorded vectors, shape (n, dim).

        Raises:
            LanguageUnavailable, BadAnswer: so it was recorded.
            UnrecordedCall: a text was not embedded then.
        """
        with self._lock:
            failed = self._failures.get(tuple(texts))
            failure = failed.pop(0) if failed else None
        if failure is not None and failure.failure is not None:
            raise FAILURES[failure.failure](failure.reason)
        missing = next((text for text in texts if text not in self._rows), None)
        if missing is not None:
            raise UnrecordedCall(
                f"the cassette has no vector of {excerpt({'text': missing})}; record again with --record"
            )
        rows = [self._rows[text] for text in texts]
        return np.stack(rows) if rows else np.zeros((0, self.dim), np.float32)

    def embed_counted(self, texts: Sequence[str]) -> CountedVectors:
        """Return what `embed` returns; it took no call."""
        return CountedVectors(self.embed(texts), calls=0, tokens=0)


def embedder_of(cassette: Cassette, given: Embedder) -> Embedder:
    """Return what embeds in a replay: the cassette's own vectors, or the embedder it was recorded with.

    Raises:
        InvalidInput: the vectors are not in the cassette, and `given` is another embedder.
    """
    header = cassette.header
    if header.vectors:
        return RecordedEmbedder(cassette)
    if header.embedder and header.embedder != given.id:
        raise InvalidInput(
            f"the cassette was recorded with the embedder {header.embedder!r}, not {given.id!r}, which would recall "
            "other things; choose that one with --embedder, or record again"
        )
    return given
