"""What a server is and can do: asked once, when a store is opened, in one round trip."""

from __future__ import annotations

import re
from dataclasses import dataclass

from agentmem.errors import StoreRefused
from agentmem.graph.neo4j.faults import NEEDED, OLDEST
from agentmem.graph.neo4j.server import Server
from agentmem.graph.neo4j.statements import statement

FILTERS_VECTORS = (2026, 1)
"""The first that searches a vector index with conditions (`CYPHER 25`, SEARCH ... WHERE)."""


@dataclass(frozen=True)
class Found:
    """What a store is opened on.

    Attributes:
        version: Of the server, such as "5.26.20".
        edition: "community" or "enterprise".
        database: The one that is used, by name.
        schema: The version of our schema there; None where it is not made yet.
        is_used: Whether a namespace of this store is there.
    """

    version: str
    edition: str
    database: str
    schema: int | None
    is_used: bool

    @property
    def filters_vectors(self) -> bool:
        """Whether it can look through a vector index for what also meets other conditions."""
        return numbers(self.version) >= FILTERS_VECTORS


def probe(server: Server, prefix: str = "") -> Found:
    """Return what is there.

    Args:
        server: Asked once.
        prefix: How the names of this store's namespaces begin.

    Raises:
        StoreRefused: the server is too old.
        StoreUnavailable: it cannot be reached.
    """
    rows = server.read(statement("probe"), root=prefix)
    found = Found(*rows[0])
    if numbers(found.version) < OLDEST:
        raise StoreRefused(f"{server.address.uri} is Neo4j {found.version}: {NEEDED}; upgrade the server")
    return found


def numbers(version: str) -> tuple[int, ...]:
    """Return the first two numbers of a version.

    >>> numbers("5.26.20")
    (5, 26)
    >>> numbers("2026.09.0-aura")
    (2026, 9)
    """
    return tuple(int(number) for number in re.findall(r"\d+", version)[:2])
