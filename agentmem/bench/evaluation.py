"""The contract of an evaluation: what is measured of a memory, in cells that know nothing of each other.

An evaluation names no memory. It is given a `Trial`, which opens the memory of its
cell, and returns an `Outcome`; a grid runs it on every memory, data and seed, in as
many processes as there are, here or on a cluster.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator, Sequence
from contextlib import closing, contextmanager
from dataclasses import dataclass, replace
from functools import cached_property
from pathlib import Path
from statistics import fmean
from typing import Any, Protocol, runtime_checkable

from pydantic import BaseModel, Field, JsonValue, field_serializer

from agentmem.agent_memory import AgentMemory
from agentmem.events import Value
from agentmem.graph.uri import without_password
from agentmem.host import Host
from agentmem.language.contract import Receipt
from agentmem.spending.session import Session
from agentmem.thinking import Thinking

PROBES = "probes.jsonl"
STORE = "memory.db"


class Cell(Value):
    """One run that stands by itself: which evaluation of which memory, on what, with which seed.

    Attributes:
        evaluation: Its name.
        memory: The memory, as typed after `--memory`; several as `episodic+arigraph`.
        label: What the memory is called in tables, where it runs with several settings; "" for its name.
        title: What the task is called in tables; "" for evaluation, data and options.
        settings: Of the memory.
        data: What it is run on: a game, a file; "" where the evaluation makes its own.
        seed: Of everything that is drawn.
        options: Of the evaluation.
        thinking: What is thought with.
        store: A store many cells share, such as a Neo4j server; None for a file of the cell's own.
        fingerprint: Of the code and the files it is measured with; "" where nobody looked.
    """

    evaluation: str
    memory: str
    label: str = ""
    title: str = ""
    settings: dict[str, Any] = Field(default_factory=dict)
    data: str = ""
    seed: int = Field(default=1, ge=0)
    options: dict[str, Any] = Field(default_factory=dict)
    thinking: Thinking = Thinking()
    store: str | None = None
    fingerprint: str = ""

    @field_serializer("store")
    def _without_password(self, store: str | None) -> str | None:
        return None if store is None else without_password(store)

    @property
    def key(self) -> str:
        """Names the cell among all cells: a hash of what is asked for, whatever it is called."""
        said = self.model_dump(mode="json", exclude={"label", "title", "store", "fingerprint"})
        return hashlib.sha256(json.dumps(said, sort_keys=True).encode()).hexdigest()[:16]

    @property
    def called(self) -> str:
        """What its memory is called in tables."""
        return self.label or self.memory

    @property
    def task(self) -> str:
        """What is done in it, whichever the memory and the seed.

        >>> Cell(evaluation="play", memory="window", data="cook:5", options={"policy": "rules"}).task
        'play cook:5 policy=rules'
        """
        options = [f"{name}={value}" for name, value in sorted(self.options.items())]
        return self.title or " ".join(filter(None, [self.evaluation, self.data, *options]))


class Probe(Value):
    """One thing a memory was asked, with all that is needed to score it again.

    Attributes:
        id: Names it within its cell.
        category: What kind it is; scores are told by kind too. "" for none.
        asked: What was put to the memory, or to the agent.
        expected: What is right.
        answered: What came.
        score: In [0, 1]; None where nothing says what is right, so that it only shows what asking costs.
        apart: Scored by itself, and left out of the overall score.
        recalled: Ids of the events recalled for it, best first.
        details: What else belongs to it.
    """

    id: str
    category: str = ""
    asked: str
    expected: JsonValue = None
    answered: JsonValue = None
    score: float | None = Field(ge=0, le=1)
    apart: bool = False
    recalled: tuple[str, ...] = ()
    details: dict[str, JsonValue] = Field(default_factory=dict)


class Outcome(Value, allow_inf_nan=False):
    """What one cell came to.

    Attributes:
        score: The figure memories are compared by, in [0, 1]; more is better. None where only costs are told.
        chance: The score of one who knows nothing; None where nobody knows.
        oracle: The score of one who recalls all that matters; None where nobody knows.
        by: Scores by category.
        figures: Other numbers by name, such as `won`, `steps`, `recall@5`; the same names in every cell.
        curves: Points (x, y) by name, such as `score` over steps, or `recall_cpu_ms` over events.
        events: How many events were written.
        bytes: Of the closed store; 0 where it is shared.
        receipt: What memory and agent asked of a language, together; and how many events were set aside, and how many
            entries wait, in the end.
        write_ms, recall_ms: Wall time of all writes, and of all recalls.
        recalls: How often the memory was asked; None where that was not counted.
        failures: Why asking failed, each time it did; it counts as nothing found.
        details: What else belongs to it, for who reads the line.
    """

    score: float | None = Field(default=None, ge=0, le=1)
    chance: float | None = Field(default=None, ge=0, le=1)
    oracle: float | None = Field(default=None, ge=0, le=1)
    by: dict[str, float] = Field(default_factory=dict)
    figures: dict[str, float] = Field(default_factory=dict)
    curves: dict[str, tuple[tuple[float, float], ...]] = Field(default_factory=dict)
    events: int = 0
    bytes: int = 0
    receipt: Receipt = Receipt()
    write_ms: float = 0.0
    recall_ms: float = 0.0
    recalls: int | None = Field(default=None, ge=0)
    failures: tuple[str, ...] = ()
    details: dict[str, JsonValue] = Field(default_factory=dict)


def mean_score(probes: Sequence[Probe]) -> float | None:
    """Return the mean score of the probes that count: that are scored, and not apart; None where there is none.

    >>> mean_score([Probe(id="1", asked="?", score=1), Probe(id="2", asked="?", score=0.5),
    ...             Probe(id="3", asked="?", score=0, apart=True), Probe(id="4", asked="?", score=None)])
    0.75
    """
    return _mean([probe for probe in probes if not probe.apart])


def scores_by_category(probes: Sequence[Probe]) -> dict[str, float]:
    """Return the mean score of each category that has scored probes, in the order they first come."""
    categories = dict.fromkeys(probe.category for probe in probes)
    means = {one: _mean([probe for probe in probes if probe.category == one]) for one in categories}
    return {category: mean for category, mean in means.items() if mean is not None}


def _mean(probes: Sequence[Probe]) -> float | None:
    scores = [probe.score for probe in probes if probe.score is not None]
    return fmean(scores) if scores else None


@dataclass(frozen=True)
class Trial:
    """What an evaluation is given to run one cell.

    Attributes:
        cell: What to run.
        host: Opens memories, games and languages.
        folder: The cell's own; what is put there is kept beside the results, but for the store.
        session: What is spent of together with other trials; None for the budget of the cell alone.
    """

    cell: Cell
    host: Host
    folder: Path
    session: Session | None = None

    @property
    def store(self) -> str:
        """Where the memory is kept: the store many share, or a file of this cell."""
        return self.cell.store or str(self.folder / STORE)

    @property
    def bytes(self) -> int:
        """How large the cell's own store is on the disk, once it is closed; 0 where it is shared."""
        return 0 if self.cell.store else sum(file.stat().st_size for file in self.folder.glob(f"{STORE}*"))

    @cached_property
    def spending(self) -> Session:
        """What may be spent by all memories of this trial together."""
        return self.session or Session(self.cell.thinking.budget)

    def within(self, name: str, **changes: Any) -> Trial:
        """Return a trial inside this one: of the cell with `changes`, in a folder of its own, from the same budget."""
        folder = self.folder / name
        folder.mkdir(parents=True, exist_ok=True)
        cell = Cell(**(dict(self.cell) | changes))
        return replace(self, cell=cell, folder=folder, session=self.spending)

    def empty(self, namespace: str) -> None:
        """Drop what a run that was killed has left in a namespace of a shared store; a file is new each time."""
        if self.cell.store:
            with closing(self.host.store(self.cell.store)) as store:
                store.drop(namespace)

    def erase(self) -> None:
        """Remove the cell's own store, once it is closed: what it was measured for is in the outcome."""
        for file in self.folder.glob(f"{STORE}*"):
            file.unlink()

    @contextmanager
    def memory(self, namespace: str = "trial") -> Iterator[AgentMemory]:
        """Give the memory of the cell, with nothing in it and nothing to stand in for it, and close it afterwards.

        Args:
            namespace: For evaluations that need several.
        """
        cell = self.cell
        name = f"{cell.key}-{namespace}" if cell.store else namespace
        self.empty(name)
        with (
            cell.thinking.opened(self.host) as language,
            AgentMemory(
                self.store,
                namespace=name,
                memory=cell.memory,
                settings=cell.settings,
                language=language,
                host=self.host,
                budget=self.spending,
                stands_in=False,
            ) as memory,
        ):
            yield memory

    def keep(self, probe: Probe) -> None:
        """Write a probe down, one line each, in the order they come."""
        with (self.folder / PROBES).open("a", encoding="utf-8") as lines:
            lines.write(probe.model_dump_json() + "\n")

    def probes(self) -> list[Probe]:
        """Return the probes that were kept."""
        path = self.folder / PROBES
        lines = path.read_text(encoding="utf-8").splitlines() if path.exists() else []
        return [Probe.model_validate_json(line) for line in lines]


class Evaluation(Protocol):
    """What a plugin offers under `agentmem_evaluations`: something that can be measured of any memory.

    It may keep nothing between two cells: each runs in a process of its own, in any order.

    Attributes:
        name: As typed.
        about: What is measured, in one line.
        measure: What the score is, for the head of a column: "normalised score".
        is_seeded: Whether a seed changes anything, of any cell; if not, each is run once. Where some data are the same
            for all seeds, and others not, it is also `HasFixedCells`.
    """

    name: str
    about: str
    measure: str
    is_seeded: bool

    def check(self, cell: Cell, host: Host) -> None:
        """Refuse a cell that cannot be run, before anything is; quickly, and opening nothing large.

        Raises:
            AgentmemError: its data is not there, or an option is unknown or makes no sense; with the cure.
        """
        ...

    def run(self, trial: Trial) -> Outcome:
        """Run the cell and return what it came to; the same cell gives the same scores.

        Raises:
            AgentmemError: it cannot be run; told beside the others, which go on.
        """
        ...


@runtime_checkable
class HasOptions(Protocol):
    """An evaluation with options: an optional power, for whoever lists them."""

    @property
    def options(self) -> type[BaseModel]:
        """The model of what `Cell.options` may hold; what each is stands there, as for settings of memories."""
        ...


@runtime_checkable
class HasFixedCells(Protocol):
    """An evaluation that is seeded, but not on all data: an optional power, so that a copy is not taken for a draw."""

    def is_fixed(self, cell: Cell, host: Host) -> bool:
        """Return whether the cell, which `check` accepts, comes to the same with every seed."""
        ...


def is_drawn(evaluation: Evaluation, cell: Cell, host: Host) -> bool:
    """Return whether another seed makes another cell."""
    return evaluation.is_seeded and not (isinstance(evaluation, HasFixedCells) and evaluation.is_fixed(cell, host))
