"""The hash table: which bucket a vector falls into, and how the table is kept in the graph.

TiM (Liu et al., 2023): a thought with the embedding x goes into the bucket
F(x) = argmax([xR; -xR]), R being Gaussian of shape (dim, b / 2): cross-polytope
hashing. All that F depends on is kept, so that a bucket means the same tomorrow.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from functools import lru_cache
from hashlib import shake_256

import numpy as np
from numpy.typing import NDArray

from agentmem.events import Value
from agentmem.graph.changes import Changes
from agentmem.graph.contract import Where
from agentmem.graph.view import MemoryGraph
from agentmem.language.contract import Language
from agentmem.vectors import Vectors
from agentmem_tim.settings import MOST_BUCKETS, TiMSettings

Coordinates = NDArray[np.float64]
BUCKETS = Where(label="Bucket")
TABLES = Where(label="Table")
ROWS_AT_ONCE = 1024
DECIMALS = 6
"""Directions are rounded, since the last digits of logarithm and cosine differ from machine to machine."""


class Table(Value):
    """The hash table: all that F depends on, as it is kept in the graph.

    Attributes:
        generation: How many tables there were before.
        buckets: b, even.
        seed: What the directions are drawn from.
        dim, embedder: Of the vectors.
        thoughts: How many were hashed when it was made.
        centre: Taken off every vector before it is hashed; empty for none.
    """

    generation: int
    buckets: int
    seed: int
    dim: int
    embedder: str
    thoughts: int = 0
    centre: tuple[float, ...] = ()

    def coordinates(self, vectors: Vectors) -> Coordinates:
        """Return [xR; -xR] for each row x of `vectors`, shape (n, b).

        Each row by itself, so that a thought alone and a thought among many fall into the same bucket.
        """
        rows = np.asarray(vectors, np.float64)
        if self.centre:
            rows = rows - np.asarray(self.centre)
        half = np.vecdot(rows[:, None, :], directions(self.seed, self.dim, self.buckets // 2))
        return np.concatenate([half, -half], axis=1)

    def buckets_of(self, vectors: Vectors) -> list[int]:
        """Return F(x) for each row x of `vectors`."""
        parts = (vectors[at : at + ROWS_AT_ONCE] for at in range(0, len(vectors), ROWS_AT_ONCE))
        return [int(bucket) for part in parts for bucket in self.coordinates(part).argmax(axis=1)]

    def probed(self, vector: Vectors, count: int) -> list[int]:
        """Return the `count` likeliest buckets of a vector: those of its largest coordinates, F(x) first."""
        order = np.argsort(-self.coordinates(vector[None])[0], kind="stable")
        return [int(bucket) for bucket in order[:count]]


@lru_cache(maxsize=32)
def directions(seed: int, dim: int, count: int) -> Coordinates:
    """Return R as rows: `count` Gaussian directions, shape (count, dim).

    Drawn from a hash (SHAKE-256) rather than a random generator, whose stream
    may change with its version. More directions begin with the same ones.

    >>> directions(0, 3, 2).tolist() == directions(0, 3, 4)[:2].tolist()
    True
    """
    pairs = -(-count * dim // 2)
    drawn = np.frombuffer(shake_256(f"{seed}/{dim}".encode()).digest(16 * pairs), "<u8") >> 11
    uniform = (drawn.astype(np.float64) + 0.5) / 2**53
    radius, angle = np.sqrt(-2 * np.log(uniform[::2])), 2 * np.pi * uniform[1::2]
    normal = np.stack([radius * np.cos(angle), radius * np.sin(angle)], axis=1)  # Box and Muller 1958
    rows = normal.round(DECIMALS).reshape(-1)[: count * dim].reshape(count, dim)
    rows.flags.writeable = False  # it is kept, and shared
    return rows


def buckets_for(thoughts: int, settings: TiMSettings) -> int:
    """Return how many buckets so many thoughts want.

    >>> [buckets_for(count, TiMSettings()) for count in (0, 9_999, 10_000, 100_000)]
    [16, 16, 64, 512]
    """
    if thoughts < settings.grow_at:
        return settings.buckets
    power = (-(-thoughts // settings.per_bucket) - 1).bit_length()
    return max(settings.buckets, min(1 << power, MOST_BUCKETS))


def table_in(graph: MemoryGraph) -> Table | None:
    """Return the hash table in use: the last one made."""
    nodes = graph.scan(TABLES)
    return max((Table.model_validate(node.props) for node in nodes), key=lambda one: one.generation, default=None)


def table_for(graph: MemoryGraph, language: Language, settings: TiMSettings) -> tuple[Table, bool]:
    """Return the table to hash into, and whether it is stale: made for another embedder than now.

    A first table is of no generation yet. A stale one is like the old one, but for vectors of
    now: all thoughts are to be hashed again.
    """
    dim, name = language.embedder.dim, language.embedder.id
    table = table_in(graph)
    if table is None:
        return Table(generation=-1, buckets=settings.buckets, seed=settings.seed, dim=dim, embedder=name), False
    if table.embedder == name:
        return table, False
    return table.model_copy(update={"dim": dim, "embedder": name, "centre": ()}), True


def rehash(graph: MemoryGraph, changes: Changes, table: Table, vectors: Mapping[str, Vectors | None]) -> None:
    """Propose the next hash table, with these thoughts by node; the last one is retired, and says why it was."""
    new = table.model_copy(update={"generation": table.generation + 1, "thoughts": len(vectors)})
    node = changes.add("Table", f"{new.buckets} buckets", key=str(new.generation), props=new.model_dump(mode="json"))
    put_in_buckets(graph, changes, new, vectors)
    for old in [*graph.scan(TABLES), *graph.scan(BUCKETS)]:
        changes.retire(old.id, successor=node, reason=f"rehashed: {len(vectors)} thoughts")


def put_in_buckets(graph: MemoryGraph, changes: Changes, table: Table, vectors: Mapping[str, Vectors | None]) -> None:
    """Propose the edges from thoughts to their buckets; a bucket is made when its first thought comes."""
    buckets = table.buckets_of(rows_of(list(vectors.values()), table.dim))
    for index in sorted(set(buckets)):
        bucket = changes.add("Bucket", f"bucket {index} of {table.buckets}", key=f"{table.generation}/{index}")
        changes.link(bucket, "OF", graph.id_of("Table", str(table.generation)))
    for node, index in zip(vectors, buckets, strict=True):
        changes.link(node, "IN", graph.id_of("Bucket", f"{table.generation}/{index}"))


def rows_of(vectors: Sequence[Vectors | None], dim: int) -> Vectors:
    """Return vectors as rows, shape (n, dim); zeros for those that are missing."""
    rows = np.zeros((len(vectors), dim), np.float32)
    for row, vector in zip(rows, vectors, strict=True):
        if vector is not None:
            row[:] = vector
    return rows


def mean_of(vectors: Iterable[Vectors | None]) -> tuple[float, ...]:
    """Return the mean of the vectors there are, rounded, for it is kept as text; nothing where there are none."""
    rows = [vector for vector in vectors if vector is not None]
    if not rows:
        return ()
    mean = np.stack(rows).mean(axis=0, dtype=np.float64)
    return tuple(float(one) for one in mean.round(DECIMALS))
