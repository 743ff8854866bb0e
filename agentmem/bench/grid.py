"""A grid: which evaluations of which memories, on what, with which seeds; and the cells that makes."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from functools import partial
from itertools import product
from pathlib import Path
from typing import Annotated, Any

from pydantic import BeforeValidator, Field, field_serializer

from agentmem.bench.evaluation import Cell, is_drawn
from agentmem.bench.fingerprint import Fingerprints
from agentmem.bench.numbers import numbers
from agentmem.errors import AgentmemError, InvalidInput
from agentmem.events import Value
from agentmem.graph.contract import ChecksPlaces
from agentmem.graph.uri import without_password
from agentmem.host import Host
from agentmem.stack import open_stack
from agentmem.thinking import Thinking


def _seeds(value: object) -> object:
    return numbers(value) if isinstance(value, str) else (value,) if isinstance(value, int) else value


def _contender(value: object) -> object:
    return {"memory": value} if isinstance(value, str) else value


Seeds = Annotated[tuple[Annotated[int, Field(ge=0)], ...], BeforeValidator(_seeds), Field(min_length=1)]


class Contender(Value):
    """A memory that takes part.

    Attributes:
        memory: As typed after `--memory`.
        label: What it is called in tables; "" for its name.
        settings: Of it.
    """

    memory: str
    label: str = ""
    settings: dict[str, Any] = Field(default_factory=dict)


class Sweep(Value):
    """One evaluation, over all that is varied.

    Attributes:
        evaluation: Its name.
        data: Games, files; by default what the evaluation makes itself.
        seeds: As `1-10`, or numbers.
        options: Of the evaluation, the same in all cells.
        vary: Options with several values each, all of them combined.
        title: What this is called in tables, before data and what varies; "" for the name of the evaluation.
    """

    evaluation: str
    data: Annotated[tuple[str, ...], Field(min_length=1)] = ("",)
    seeds: Seeds = (1,)
    options: dict[str, Any] = Field(default_factory=dict)
    vary: dict[str, Annotated[tuple[Any, ...], Field(min_length=1)]] = Field(default_factory=dict)
    title: str = ""

    def called(self, data: str, options: Mapping[str, Any]) -> str:
        """Return what a task of it is called.

        >>> Sweep(evaluation="play", vary={"policy": ("rules",)}).called("games/hunt/game.z8", {"policy": "rules"})
        'play hunt/game.z8 policy=rules'
        >>> Sweep(evaluation="play", title="hunt", data=("games/hunt/game.z8",)).called("games/hunt/game.z8", {})
        'hunt'
        """
        shown = "" if self.title and len(self.data) == 1 else "/".join(Path(data).parts[-2:])
        varied = [f"{name}={options[name]}" for name in self.vary]
        return " ".join(filter(None, [self.title or self.evaluation, shown, *varied]))

    @property
    def variants(self) -> list[dict[str, Any]]:
        """All combinations of options.

        >>> Sweep(evaluation="play", options={"max_steps": 9}, vary={"policy": ("a", "b")}).variants
        [{'max_steps': 9, 'policy': 'a'}, {'max_steps': 9, 'policy': 'b'}]
        """
        names = list(self.vary)
        return [self.options | dict(zip(names, values, strict=True)) for values in product(*self.vary.values())]


class Grid(Value):
    """What is to be compared.

    Attributes:
        name: Of the grid, for the head of a report.
        memories: Who takes part; names, or tables with label and settings.
        run: The evaluations, each with its data, seeds and options.
        thinking: What all of them think with.
        store: One store for all, such as a Neo4j server; None for a file each.
    """

    name: str = "grid"
    memories: Annotated[tuple[Annotated[Contender, BeforeValidator(_contender)], ...], Field(min_length=1)]
    run: Annotated[tuple[Sweep, ...], Field(min_length=1)]
    thinking: Thinking = Thinking()
    store: str | None = None

    @field_serializer("store")
    def _without_password(self, store: str | None) -> str | None:
        return None if store is None else without_password(store)

    def cells(self, host: Host) -> list[Cell]:
        """Return all cells, each once, the first seeds first, so that a table is soon full.

        Raises:
            InvalidInput: a memory, evaluation, game, file, option or setting makes no sense; all such are named.
        """
        self._check(host)
        measuring = {sweep.evaluation: host.evaluation(sweep.evaluation) for sweep in self.run}
        found: dict[str, Cell] = {}
        most = max(len(sweep.seeds) for sweep in self.run)
        for number in range(most):
            for sweep in self.run:
                for cell in self._of(sweep, sweep.seeds[number : number + 1]):
                    if number and not is_drawn(measuring[sweep.evaluation], cell, host):
                        continue
                    _refuse_two_names(found.setdefault(cell.key, cell), cell)
        _refuse_namesakes(found.values())
        fingerprints = Fingerprints(host)
        return [cell.model_copy(update={"fingerprint": fingerprints.of(cell)}) for cell in found.values()]

    def _of(self, sweep: Sweep, seeds: Iterable[int]) -> Iterator[Cell]:
        for seed, one, options, data in product(seeds, self.memories, sweep.variants, sweep.data):
            yield Cell(
                evaluation=sweep.evaluation,
                data=data,
                seed=seed,
                options=options,
                title=sweep.called(data, options),
                thinking=self.thinking,
                store=self.store,
                **one.model_dump(),
            )

    def _check(self, host: Host) -> None:
        """Refuse a grid of which a cell cannot be run, with all that is wrong."""
        wrong: dict[str, None] = {}
        if self.thinking.record is not None:
            wrong["a grid is not recorded, since its cells would write into one file: leave record out"] = None
        else:
            _tried(wrong, lambda: self.thinking.open_language(host))
        if self.store:
            _tried(wrong, partial(_check_place, self.store, host))
        sound = [one for one in self.memories if _tried(wrong, partial(open_stack, one.memory, one.settings, host))]
        known = [sweep for sweep in self.run if _tried(wrong, partial(host.evaluation, sweep.evaluation))]
        for sweep in known:
            taking_part = self.model_copy(update={"memories": tuple(sound) or self.memories})
            for cell in taking_part._of(sweep, dict.fromkeys((sweep.seeds[0], max(sweep.seeds)))):
                _tried(wrong, partial(host.evaluation(sweep.evaluation).check, cell, host))
        if len(wrong) == 1:
            raise InvalidInput(f"{next(iter(wrong))}; nothing was started")
        if wrong:
            told = "; ".join(f"({number}) {why}" for number, why in enumerate(wrong, start=1))
            raise InvalidInput(f"{len(wrong)} things are wrong with this grid, and nothing was started: {told}")


def _refuse_two_names(one: Cell, same: Cell) -> None:
    """Refuse a cell that is called two things: it would be run once, and one of its rows not be there."""
    if (one.task, one.called) != (same.task, same.called):
        raise InvalidInput(
            f"{one.task!r} with {one.called!r} and {same.task!r} with {same.called!r} are the same, and would be run "
            "once: leave one out, or give them other settings or options; nothing was started"
        )


def _refuse_namesakes(cells: Iterable[Cell]) -> None:
    """Refuse cells that would be one row of a table, and are not the same but for the seed.

    Raises:
        InvalidInput: there are such; names the row.
    """
    rows: dict[tuple[str, str], str] = {}
    for cell in cells:
        same = cell.model_copy(update={"seed": 0}).key
        if rows.setdefault((cell.task, cell.called), same) != same:
            raise InvalidInput(
                f"two kinds of cells are called {cell.task!r} with {cell.called!r}: give their runs a title each, or "
                "their memories a label; nothing was started"
            )


def _check_place(store: str, host: Host) -> None:
    """Refuse a store that can be nowhere; none is opened, for those who will may be other machines."""
    factory = host.store_factory(store)
    if isinstance(factory, ChecksPlaces):
        factory.check(store)


def _tried(wrong: dict[str, None], check: Callable[[], object]) -> bool:
    """Return whether a check passes; add to `wrong` why it does not."""
    try:
        check()
    except AgentmemError as error:
        wrong[str(error)] = None
        return False
    return True
