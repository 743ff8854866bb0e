"""Opens Neo4j stores; the driver is imported when the first is opened."""

from __future__ import annotations

from collections.abc import Iterator
from importlib.util import find_spec

from agentmem.errors import MissingExtra
from agentmem.finding import Finding
from agentmem.graph.contract import Store
from agentmem.graph.neo4j.address import address_of, is_neo4j


class Neo4jStores:
    """Opens Neo4j stores.

    It claims `neo4j://[user[:password]@]host[:port][/database]`, and the like with `bolt`, `+s` and `+ssc`.
    A password is better kept in NEO4J_PASSWORD. After a `?`: `near=200000`, the most nodes a namespace may have
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
        _check_driver()
        from agentmem.graph.neo4j.store import Neo4jStore

        return Neo4jStore(address_of(uri), create=create)

    def examine(self, uri: str) -> Iterator[Finding]:
        """Yield how the server is, and the store on it; nothing is changed. Raises as `open` does for an address."""
        _check_driver()
        from agentmem.graph.neo4j.examining import examine

        return examine(address_of(uri))

    def patient(self, uri: str, wait_s: float) -> str:
        """Return the URI of the same store, for which one waits so long where the server is away."""
        begin, _, query = uri.partition("?")
        kept = [setting for setting in query.split("&") if setting and not setting.startswith("wait=")]
        return f"{begin}?{'&'.join([*kept, f'wait={wait_s:g}'])}"


def _check_driver() -> None:
    if find_spec("neo4j") is None:
        raise MissingExtra.needs("neo4j", what="a store on a Neo4j server")
