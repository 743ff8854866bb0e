"""What may be kept: checked before any store is touched."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta
from functools import lru_cache

import numpy as np

from agentmem.errors import InvalidInput, WrongDimension
from agentmem.graph.contract import Edge, Json, Node
from agentmem.vectors import Vectors

IDENTIFIER = re.compile(r"[A-Za-z_][A-Za-z0-9_]{0,63}")
SURROGATE = re.compile("[\ud800-\udfff]")
MAYBE_TOO_BIG = re.compile(r"[0-9]{19}")
CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f]")
LARGEST = 2**63 - 1
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
BEGINS, ENDS = datetime.min.replace(tzinfo=UTC) - EPOCH, datetime.max.replace(tzinfo=UTC) - EPOCH
ENCODER = json.JSONEncoder(ensure_ascii=False, allow_nan=False, separators=(",", ":"))
MICROSECOND = timedelta(microseconds=1)


@lru_cache(maxsize=4096)
def check_identifier(name: str, what: str) -> None:
    """Check a label, edge type or property name.

    Raises:
        InvalidInput: it is not a letter or `_`, then up to 63 letters, digits or `_` (all ASCII).
    """
    if not IDENTIFIER.fullmatch(name):
        raise InvalidInput(f"{what} {name[:80]!r} is not an identifier: use letters, digits and _, at most 64")


def check_namespace(name: str) -> None:
    """Check the name of a namespace.

    Raises:
        InvalidInput: it is empty, over 200 characters, or has control characters or lone surrogates.
    """
    if not 1 <= len(name) <= 200 or CONTROL.search(name) or SURROGATE.search(name):
        raise InvalidInput(
            f"namespace {name[:80]!r} cannot be used: 1 to 200 characters, none of them control characters"
        )


def check_node(node: Node) -> None:
    """Check all of a node but its vector and the values of its props.

    Raises:
        InvalidInput: names the first part that is not acceptable.
    """
    if not 1 <= len(node.id) <= 500 or "\0" in node.id or storable(node.id) != node.id:
        raise InvalidInput(
            f"node id {node.id[:80]!r} cannot be used: 1 to 500 characters, without NUL or lone surrogates"
        )
    check_identifier(node.label, "label")
    if node.memory:
        check_memory(node.memory)
    check_integer(node.position, "position")
    if node.retired is not None:
        check_integer(node.retired, "retired")


def check_edge(edge: Edge) -> None:
    """Check all of an edge but its ends and the values of its props.

    Raises:
        InvalidInput: names the first part that is not acceptable.
    """
    check_identifier(edge.type, "edge type")
    check_integer(edge.position, "position")


@lru_cache(maxsize=1024)
def check_memory(name: str) -> None:
    """Check the name of a memory.

    Raises:
        InvalidInput: it is over 200 characters, or has control characters or lone surrogates.
    """
    if len(name) > 200 or CONTROL.search(name) or SURROGATE.search(name):
        raise InvalidInput(
            f"memory {name[:80]!r} cannot be used: at most 200 characters, none of them control characters"
        )


def check_integer(value: int, what: str) -> None:
    """Check that a whole number fits into 64 bits.

    Raises:
        InvalidInput: it does not.
    """
    if not -LARGEST <= value <= LARGEST:
        raise InvalidInput(f"{what} {value} is too big: at most 64 bits; keep it as text")


def microseconds(at: datetime) -> int:
    """Return `at` as whole microseconds since 1970, UTC.

    Raises:
        InvalidInput: `at` has no time zone, or cannot be told in UTC.
    """
    if at.tzinfo is None:
        raise InvalidInput(f"time {at.isoformat()} has no time zone: pass an aware datetime, such as datetime.now(UTC)")
    since = at - EPOCH
    if not BEGINS <= since <= ENDS:
        raise InvalidInput(f"time {at.isoformat()} is beyond the calendar in UTC: pass another one")
    return since // MICROSECOND


@lru_cache(maxsize=1024)
def moment(microseconds_since_1970: int) -> datetime:
    """Return the aware UTC time of so many microseconds since 1970."""
    return EPOCH + timedelta(microseconds=microseconds_since_1970)


def storable(text: str) -> str:
    """Return `text` with each lone surrogate replaced by U+FFFD: it has no bytes in UTF-8."""
    if text.isascii():
        return text
    return SURROGATE.sub("\ufffd", text)


def props_json(props: Mapping[str, Json]) -> str:
    """Return `props` as JSON, compact, keys in the order given.

    Raises:
        InvalidInput: a name is not an identifier, or a value is not JSON or over 64 bits.
    """
    if not props:
        return "{}"
    _check_names(tuple(props))
    return value_json(dict(props))


@lru_cache(maxsize=4096)
def _check_names(names: tuple[str, ...]) -> None:
    for name in names:
        check_identifier(name, "property name")


def value_json(value: Json) -> str:
    """Return one value as compact JSON.

    Raises:
        InvalidInput: it is not JSON, or holds an integer over 64 bits.
    """
    try:
        text = ENCODER.encode(value)
    except (TypeError, ValueError, RecursionError) as problem:
        raise InvalidInput(f"a property cannot be kept: {problem}; use what JSON knows") from None
    if not _is_all_text(value) and MAYBE_TOO_BIG.search(text):
        _check_integers(value)
    return storable(text)


def _is_all_text(value: Json) -> bool:
    return isinstance(value, dict) and all(type(inner) is str for inner in value.values())


def _check_integers(value: Json) -> None:
    if isinstance(value, dict):
        for inner in value.values():
            _check_integers(inner)
    elif isinstance(value, list | tuple):
        for inner in value:
            _check_integers(inner)
    elif isinstance(value, int):
        check_integer(value, "property value")


def check_kind(node: Node, *, memory: str, label: str) -> None:
    """Check that a node stays of the memory and label it had.

    Raises:
        InvalidInput: it does not.
    """
    if (node.memory, node.label) != (memory, label):
        raise InvalidInput(
            f"node {node.id[:80]!r} is a {label} of memory {memory!r} and cannot become a {node.label} "
            f"of {node.memory!r}: use another id"
        )


def check_limit(limit: int | None, *, least: int = 1) -> None:
    """Check how many results are asked for.

    Raises:
        InvalidInput: fewer than `least`.
    """
    if limit is not None and limit < least:
        raise InvalidInput(f"limit is {limit}: ask for at least {least}")


def stacked(vectors: Sequence[Vectors], dim: int | None) -> Vectors:
    """Return vectors of one namespace as float32, shape (n, dim).

    Raises:
        WrongDimension: they differ from `dim` or from each other, or are not finite.
    """
    shapes = {np.shape(vector) for vector in vectors}
    wanted = (dim,) if dim is not None else next(iter(shapes))
    for shape in shapes:
        if shape != wanted or shape == (0,) or len(shape) != 1:
            raise WrongDimension(
                f"a vector of shape {shape} where this namespace keeps {wanted}: use the embedder it was made with"
            )
    rows = np.asarray(vectors, np.float32)
    if not np.isfinite(rows).all():
        raise WrongDimension("a vector holds NaN or infinity: nothing was written; check the embedder")
    return rows


def as_queries(vectors: Vectors) -> Vectors:
    """Return queries as float32, shape (n, dim).

    Raises:
        WrongDimension: they are not a matrix, or not finite.
    """
    queries = np.asarray(vectors, np.float32)
    if queries.ndim != 2:
        raise WrongDimension(f"queries of shape {queries.shape}: pass one row per query, shape (n, dim)")
    if not np.isfinite(queries).all():
        raise WrongDimension("a query holds NaN or infinity: check the embedder")
    return queries
