"""The items of a LangGraph store as nodes of one graph.

An item is a node, found by the hash of its namespace and key. Each text by which it is searched is a node beside it,
with a vector. Both carry the labels of the namespace one by one, as properties: so a prefix is a plain filter, in which
no label can be mistaken for a part of another, whatever is in it.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from hashlib import blake2b
from math import isfinite
from typing import Any, cast

from langgraph.store.base import Item, PutOp, SearchItem

from agentmem.errors import InvalidInput
from agentmem.graph.checks import EPOCH, storable
from agentmem.graph.contract import Json, Node, Operator, Where
from agentmem.vectors import Vectors

ITEM, PASSAGE = "Item", "Passage"
MEMORY = "!langgraph"
"""A name no memory can have."""
NEVER = 253_402_300_799_000
"""Milliseconds since 1970: the end of the year 9999."""
Path = tuple[str, ...]
"""A namespace of LangGraph, or the beginning of one."""
Props = Mapping[str, tuple[Operator, Json]]


@dataclass(frozen=True)
class Draft:
    """An item that is to be put, with the texts it is to be found by."""

    op: PutOp
    texts: Sequence[str]

    @property
    def id(self) -> str:
        """The id of its node."""
        return id_of(self.op.namespace, self.op.key)


def id_of(path: Path, key: str) -> str:
    """Return the id of the node of an item.

    Raises:
        InvalidInput: a label or the key is no text that can be kept.
    """
    check_path(path)
    _check_text(key, "key")
    return f"item/{blake2b(json.dumps([*path, key]).encode(), digest_size=20).hexdigest()}"


def check_path(path: Path) -> None:
    """Check the labels of a namespace.

    Raises:
        InvalidInput: one is empty, or no text that can be kept.
    """
    for label in path:
        _check_text(label, "namespace label")
        if not label:
            raise InvalidInput("a namespace label is empty; leave it out, or name it")


def items_in(prefix: Path, *, now: datetime, **more: tuple[Operator, Json]) -> Where:
    """Return which nodes are the items under a prefix that have not expired."""
    props: Props = {**levels_of(prefix), "expires": (">", milliseconds(now)), **more}
    return Where(memory=MEMORY, label=ITEM, props=props)


def expired(now: datetime) -> Where:
    """Return which nodes are the items that have expired."""
    return Where(memory=MEMORY, label=ITEM, props={"expires": ("<=", milliseconds(now))})


def passages_in(prefix: Path) -> Where:
    """Return which nodes are the texts of items under a prefix."""
    return Where(memory=MEMORY, label=PASSAGE, props=levels_of(prefix))


def nodes_of(draft: Draft, vectors: Vectors, *, old: Node | None, now: datetime, position: int) -> list[Node]:
    """Return an item and its texts as nodes.

    Args:
        draft: What is put.
        vectors: Of its texts, shape (n, dim).
        old: The node it takes the place of; when that was created is kept.
        now: When it is put.
        position: The number of this write: of two items, the higher one was written later.
    """
    levels = {name: label for name, (_, label) in levels_of(draft.op.namespace).items()}
    props: dict[str, Json] = {
        **levels,
        "path": list(draft.op.namespace),
        "key": draft.op.key,
        "value": cast("Json", dict(draft.op.value or {})),
        "created": old.props["created"] if old is not None else now.isoformat(),
        "passages": len(draft.texts),
        **_lifetime(draft.op.ttl, now),
    }
    item = Node(draft.id, ITEM, now, memory=MEMORY, props=props, position=position)
    passages = [
        Node(name, PASSAGE, now, memory=MEMORY, text=text, props={**levels, "item": item.id}, vector=vector,
             position=position)
        for name, text, vector in zip(passages_of(item), draft.texts, vectors, strict=True)
    ]  # fmt: skip
    return [item, *passages]


def passages_of(item: Node) -> list[str]:
    """Return the ids of the nodes of an item's texts."""
    return [f"{item.id}/{number}" for number in range(cast("int", item.props["passages"]))]


def is_alive(item: Node, now: datetime) -> bool:
    """Return whether an item has not expired."""
    return cast("int", item.props["expires"]) > milliseconds(now)


def renewed(item: Node, now: datetime) -> Node:
    """Return an item whose time begins again."""
    ttl = cast("float | None", item.props["ttl"])
    return item._replace(props={**item.props, **_lifetime(ttl, now)})


def item_of(node: Node) -> Item:
    """Return a node as LangGraph's item."""
    return Item(**_fields(node))


def found_item_of(node: Node, score: float | None) -> SearchItem:
    """Return a node as LangGraph's item that was searched for."""
    return SearchItem(**_fields(node), score=score)


def path_of(node: Node) -> Path:
    """Return the namespace of an item."""
    return tuple(cast("list[str]", node.props["path"]))


def milliseconds(at: datetime) -> int:
    """Return a time as milliseconds since 1970."""
    return (at - EPOCH) // timedelta(milliseconds=1)


def _fields(node: Node) -> dict[str, Any]:
    return {
        "namespace": path_of(node),
        "key": str(node.props["key"]),
        "value": cast("dict[str, Any]", node.props["value"]),
        "created_at": datetime.fromisoformat(str(node.props["created"])),
        "updated_at": node.at.astimezone(UTC),
    }


def levels_of(path: Path) -> dict[str, tuple[Operator, Json]]:
    """Return what the nodes under a prefix have in common."""
    return {f"level_{number}": ("=", label) for number, label in enumerate(path)}


def _lifetime(ttl: float | None, now: datetime) -> dict[str, Json]:
    """Return how many minutes an item lives after it was last used, and until when that is now."""
    if ttl is None:
        return {"ttl": None, "expires": NEVER}
    if isinstance(ttl, bool) or not isinstance(ttl, int | float) or not isfinite(ttl) or ttl < 0:
        raise InvalidInput(f"ttl is {ttl!r}; give minutes, 0 or more, or None for an item that stays")
    return {"ttl": ttl, "expires": min(NEVER, int(milliseconds(now) + ttl * 60_000))}


def _check_text(text: object, what: str) -> None:
    if not isinstance(text, str) or storable(text) != text:
        raise InvalidInput(f"a {what} is a {type(text).__name__} that cannot be kept; use text without lone surrogates")
