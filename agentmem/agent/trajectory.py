"""Trajectories: a whole episode as JSON lines, flushed one by one, to be replayed.

The first line is the header, then one line per step, then the evaluation. A
file that was cut short is whole up to its last complete line.
"""

from __future__ import annotations

import importlib.metadata
import json
from collections.abc import Mapping, Sequence
from contextlib import suppress
from pathlib import Path
from types import TracebackType
from typing import IO, Any, Literal, Self

from pydantic import TypeAdapter, ValidationError

from agentmem.agent.environment import EnvSpec, EvalInfo, Observation
from agentmem.agent.loop import Step
from agentmem.agent.policy import Decision
from agentmem.errors import InvalidInput, StoreUnavailable
from agentmem.events import Event, Query, Value
from agentmem.language.contract import Receipt

SCHEMA = 1
SHOWN = 20
"""Recollections a line names, best first; all are counted."""


class Header(Value):
    """What was played, with what: everything needed to play it again."""

    kind: Literal["header"] = "header"
    schema_version: int = SCHEMA
    episode: str
    spec: EnvSpec
    memory: str
    memory_settings: dict[str, Any]
    policy: str
    policy_settings: dict[str, Any]
    language: str
    max_steps: int
    versions: dict[str, str]


class Recalled(Value):
    """A recollection, as short as a log needs it."""

    id: str
    kind: str
    score: float
    text: str


class StepLine(Value):
    """One step, as it was."""

    kind: Literal["step"] = "step"
    event: Event
    observation: Observation
    reward: float
    done: bool
    query: Query | None
    recalled: tuple[Recalled, ...]
    recalled_count: int
    decision: Decision | None
    receipt: Receipt
    thought: Receipt = Receipt()
    answer: Event | None = None
    milliseconds: dict[str, float]


class Ending(Value):
    """How it ended, and how well it went; `evaluation` is None where the environment could not tell any more."""

    kind: Literal["evaluation"] = "evaluation"
    ended: Literal["over", "step limit", "interrupted", "failed"]
    evaluation: EvalInfo | None


class Trajectory(Value):
    """A trajectory read back. `ending` is None where the file was cut short."""

    header: Header
    steps: tuple[StepLine, ...]
    ending: Ending | None


class Recorder:
    """Writes a trajectory while it happens; every line is flushed.

    Raises:
        InvalidInput: there is such a file already, or it cannot be made.
        StoreUnavailable: it cannot be written on, as on a full disk; the lines before are whole.
    """

    def __init__(self, path: Path, header: Header) -> None:
        self.path = path
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            # "x": no recording is ever replaced; but a device or a pipe is there before it is written to
            is_special = path.exists() and not path.is_file()
            self._file: IO[str] = path.open("w" if is_special else "x", encoding="utf-8")
        except OSError as error:
            refuse_taken(path)
            raise InvalidInput(f"cannot write the trajectory {path}: {error.strerror}; choose another file") from None
        try:
            self._write(header)
        except StoreUnavailable:
            self.close()
            raise

    def step(self, step: Step) -> None:
        """Write one step."""
        shown = tuple(
            Recalled.model_construct(id=one.id, kind=one.kind, score=one.score, text=one.text)
            for one in step.recollections[:SHOWN]
        )
        self._write(
            StepLine.model_construct(
                event=step.event,
                observation=step.observation,
                reward=step.reward,
                done=step.done,
                query=step.query,
                recalled=shown,
                recalled_count=len(step.recollections),
                decision=step.decision,
                receipt=step.receipt,
                thought=step.thought,
                answer=step.answer,
                milliseconds=step.milliseconds,
            )
        )

    def end(self, ended: Literal["over", "step limit", "interrupted", "failed"], evaluation: EvalInfo | None) -> None:
        """Write the last line."""
        self._write(Ending(ended=ended, evaluation=evaluation))

    def close(self) -> None:
        """Close the file; may be called twice."""
        with suppress(OSError):  # every line was flushed: what a full disk did not take was told then
            self._file.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def _write(self, line: Value) -> None:
        try:
            self._file.write(line.model_dump_json() + "\n")
            self._file.flush()
        except OSError as error:
            raise StoreUnavailable(
                f"cannot write on in the trajectory {self.path}: {error.strerror}; make room, or record elsewhere with "
                "--trajectory FILE"
            ) from None


def refuse_taken(path: Path) -> None:
    """Refuse a file that exists, before anything is opened: no recording is ever replaced.

    Raises:
        InvalidInput: it exists.
    """
    with suppress(OSError):  # whoever opens it will say so better
        if path.is_file():
            raise InvalidInput(f"the trajectory {path} exists already; choose another file, or remove it first")


def read(path: Path) -> Trajectory:
    """Return the trajectory in a file; a last line that was cut short is left out.

    Raises:
        InvalidInput: it is not there, of another schema, or not a trajectory; with the line that is wrong.
    """
    try:
        # bytes: `str.splitlines` also cuts at U+2028 and others inside JSON, and half a character ends no good line
        *whole, _cut_short = path.read_bytes().split(b"\n")
    except OSError as error:
        raise InvalidInput(f"cannot read the trajectory {path}: {error}; give a file of: agentmem play") from None
    if whole:
        _check_schema(whole[0], path)
    entries = [_parse(line, number, path) for number, line in enumerate(whole, start=1)]
    if not entries or not isinstance(entries[0], Header):
        raise InvalidInput(f"{path} is not a trajectory: its first line is no header; give a file of: agentmem play")
    steps = tuple(entry for entry in entries if isinstance(entry, StepLine))
    _check_order(entries, path)
    ending = entries[-1] if isinstance(entries[-1], Ending) else None
    return Trajectory.model_construct(header=entries[0], steps=steps, ending=ending)


def versions(names: Mapping[str, str] | None = None) -> dict[str, str]:
    """Return the versions of what a trajectory depends on, by distribution."""
    wanted = names or {"agentmem-graph": "agentmem-graph", "textworld": "textworld", "numpy": "numpy"}
    found = {}
    for name, distribution in wanted.items():
        try:
            found[name] = importlib.metadata.version(distribution)
        except importlib.metadata.PackageNotFoundError:
            continue
    return found


_LINE: TypeAdapter[Header | StepLine | Ending] = TypeAdapter(Header | StepLine | Ending)


def _check_schema(header: bytes, path: Path) -> None:
    """Refuse a header of another schema before it is parsed: it may have other fields."""
    try:
        said = json.loads(header)
    except ValueError:
        return  # no JSON at all: parsing it says so
    version = said.get("schema_version", SCHEMA) if isinstance(said, dict) else SCHEMA
    if version != SCHEMA:
        raise InvalidInput(
            f"{path} is a trajectory of schema {version!r}, and this agentmem reads {SCHEMA}; "
            "use the version of agentmem that wrote it"
        )


def _check_order(entries: Sequence[Header | StepLine | Ending], path: Path) -> None:
    """Refuse steps that do not follow on each other: the loop numbers the events of an episode from 0."""
    awaited = 0
    for number, entry in enumerate(entries, start=1):
        if not isinstance(entry, StepLine):
            continue
        step = entry.event.id.rpartition("/")[2]
        if step != str(awaited):
            raise InvalidInput(
                f"{path}, line {number} is step {step} where step {awaited} should be: lines are missing, or in "
                "another order; give the file as agentmem play wrote it"
            )
        awaited += 1


def _parse(line: bytes, number: int, path: Path) -> Header | StepLine | Ending:
    try:
        return _LINE.validate_json(line)
    except ValidationError as error:
        first = error.errors(include_url=False)[0]["msg"]
        raise InvalidInput(f"{path}, line {number} is not part of a trajectory: {first}") from None
