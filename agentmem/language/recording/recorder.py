"""Recording: whoever answers and embeds, with all that comes back written down for `replay:FILE`."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from importlib.metadata import version
from pathlib import Path
from threading import Lock
from typing import Any

from pydantic import BaseModel

from agentmem.errors import BadAnswer, BudgetExceeded, LanguageMisconfigured, LanguageUnavailable, LeftToRules
from agentmem.language.answers import Answered, Answers, MadeOfAnswers
from agentmem.language.contract import (
    Checks,
    Closes,
    CountedVectors,
    Embedder,
    FallsToRules,
    Language,
    Out,
    Receipt,
    RemoteEmbedder,
    Task,
    TellsTime,
)
from agentmem.language.embedding.kept import EmbeddedTexts
from agentmem.language.paying.charging import charge_now
from agentmem.language.recording.cassette import Batch, Call, Failure, Header, as_json
from agentmem.language.recording.tape import Tape
from agentmem.vectors import Vectors

FAILURES: Mapping[Failure, type[LanguageUnavailable | BadAnswer]] = {
    "misconfigured": LanguageMisconfigured,
    "left to rules": LeftToRules,
    "budget": BudgetExceeded,
    "outage": LanguageUnavailable,
    "bad": BadAnswer,
}
"""What a failure is written down as: the first kind it is of."""


class RecordingAnswers:
    """Other `Answers`, with each answer and failure written down as it comes, also those asked ahead."""

    def __init__(self, inner: Answers, tape: Tape) -> None:
        self.name = inner.name
        self._inner, self._tape = inner, tape

    def answer(self, task: Task[Out], inputs: Mapping[str, Any], /) -> Answered[Out]:
        """Return the other's answer, or raise what it raises, and write it down.

        Raises:
            StoreUnavailable: the cassette cannot be written on.
        """
        asked = as_json(inputs)  # before anybody can change them
        try:
            answered = self._inner.answer(task, inputs)
        except (LanguageUnavailable, BadAnswer) as error:
            self._tape.write(_failed(task, asked, error))
            raise
        took = {"by": answered.by, "calls": answered.calls, "read": answered.read, "written": answered.written}
        self._tape.write(_said(task, asked, answered.answer).model_copy(update=took))
        return answered

    def now(self) -> datetime:
        """Return the time, which is written down."""
        return self._tape.now(self._inner.now() if isinstance(self._inner, TellsTime) else None)

    def check(self) -> None:
        """Find out whether the other can be asked, where it knows how."""
        if isinstance(self._inner, Checks):
            self._inner.check()

    def close(self) -> None:
        """Close the other; the cassette is there from now on, whether anything was asked or not."""
        self._tape.begin()
        self._inner.close()


class RecordingEmbedder:
    """A remote embedder, with its vectors written down, so that a replay needs no network."""

    def __init__(self, inner: RemoteEmbedder, tape: Tape) -> None:
        self.id, self.leaves = inner.id, inner.leaves
        self._inner, self._tape = inner, tape
        self._written: set[str] = set()
        self._lock = Lock()

    @property
    def dim(self) -> int:
        """How many numbers the other's vectors have; 0 while it does not know."""
        return self._inner.dim

    @dim.setter
    def dim(self, known: int) -> None:
        self._inner.dim = known

    def embed(self, texts: Sequence[str]) -> Vectors:
        """Return the other's vectors; those of texts not met before are written down."""
        return self.embed_counted(texts).vectors

    def embed_counted(self, texts: Sequence[str]) -> CountedVectors:
        """Return what `embed` returns, and what it took; a failure is written down, and raised."""
        try:
            made = self._inner.embed_counted(texts)
        except (LanguageUnavailable, BadAnswer) as error:
            self._tape.write(Batch(texts=tuple(texts), failure=_kind_of(error), reason=str(error)))
            raise
        with self._lock:
            rows = {text: row for row, text in enumerate(texts) if text not in self._written}
            self._written.update(rows)
        if rows:
            self._tape.write(Batch.of(list(rows), made.vectors[list(rows.values())]))
        return made

    def close(self) -> None:
        """Close the other, where it can be closed."""
        if isinstance(self._inner, Closes):
            self._inner.close()


class RecordingLanguage:
    """A language that is not made of `Answers`, such as the rules, with all it answers written down.

    What was asked ahead is written down when it is asked for. Nothing else differs: not
    the name, the receipt, nor how memories treat it.
    """

    def __init__(self, inner: Language, tape: Tape) -> None:
        self.name, self.leaves = inner.name, inner.leaves
        self._inner, self._tape = inner, tape
        self.embedder = recorded_by(inner.embedder, tape)
        self._texts = None if self.embedder is inner.embedder else EmbeddedTexts(self.embedder)

    def ask(self, task: Task[Out], /, **inputs: Any) -> Out:
        """Return the other's answer, or raise what it raises, and write it down.

        Raises:
            StoreUnavailable: the cassette cannot be written on.
        """
        asked = as_json(inputs)
        charge = charge_now()
        heard = len(charge.heard) if charge else 0
        try:
            answer = self._inner.ask(task, **inputs)
        except (LanguageUnavailable, BadAnswer) as error:
            self._tape.write(_failed(task, asked, error))
            raise
        noted = charge.heard[heard:] if charge else []
        by = noted[-1].by if noted else ""
        self._tape.write(_said(task, asked, answer).model_copy(update={"by": by, "calls": int(self.leaves)}))
        return answer

    def prefetch(self, task: Task[Out], many: Sequence[Mapping[str, Any]], /) -> None:
        """Let the other answer ahead."""
        self._inner.prefetch(task, many)

    def embed(self, texts: Sequence[str]) -> Vectors:
        """Return the other's vectors; written down where the embedder is a remote one."""
        return self._inner.embed(texts) if self._texts is None else self._texts.embed(texts)

    def receipt(self) -> Receipt:
        """Return the other's running total."""
        told = self._inner.receipt()
        return told if self._texts is None else told + self._texts.receipt()

    def now(self) -> datetime:
        """Return the time, which is written down."""
        return self._tape.now(self._inner.now() if isinstance(self._inner, TellsTime) else None)

    def close(self) -> None:
        """Close the other, where it can be closed; the cassette is there, also where nothing was asked."""
        self._tape.begin()
        if isinstance(self._inner, Closes):
            self._inner.close()


def recorded(language: Language, path: str | Path) -> Language:
    """Return `language` with all that it is asked and answers written down in a cassette.

    Raises:
        InvalidInput: the file cannot be written, or is another recording's; it was not touched.
    """
    tape = Tape(path, header_for(language))
    if isinstance(language, MadeOfAnswers):
        embedder = recorded_by(language.embedder, tape)
        return language.through(lambda answers: RecordingAnswers(answers, tape), embedder=embedder)
    return RecordingLanguage(language, tape)


def recorded_by(embedder: Embedder, tape: Tape) -> Embedder:
    """Return the embedder to use while recording: itself, where a replay will have it too."""
    return RecordingEmbedder(embedder, tape) if isinstance(embedder, RemoteEmbedder) else embedder


def header_for(language: Language) -> Header:
    """Return the header of a recording of `language`."""
    return Header(
        language=language.name,
        leaves=language.leaves,
        on_failure=language.on_failure if isinstance(language, FallsToRules) else "defer",
        embedder=language.embedder.id,
        vectors=isinstance(language.embedder, RemoteEmbedder),
        agentmem=version("agentmem-graph"),
    )


def _said(task: Task[Any], asked: dict[str, Any], answer: BaseModel) -> Call:
    return Call(task=task.name, inputs=asked, prompt=task.prompt_hash, answer=answer.model_dump(mode="json"))


def _failed(task: Task[Any], asked: dict[str, Any], error: LanguageUnavailable | BadAnswer) -> Call:
    charge = charge_now()
    return Call(
        task=task.name,
        inputs=asked,
        prompt=task.prompt_hash,
        failure=_kind_of(error),
        reason=str(error),
        ahead=charge is not None and charge.ahead,
    )


def _kind_of(error: LanguageUnavailable | BadAnswer) -> Failure:
    return next(name for name, kind in FAILURES.items() if isinstance(error, kind))
