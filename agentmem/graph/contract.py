"""The store contract: nodes and edges of namespaces, wherever they are kept.

A `Store` is opened by URI and gives one `Graph` per namespace. A graph has no
way to name another namespace. Filters are data, never SQL or Cypher; labels,
edge types and property names are checked identifiers, never model output.

Time travel is a plain filter: each node carries the journal position it came
from and, when retired, the position that retired it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Literal, NamedTuple, Protocol, TypeAlias, TypeVar, runtime_checkable

from pydantic import JsonValue

from agentmem.finding import Finding
from agentmem.vectors import Vectors

T = TypeVar("T")
Json: TypeAlias = JsonValue
Operator = Literal["=", "<", "<=", ">", ">=", "in"]
Direction = Literal["out", "in", "both"]


class Node(NamedTuple):
    """One node, as it is kept.

    Attributes:
        id: Unique in its namespace, 1 to 500 characters.
        label: What it is (`Event`, `Entity`, ...): an identifier; never changes.
        at: The world's time of what it says, aware.
        memory: The memory it belongs to; "" for the journal's own.
        text: What it says; found by `matching` when not empty.
        props: Anything else, as JSON. Property names are identifiers.
        vector: Shape (dim,), unit length; given back only when asked for.
        position: The journal position it came from.
        retired: The journal position that retired it; None while it is current.
        by: Who said so: "rules", or the model's name.
    """

    id: str
    label: str
    at: datetime
    memory: str = ""
    text: str = ""
    props: Mapping[str, Json] = {}
    vector: Vectors | None = None
    position: int = 0
    retired: int | None = None
    by: str = ""


class Edge(NamedTuple):
    """A directed edge; one per (source, type, target). It is current while both its ends are."""

    source: str
    type: str
    target: str
    props: Mapping[str, Json] = {}
    position: int = 0


class Hit(NamedTuple):
    """A node found by a search, with its score: the higher the better."""

    node: Node
    score: float


@dataclass(frozen=True)
class Where:
    """Which nodes are meant. Each field narrows; the default is every current node.

    Attributes:
        memory: Only nodes of this memory ("" for the journal's own).
        label: Only nodes with this label.
        since, until: Only nodes with `since <= at < until`.
        after: Only nodes with `position > after`.
        as_of: None: only what is current. N: what was current once position N was
            folded (`position <= N`, not retired by then).
        retired: Also what is retired (with `as_of=None` only).
        props: Property name to (operator, value). A node without the property,
            or with a value of another type, does not match.
    """

    memory: str | None = None
    label: str | None = None
    since: datetime | None = None
    until: datetime | None = None
    after: int | None = None
    as_of: int | None = None
    retired: bool = False
    props: Mapping[str, tuple[Operator, Json]] = field(default_factory=dict)


EVERYTHING_CURRENT = Where()


class Graph(Protocol):
    """The nodes and edges of one namespace; it has no way to name another.

    May be used from many threads. Every write is durable when the call, or the
    outermost `batch` around it, returns.
    """

    namespace: str

    def batch(self) -> AbstractContextManager[None]:
        """Make everything inside one transaction, seen whole by others or not at all.

        Reads inside see what was written inside. Batches nest: the outermost
        commits. An exception undoes everything. Writers of one store wait for
        each other. Never call a model inside.

        Raises:
            StoreUnavailable: disk full, read-only, or waited too long; nothing was written.
        """
        ...

    def transact(self, work: Callable[[], T]) -> T:
        """Run `work` inside a batch and return what it returns; a store may do so more than once.

        A store far away need not lock before it reads: it does the work, and where another writer was faster,
        or the connection broke before the commit, nothing was written and the work is done again. So `work`
        must change nothing but this graph. Inside a batch it is a part of that.

        Raises:
            StoreUnavailable: as `batch` does. And whatever `work` raises, which undoes it.
        """
        ...

    def snapshot(self) -> AbstractContextManager[None]:
        """Let reads inside be of one moment where the store can, and ask it only once what has changed since.

        Inside a batch, and inside another one, it is a part of that. A write inside ends it. Nobody waits for it.
        """
        ...

    def counters(self) -> Mapping[str, int]:
        """Return all counters that were ever advanced, by name, sorted."""
        ...

    def counter(self, name: str) -> int:
        """Return the value of a named counter; 0 when it was never advanced."""
        ...

    def advance(self, name: str, *, expected: int, value: int) -> None:
        """Compare and swap a counter.

        Raises:
            CursorMoved: the counter is not `expected`; nothing was changed.
        """
        ...

    def put_nodes(self, nodes: Sequence[Node]) -> None:
        """Write all or none; a node whose id is known is replaced, with vector and text index.

        Raises:
            WrongDimension: a vector has another dim than this namespace keeps, or
                is not finite. Nothing was written.
            InvalidInput: an id, label or property name is not acceptable.
        """
        ...

    def put_edges(self, edges: Sequence[Edge]) -> None:
        """Write all or none; one that is known (source, type, target) keeps its position and gets the new props.

        Raises:
            UnknownNode: an edge ends at a node this graph does not hold. Nothing was written.
        """
        ...

    def retire(self, ids: Sequence[str], *, position: int) -> int:
        """Mark nodes as retired by `position`; return how many were current until now."""
        ...

    def get(self, ids: Sequence[str], *, vectors: bool = False) -> list[Node]:
        """Return the nodes with these ids, retired or not, in the order of `ids`; unknown ids are left out."""
        ...

    def scan(
        self,
        where: Where = EVERYTHING_CURRENT,
        *,
        newest: bool = False,
        limit: int | None = None,
        vectors: bool = False,
    ) -> list[Node]:
        """Return nodes in order of (position, id); with `newest`, the last ones first."""
        ...

    def edges(
        self,
        ids: Sequence[str],
        *,
        types: Sequence[str] | None = None,
        direction: Direction = "both",
        retired: bool = False,
        limit: int | None = None,
    ) -> list[Edge]:
        """Return the edges at these nodes, newest first, each once.

        Args:
            ids: Nodes to start from; unknown ones have no edges.
            types: Only these types.
            direction: "out" where a node is the source, "in" the target.
            retired: Also edges with a retired end.
            limit: The most edges in all.
        """
        ...

    def expand(
        self,
        ids: Sequence[str],
        *,
        hops: int,
        types: Sequence[str] | None = None,
        direction: Direction = "both",
        limit: int = 200,
    ) -> list[tuple[Node, int]]:
        """Return current nodes within `hops` edges with their distance, nearest first, the start included (0)."""
        ...

    def nearest(self, vector: Vectors, where: Where = EVERYTHING_CURRENT, *, limit: int) -> list[Hit]:
        """Return up to `limit` nodes with their cosine in [-1, 1], best first, ties by id; exact.

        Args:
            vector: Shape (dim,), unit length.
            where: Only nodes that match; every filter is exact.
            limit: At least 1.

        Raises:
            WrongDimension: `vector` has another dim than the vectors kept.
        """
        ...

    def nearest_many(self, vectors: Vectors, where: Where = EVERYTHING_CURRENT, *, limit: int) -> list[list[Hit]]:
        """Return `nearest` for each row of `vectors`, shape (n, dim), in one pass."""
        ...

    def matching(self, text: str, where: Where = EVERYTHING_CURRENT, *, limit: int) -> list[Hit]:
        """Return up to `limit` nodes that share words with `text`, best first, scores above 0.

        Words are stemmed (porter); `text` is data: no query syntax in it is obeyed.
        """
        ...

    def frequencies(self, words: Sequence[str], where: Where = EVERYTHING_CURRENT, *, most: int) -> Mapping[str, int]:
        """Return in how many nodes each of `words` is, in any of its forms, as `matching` would find it.

        A word with punctuation inside ("well-kept") is there where its parts stand in a row.

        Args:
            words: Which words; one without a letter or digit is in no node.
            where: Only nodes that match.
            most: No further is counted, so that a word that is everywhere costs no more; at least 1.
        """
        ...

    def delete(self, ids: Sequence[str]) -> int:
        """Erase nodes with their edges, vectors and text; return how many there were."""
        ...

    def stats(self) -> Mapping[str, int]:
        """Count what is current: one per "memory/label", `nodes`, `edges`, `vectors`; and `retired` nodes."""
        ...


class Store(Protocol):
    """Where graphs are kept."""

    uri: str

    def graph(self, namespace: str) -> Graph:
        """Return the graph of `namespace`, made on its first write.

        Raises:
            InvalidInput: the name is empty, over 200 characters, or has control characters.
        """
        ...

    def namespaces(self) -> list[str]:
        """Return the names in use, sorted."""
        ...

    def drop(self, namespace: str) -> int:
        """Erase a namespace whole; return how many nodes it had."""
        ...

    def forget_vectors(self, namespace: str) -> None:
        """Take the vector off every node of a namespace, retired or not, and with them the dimension it keeps.

        Inside a batch of the namespace's graph it is a part of that, and what is written next may have
        another dimension: so vectors are made anew without two kinds of them ever being there together.
        """
        ...

    def alone(self) -> AbstractContextManager[None]:
        """Let nobody else be inside `alone` of this store meanwhile, in whatever thread or process.

        For what must not be decided twice at once across namespaces. Open it before a batch, never inside one.
        """
        ...

    def backup(self, path: Path) -> None:
        """Write a copy that can be opened as a store of its own, while others go on writing."""
        ...

    def close(self) -> None:
        """Flush and free; may be called twice. Open graphs of this store are closed with it."""
        ...


class StoreFactory(Protocol):
    """What a plugin offers under `agentmem_stores`: a kind of store, opened by URI."""

    def claims(self, uri: str) -> bool:
        """Return whether `uri` is one of ours; opens nothing."""
        ...

    def open(self, uri: str, *, create: bool = True) -> Store:
        """Open the store, making it if `create`.

        Raises:
            StoreUnavailable: it cannot be opened, or is not there and `create` is False.
            StoreRefused: corrupt, another program's, or of a newer version.
        """
        ...


@runtime_checkable
class Scrubs(Protocol):
    """A store that keeps for a while what was deleted, where only a look into its files finds it, and can let go."""

    def scrub(self) -> None:
        """Overwrite what was deleted, as far as nobody is reading it at this moment."""
        ...


@runtime_checkable
class ExaminesStores(Protocol):
    """What a kind of store may offer as well: to tell how a store is, also one that cannot be opened."""

    def examine(self, uri: str) -> Iterator[Finding]:
        """Yield one thing after the other, as far as one gets; nothing is changed."""
        ...


@runtime_checkable
class ChecksPlaces(Protocol):
    """What a kind of store may offer as well: to say where no store can be, before one is opened."""

    def check(self, uri: str) -> None:
        """Refuse a place where `open` would fail whatever is waited for; nothing is made, and no server asked.

        Raises:
            InvalidInput, StoreUnavailable, StoreRefused: with the cure.
        """
        ...


@runtime_checkable
class WaitsForStores(Protocol):
    """What a kind of store may offer as well: to wait for one that is away."""

    def patient(self, uri: str, wait_s: float) -> str:
        """Return a URI of the same store, for which one waits up to so many seconds."""
        ...


def ids_of(nodes: Iterable[Node]) -> list[str]:
    """Return the ids of `nodes`, in order."""
    return [node.id for node in nodes]
