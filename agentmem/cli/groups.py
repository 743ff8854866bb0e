"""What a person is shown of groups and their items, before any layout."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Generic, TypeVar

from agentmem.cli.output import one_line

if TYPE_CHECKING:
    from pydantic import JsonValue

    from agentmem.shape import Group, Item

SHORT = 14
"""Characters of a value that still fits in a column."""
COLUMNS = 5
"""Columns of an item's figures; what else is known of it stands below its text."""
Thing = TypeVar("Thing")
Other = TypeVar("Other")


@dataclass(frozen=True)
class Line:
    """One item in words.

    Attributes:
        id: What `agentmem why` takes.
        text: On one line, not cut.
        figures: One per column of its block; "" where there is nothing to say.
        details: What does not fit in a column: name, and its values.
    """

    id: str
    text: str
    figures: tuple[str, ...]
    details: tuple[tuple[str, tuple[str, ...]], ...]


@dataclass(frozen=True)
class Shortened(Generic[Thing]):
    """The first things, how many are left out, and the last one."""

    first: tuple[Thing, ...]
    hidden: int = 0
    last: tuple[Thing, ...] = ()

    @property
    def shown(self) -> tuple[Thing, ...]:
        """What is not left out, in order."""
        return self.first + self.last

    def each(self, told: Callable[[Thing], Other]) -> Shortened[Other]:
        """Return the same with `told` of each thing that is shown."""
        return Shortened(tuple(map(told, self.first)), self.hidden, tuple(map(told, self.last)))


@dataclass(frozen=True)
class Block:
    """One group in words.

    Attributes:
        title, about: What it is, and what is known of it: "facts 5  retired 1".
        columns: The names of the figures, and whether each is a number.
        lines: The items.
    """

    title: str
    about: str
    columns: tuple[tuple[str, bool], ...]
    lines: Shortened[Line]


def shortened(things: Sequence[Thing], limit: int | None) -> Shortened[Thing]:
    """Return at most `limit` things, the first ones and the last; None is for all.

    >>> shortened([1, 2, 3, 4, 5, 6, 7], 4)
    Shortened(first=(1, 2, 3), hidden=3, last=(7,))
    >>> shortened([1, 2, 3], 1)
    Shortened(first=(1,), hidden=2, last=())
    """
    if limit is None or len(things) <= limit:
        return Shortened(tuple(things))
    last = tuple(things[-1:]) if limit > 1 else ()
    return Shortened(tuple(things[: limit - len(last)]), len(things) - limit, last)


def block_of(group: Group, *, limit: int | None) -> Block:
    """Return a group in words, with at most `limit` of its items."""
    items = shortened(group.items, limit)
    columns = _columns(items.shown)
    names = [name for name, _ in columns]
    about = (f"{one_line(name)} {'; '.join(_values(value))}" for name, value in group.about.items())
    headed = tuple((one_line(name), is_number) for name, is_number in columns)
    return Block(one_line(group.title), "  ".join(about), headed, items.each(lambda item: _line(item, names)))


def figure(value: JsonValue) -> str:
    """Return a value in few letters.

    >>> figure(0.36787), figure(12), figure(True), figure(None), figure(1234.5)
    ('0.37', '12', 'yes', '', '1234')
    """
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, float):
        return f"{value:.2f}" if abs(value) < 1000 else f"{value:.0f}"
    return "" if value is None else one_line(str(value))


def _columns(items: Iterable[Item]) -> tuple[tuple[str, bool], ...]:
    """Return the names of what is short in every item that has it, and whether it is a number."""
    values: dict[str, list[JsonValue]] = {}
    for item in items:
        for name, value in item.about.items():
            values.setdefault(name, []).append(value)
    short = [name for name, of_all in values.items() if all(map(_is_short, of_all))]
    return tuple((name, all(isinstance(value, int | float) for value in values[name])) for name in short[:COLUMNS])


def _is_short(value: JsonValue) -> bool:
    return not isinstance(value, list | dict) and len(figure(value)) <= SHORT


def _line(item: Item, columns: Sequence[str]) -> Line:
    details = {name: value for name, value in item.about.items() if name not in columns}
    return Line(
        id=one_line(item.id),
        text=one_line(item.text),
        figures=tuple(figure(item.about.get(name)) for name in columns),
        details=tuple((one_line(name), values) for name, value in details.items() if (values := _values(value))),
    )


def _values(value: JsonValue) -> tuple[str, ...]:
    """Return what a value consists of, each in words."""
    if isinstance(value, Mapping):
        return tuple(f"{one_line(name)} {', '.join(_values(one))}" for name, one in value.items())
    if isinstance(value, list):
        return tuple(" ".join(_values(one)) for one in value)
    said = figure(value)
    return (said,) if said else ()
