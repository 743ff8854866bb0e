"""Opens Neo4j stores; the driver is imported when the first is opened."""

from __future__ import annotations

from agentmem.errors import MissingExtra
from agentmem.graph.contract import Store
from agentmem.graph.neo4j.address import address_of, is_neo4j


class Neo4jStores:
    """Opens Neo4j stores.

    It claims `neo4j://[user[:password]@]host[:port][/database]`, and the like with `bolt`, `+s` and `+ssc`.
    A password is better kept in NEO4J_PASSWORD. After a `?`: `near=20000`, the most nodes a namespace may have
    to be copied to the client; `wait=60`, seconds to wait for a server that is away; `root=team`, for several
    stores in one database.
    """

    def claims(self, uri: str) -> bool:
        """Return whether `uri` is one of our schemes; opens nothing."""
        return is_neo4j(uri)

    def open(self, uri: str, *, create: bool = True) -> Store:
        """Open the store, making our schema in the database if `create`.

        Raises:
            StoreUnavailable: it cannot be reached, or nothing is kept there and `create` is False.
            StoreRefused: the server is too old, our schema is of a newer version, or may not be made.
            InvalidInput, UnknownSetting: the address cannot be used.
            MissingExtra: the driver is not installed.
        """
        try:
            from agentmem.graph.neo4j.store import Neo4jStore
        except ModuleNotFoundError as missing:
            raise MissingExtra.needs("neo4j", what="a store on a Neo4j server") from missing
        return Neo4jStore(address_of(uri), create=create)
