"""What was spent on models, kept in the store: per day, by memory, task, prompt and model.

The rows belong to no memory: none sees them, and rebuilding or undoing one leaves them. A node
beside them holds the sum of each day by model, so that a budget of the day is read at once.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from datetime import datetime
from hashlib import blake2b
from typing import NamedTuple, cast

from agentmem.graph.contract import Graph, Json, Node, Where

OWNER = "!spent"
"""The memory the nodes are kept under: a name no memory can have."""
ROW, DAY = "Spent", "SpentDay"


class Key(NamedTuple):
    """What a row is about: the day (UTC, `2026-11-26`), the memory, the task, the hash of its prompt, who answered."""

    day: str
    memory: str
    task: str
    prompt: str
    model: str


class Count(NamedTuple):
    """Calls and how many of them failed, tokens read and written, wall milliseconds."""

    calls: int = 0
    failed: int = 0
    read: int = 0
    written: int = 0
    milliseconds: float = 0.0

    def plus(self, other: Count) -> Count:
        """Return both together."""
        return _counted(mine + yours for mine, yours in zip(self, other, strict=True))

    def minus(self, other: Count) -> Count:
        """Return what is left without `other`."""
        return _counted(mine - yours for mine, yours in zip(self, other, strict=True))


NOTHING = Count()


class Ledger:
    """The rows of one namespace."""

    def __init__(self, graph: Graph) -> None:
        self._graph = graph

    def rows(self) -> dict[Key, Count]:
        """Return all rows, oldest day first."""
        nodes = self._graph.scan(Where(memory=OWNER, label=ROW))
        return dict(sorted((_key_of(node), _count_of(node)) for node in nodes))

    def on(self, day: str) -> dict[str, Count]:
        """Return what a day came to by model, with what is held for calls under way."""
        found = self._graph.get([_id_of(day)])
        models = cast("dict[str, list[float]]", found[0].props["models"]) if found else {}
        return {model: _counted(numbers) for model, numbers in models.items()}

    def add(self, rows: Mapping[Key, Count], days: Mapping[tuple[str, str], Count]) -> None:
        """Add to rows, and to (day, model)s, in one transaction with whatever batch is open.

        Args:
            rows: Calls that are over.
            days: The same, and what is held for calls that are not; below 0 gives back what was held.
        """

        def added() -> None:
            kept = {node.id: _count_of(node) for node in self._graph.get([_id_of(*key) for key in rows])}
            nodes = [_row(key, kept.get(_id_of(*key), NOTHING).plus(count)) for key, count in rows.items()]
            for day in sorted({day for day, _ in days}):
                models = self.on(day)
                for model, count in ((model, count) for (when, model), count in days.items() if when == day):
                    models[model] = models.get(model, NOTHING).plus(count)
                nodes.append(_day(day, models))
            self._graph.put_nodes(nodes)

        self._graph.transact(added)


def spent_on(day: str, graphs: Iterable[Graph]) -> dict[str, Count]:
    """Return what a day came to by model, over several namespaces."""
    whole: dict[str, Count] = {}
    for graph in graphs:
        for model, count in Ledger(graph).on(day).items():
            whole[model] = whole.get(model, NOTHING).plus(count)
    return whole


def _id_of(day: str, *more: str) -> str:
    named = f"{OWNER}/{day}"
    return f"{named}/{blake2b(json.dumps(more).encode(), digest_size=8).hexdigest()}" if more else named


def _row(key: Key, count: Count) -> Node:
    props: dict[str, Json] = {**key._asdict(), **count._asdict()}
    return Node(_id_of(*key), ROW, _midnight(key.day), OWNER, props=props)


def _day(day: str, models: Mapping[str, Count]) -> Node:
    props: dict[str, Json] = {"models": {model: list(count) for model, count in models.items()}}
    return Node(_id_of(day), DAY, _midnight(day), OWNER, props=props)


def _midnight(day: str) -> datetime:
    return datetime.fromisoformat(f"{day}T00:00:00+00:00")


def _key_of(row: Node) -> Key:
    return Key(*(str(row.props[name]) for name in Key._fields))


def _count_of(row: Node) -> Count:
    return _counted([cast("float", row.props[name]) for name in Count._fields])


def _counted(numbers: Iterable[float]) -> Count:
    calls, failed, read, written, milliseconds = numbers
    return Count(int(calls), int(failed), int(read), int(written), float(milliseconds))
