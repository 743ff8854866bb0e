"""Cassettes: what was asked of a language and what came back, in JSON lines, so that a run can be had again.

The first line is the header; then comes one line per call, in the order the answers came;
one per batch of vectors, where the embedder is a remote one; and one each time that whoever
makes events asked for the time. Each line is in the
file before anybody gets the answer, so a cassette that was cut short is whole up to its
last complete line. No key is ever in it: what is written are tasks, inputs and answers.
"""

from __future__ import annotations

import json
from base64 import b64decode, b64encode
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any, Literal, Self

import numpy as np
from pydantic import AwareDatetime, ValidationError
from pydantic_core import to_jsonable_python

from agentmem.errors import InvalidInput
from agentmem.events import Value
from agentmem.language.contract import OnFailure
from agentmem.vectors import Vectors

VERSION = 1
FLOATS = np.dtype("<f4")
Failure = Literal["outage", "misconfigured", "budget", "left to rules", "bad"]


class Header(Value):
    """Who was recorded, and with what: a replay stands in for exactly this.

    Attributes:
        cassette: The version of the format; 0 for a file without header.
        language: The language's name: what a graph says it was told by.
        leaves: Whether that language calls a model; memories ask models otherwise than rules.
        on_failure: What it does where the model fails: "defer", or ask the "rules".
        embedder: The id of the embedder; "" where it is not known.
        vectors: Whether its vectors are in the cassette; else the embedder must be there.
        agentmem: The version that recorded; for whoever wonders.
    """

    cassette: int = VERSION
    language: str = "replay"
    leaves: bool = True
    on_failure: OnFailure = "defer"
    embedder: str = ""
    vectors: bool = False
    agentmem: str = ""


class Call(Value):
    """One question and what came back: an answer, or a failure.

    Attributes:
        task: The task's name.
        inputs: What it was asked with, as JSON.
        prompt: The hash of the task's prompt; "" where it is not known, and then any fits.
        answer: What was answered, as JSON.
        by: Who said it, as graphs are stamped; "" where the language's name says it all.
        calls, read, written: Calls that left, and their tokens.
        failure: What went wrong: nobody answered ("outage"), the key, model or address was
            wrong ("misconfigured"), the "budget" forbade it or had it "left to rules", or the
            answer was unusable ("bad").
        reason: What the failure said.
        ahead: Whether nobody had asked yet; what fails so is asked again when somebody does.
    """

    task: str
    inputs: dict[str, Any]
    prompt: str = ""
    answer: Any = None
    by: str = ""
    calls: int = 1
    read: int = 0
    written: int = 0
    failure: Failure | None = None
    reason: str = ""
    ahead: bool = False

    @property
    def question(self) -> str:
        """Task and inputs as one line, the same however the inputs were ordered."""
        return question(self.task, self.inputs)


class Batch(Value):
    """Texts and their vectors: float32, little-endian, row after row, in base64; or why there are none.

    Attributes:
        failure, reason: As of a `Call`.
    """

    texts: tuple[str, ...]
    vectors: str = ""
    failure: Failure | None = None
    reason: str = ""

    @classmethod
    def of(cls, texts: Sequence[str], vectors: Vectors) -> Self:
        """Return the line for `texts` and `vectors`, shape (n, dim)."""
        return cls(texts=tuple(texts), vectors=b64encode(vectors.astype(FLOATS).tobytes()).decode())

    def rows(self) -> Mapping[str, Vectors]:
        """Return each text's vector, shape (dim,); none of what failed."""
        if self.failure is not None:
            return {}
        floats = np.frombuffer(b64decode(self.vectors), FLOATS).astype(np.float32)
        return dict(zip(self.texts, floats.reshape(len(self.texts), -1), strict=True))


class Moment(Value):
    """What the time was, when whoever made an event asked."""

    now: AwareDatetime


@dataclass(frozen=True)
class Cassette:
    """A cassette read back; calls, times, and texts that could not be embedded in the order of the file."""

    header: Header = field(default_factory=Header)
    calls: Sequence[Call] = ()
    times: Sequence[datetime] = ()
    vectors: Mapping[str, Vectors] = field(default_factory=dict)
    not_embedded: Sequence[Batch] = ()


KINDS: Mapping[str, type[Call | Batch | Moment]] = {"task": Call, "texts": Batch, "now": Moment}
"""What a line is, by a name only it has."""


def question(task: str, inputs: Mapping[str, Any]) -> str:
    """Return what a call is known by.

    >>> question("facts", {"text": "it rains", "action": None})
    'facts {"action": null, "text": "it rains"}'
    """
    return f"{task} {json.dumps(as_json(inputs), sort_keys=True)}"


def as_json(inputs: Mapping[str, Any]) -> dict[str, Any]:
    """Return inputs as they are written down and compared: JSON values only."""
    said: dict[str, Any] = to_jsonable_python(inputs, fallback=str)
    return said


def read_cassette(path: Path) -> Cassette:
    """Return what a cassette holds; a last line that was cut short is left out.

    A file of calls without header is of version 0: it is read, and not written on.

    Raises:
        InvalidInput: it cannot be read, holds nothing, is of another version, or a line is not a recorded call.
    """
    try:
        # bytes: `str.splitlines` also cuts at U+2028 and others inside JSON
        *lines, last = path.read_bytes().split(b"\n")
    except OSError as error:
        raise InvalidInput(f"cannot read the cassette {path}: {error.strerror}; give one made with --record") from None
    if is_whole(last):
        lines.append(last)
    if not any(line.strip() for line in lines):
        raise InvalidInput(f"{path} holds no whole line of a cassette; record again with: --record {path}")
    header = header_in(lines[0], path)
    numbered = list(enumerate(lines, start=1))[header.cassette > 0 :]
    entries = [_entry(line, f"{path}:{number}") for number, line in numbered if line.strip()]
    batches = [entry for entry in entries if isinstance(entry, Batch)]
    return Cassette(
        header,
        calls=[entry for entry in entries if isinstance(entry, Call)],
        times=[entry.now for entry in entries if isinstance(entry, Moment)],
        vectors={text: row for batch in batches for text, row in batch.rows().items()},
        not_embedded=[batch for batch in batches if batch.failure is not None],
    )


def line_of(value: Value, *, whole: bool = False) -> bytes:
    """Return a value as a line of a cassette; `whole` writes defaults too."""
    said = as_json(value.model_dump(exclude_defaults=not whole))
    try:
        return json.dumps(said, ensure_ascii=False).encode() + b"\n"
    except UnicodeEncodeError:  # half a surrogate pair is no UTF-8
        return json.dumps(said).encode() + b"\n"


def is_whole(line: bytes) -> bool:
    """Return whether a line is JSON: no part of a longer one is."""
    try:
        json.loads(line)
    except ValueError:
        return False
    return True


def header_in(line: bytes, path: Path) -> Header:
    """Return the header in the first line of a file; version 0 where it is a call already, or empty.

    Raises:
        InvalidInput: it is neither, or of another version.
    """
    try:
        said = json.loads(line) if line.strip() else {"task": ""}
    except ValueError:
        said = None
    if not isinstance(said, dict) or not {"cassette", "task"} & said.keys():
        raise InvalidInput(f"{path} is no cassette: its first line is no header; give a file made with --record")
    if "cassette" not in said:
        return Header(cassette=0)
    if said["cassette"] != VERSION:
        by = f", {said['agentmem']}" if said.get("agentmem") else ""
        raise InvalidInput(
            f"{path} is a cassette of version {said['cassette']!r}, and this agentmem reads {VERSION}; "
            f"use the agentmem that recorded it{by}, or record again in another file"
        )
    try:
        return Header.model_validate(said)
    except ValidationError as error:
        wrong = error.errors(include_url=False)[0]
        raise InvalidInput(f"{path}:1 is no header ({wrong['loc']}: {wrong['msg']}); record again") from None


def _entry(line: bytes, where: str) -> Call | Batch | Moment:
    try:
        said = json.loads(line)
        kind = next((kind for name, kind in KINDS.items() if name in said), Call)
        return kind.model_validate(said)
    except (ValueError, TypeError) as error:  # pydantic's is a ValueError
        first = error.errors(include_url=False)[0]["msg"] if isinstance(error, ValidationError) else "it is not JSON"
        raise InvalidInput(f"{where} is not a recorded call ({first}); record it again, or delete the line") from None
