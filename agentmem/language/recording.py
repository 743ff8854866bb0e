"""Recordings: what was asked of a language and what came back, one call a line of JSON."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from threading import Lock
from typing import Any, Literal

from pydantic import ValidationError
from pydantic_core import to_jsonable_python

from agentmem.errors import BadAnswer, InvalidInput, LanguageError, LanguageUnavailable
from agentmem.events import Value
from agentmem.language.contract import Language, Out, Receipt, Task
from agentmem.vectors import Vectors

FAILURES: Mapping[str, type[LanguageError]] = {"outage": LanguageUnavailable, "bad": BadAnswer}


class Call(Value):
    """One question and what came back: an answer, or a failure.

    Attributes:
        task: The task's name.
        inputs: What it was asked with, as JSON.
        answer: What was answered, as JSON.
        failure: "outage" when nobody answered, "bad" when the answer was unusable.
        reason: What the failure said.
        tokens: What the call read and wrote.
    """

    task: str
    inputs: dict[str, Any]
    answer: Any = None
    failure: Literal["outage", "bad"] | None = None
    reason: str = "as recorded"
    tokens: int = 0

    @property
    def question(self) -> str:
        """Task and inputs as one line, the same however the inputs were ordered."""
        return question(self.task, self.inputs)


def question(task: str, inputs: Mapping[str, Any]) -> str:
    """Return what a call is known by.

    >>> question("facts", {"text": "it rains", "action": None})
    'facts {"action": null, "text": "it rains"}'
    """
    return f"{task} {json.dumps(to_jsonable_python(inputs, fallback=str), sort_keys=True, ensure_ascii=False)}"


def read_recording(path: Path) -> Iterator[Call]:
    """Yield the calls of a recording in its order.

    Raises:
        InvalidInput: the file cannot be read, or a line is not a call.
    """
    try:
        lines = path.read_text(encoding="utf-8").splitlines()
    except (OSError, UnicodeDecodeError) as error:
        said = error.strerror if isinstance(error, OSError) else "it is not UTF-8 text"
        raise InvalidInput(f"cannot read the recording {str(path)!r}: {said}; pass a file that was recorded") from error
    for number, line in enumerate(lines, start=1):
        if line.strip():
            yield _call(line, f"{path}:{number}")


def _call(line: str, where: str) -> Call:
    try:
        return Call.model_validate_json(line)
    except ValidationError as error:
        said = error.errors()[0]["msg"]
        raise InvalidInput(f"{where} is not a recorded call ({said}); record it again, or delete the line") from error


class RecordingLanguage:
    """Another language, with everything it answers written down for `replay:FILE`.

    The file is appended to, and flushed with each call; what is there already is not
    written again. May be used from many threads.
    """

    def __init__(self, inner: Language, path: str | Path) -> None:
        self.name = inner.name
        self.leaves = inner.leaves
        self.embedder = inner.embedder
        self._inner = inner
        self._lock = Lock()
        self._file = Path(path).open("a+", encoding="utf-8")  # noqa: SIM115 - closed by `close`
        self._file.seek(0)
        self._written = {line.rstrip("\n") for line in self._file}

    def ask(self, task: Task[Out], /, **inputs: Any) -> Out:
        """Return the other's answer, or raise what it raises, and write it down."""
        asked = to_jsonable_python(inputs, fallback=str)
        try:
            answer = self._inner.ask(task, **inputs)
        except (LanguageUnavailable, BadAnswer) as error:
            failure: Literal["outage", "bad"] = "outage" if isinstance(error, LanguageUnavailable) else "bad"
            self._write(Call(task=task.name, inputs=asked, failure=failure, reason=str(error)))
            raise
        self._write(Call(task=task.name, inputs=asked, answer=answer.model_dump(mode="json")))
        return answer

    def prefetch(self, task: Task[Out], many: Sequence[Mapping[str, Any]], /) -> None:
        """Let the other answer ahead; the answers are written down when they are asked for."""
        self._inner.prefetch(task, many)

    def embed(self, texts: Sequence[str]) -> Vectors:
        """Return the other's vectors; they are not recorded."""
        return self._inner.embed(texts)

    def receipt(self) -> Receipt:
        """Return the other's running total."""
        return self._inner.receipt()

    def close(self) -> None:
        """Close the file; may be called twice."""
        self._file.close()

    def _write(self, call: Call) -> None:
        line = call.model_dump_json(exclude_defaults=True)
        with self._lock:
            if line not in self._written:
                self._written.add(line)
                self._file.write(line + "\n")
                self._file.flush()
