"""The Neo4j store: namespaces in one database of a server, shared by many processes and machines."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

from agentmem.errors import StoreUnavailable
from agentmem.graph.checks import check_namespace
from agentmem.graph.moving.copying import copy
from agentmem.graph.neo4j.address import Address
from agentmem.graph.neo4j.far import Far, FarGraph
from agentmem.graph.neo4j.graph import Neo4jGraph
from agentmem.graph.neo4j.near import Near
from agentmem.graph.neo4j.probe import probe
from agentmem.graph.neo4j.schema import bring_up
from agentmem.graph.neo4j.server import Server
from agentmem.graph.neo4j.statements import statement
from agentmem.graph.sqlite import SQLiteStore

PAGE = 1000


class Neo4jStore:
    """Where graphs are kept: a database of a Neo4j server; promises: `agentmem.graph.contract.Store`.

    Args:
        address: Where it is.
        create: Make our schema if it is not there.

    Attributes:
        found: What the server is and can do.

    Raises:
        StoreUnavailable, StoreRefused: as `agentmem.graph.neo4j.Neo4jStores.open` says.
    """

    def __init__(self, address: Address, *, create: bool = True) -> None:
        self.uri = address.uri
        self.address = address
        self.server = Server(address)
        self._far = Far(self.server)
        self._near = Near(self.server, address.near)
        try:
            self.found = probe(self.server, address.prefix)
            if not create and not self.found.is_used:
                raise StoreUnavailable(f"nothing is kept at {self.uri} yet; check the address, or keep something first")
            bring_up(self.server, self.found)
        except BaseException:
            self.close()
            raise

    def graph(self, namespace: str) -> Neo4jGraph:
        """Return the graph of `namespace`, made on its first write."""
        check_namespace(namespace)
        return Neo4jGraph(namespace, FarGraph(self.address.full_name(namespace), self._far), self._near)

    def namespaces(self) -> list[str]:
        """Return the names in use, sorted."""
        prefix = self.address.prefix
        return sorted(
            str(row[0]).removeprefix(prefix) for row in self.server.read(statement("namespaces"), prefix=prefix)
        )

    def drop(self, namespace: str) -> int:
        """Erase a namespace whole; return how many nodes it had."""
        check_namespace(namespace)
        name, count = self.address.full_name(namespace), 0
        known = self.server.read(statement("counters"), namespace=name)
        while gone := self.server.write(statement("drop_nodes"), namespace=name, most=PAGE)[0][0]:
            count += gone
        self.server.write(statement("drop_space"), namespace=name)
        if known and known[0][0].get("index"):
            self._far.indexes.drop(name, known[0][0]["index"])
        self._near.forget(name)
        return count

    def forget_vectors(self, namespace: str) -> None:
        """Take the vector off every node of a namespace, and with them the dimension it keeps."""
        self.graph(namespace).forget_vectors()

    def index_of(self, namespace: str) -> str | None:
        """Return the name of the index of vectors of a namespace, once it is complete, if it is known to have one.

        One is begun by a search in a namespace that has outgrown exact search.
        """
        self._far.indexes.wait()
        return self._far.indexes.named(self.address.full_name(namespace))

    def wait_for_copies(self) -> None:
        """Wait for the copies of larger namespaces that are being made beside the work."""
        self._near.wait()

    @contextmanager
    def alone(self) -> Iterator[None]:
        """Let nobody else be inside, in whatever thread or process, by a lock on the server."""
        with self.server.transaction() as transaction:
            transaction.run(statement("alone"), key=f"alone/{self.address.root}")
            yield

    def backup(self, path: Path) -> None:
        """Write a copy into a new SQLite file, which can be opened as a store, or copied back.

        Raises:
            StoreUnavailable: `path` is there already, or cannot be written; it is left as it was.
        """
        if path.exists():
            raise StoreUnavailable(f"{path} is there already; name a new file for the backup")
        unfinished = path.with_name(f"{path.name}.unfinished")
        unfinished.unlink(missing_ok=True)
        with closing(SQLiteStore(unfinished)) as target:
            for namespace in self.namespaces():
                copy(self, target, namespace)
        unfinished.rename(path)

    def close(self) -> None:
        """Close the connections and free the copies; may be called twice."""
        self._near.close()
        self.server.close()
