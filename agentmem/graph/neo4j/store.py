"""The Neo4j store: namespaces in one database of a server."""

from __future__ import annotations

from contextlib import AbstractContextManager
from pathlib import Path
from typing import cast

from agentmem.graph.checks import check_namespace
from agentmem.graph.contract import Graph
from agentmem.graph.neo4j.address import Address, address_of, is_neo4j
from agentmem.graph.neo4j.graph import Neo4jGraph
from agentmem.graph.neo4j.near import Near
from agentmem.graph.neo4j.server import Server
from agentmem.graph.neo4j.statements import statement


class Neo4jStores:
    """Opens Neo4j stores: `neo4j://[user@]host[:port][/database]`, also `bolt`, `+s` and `+ssc`."""

    def claims(self, uri: str) -> bool:
        """Return whether `uri` is one of our schemes; opens nothing."""
        return is_neo4j(uri)

    def open(self, uri: str, *, create: bool = True) -> Neo4jStore:
        """Open the store."""
        return Neo4jStore(address_of(uri), create=create)


class Neo4jStore:
    def __init__(self, address: Address, *, create: bool = True) -> None:
        self.uri = address.uri
        self.server = Server(address)
        self._near = Near(self.server, address.near)

    def graph(self, namespace: str) -> Neo4jGraph:
        check_namespace(namespace)
        return Neo4jGraph(namespace, self._near, cast(Graph, _Far(namespace)))

    def namespaces(self) -> list[str]:
        return [row[0] for row in self.server.read(statement("namespaces"))]

    def drop(self, namespace: str) -> int:
        check_namespace(namespace)
        count = self.server.write("MATCH (n:Mem {namespace:$namespace}) DETACH DELETE n RETURN count(*)", namespace=namespace)[0][0]
        self.server.write("MATCH (n:MemSpace {namespace:$namespace}) DELETE n", namespace=namespace)
        self._near.forget(namespace)
        return count

    def forget_vectors(self, namespace: str) -> None:
        check_namespace(namespace)
        self._near.forget_vectors(cast(Graph, _Far(namespace)), lambda: None)

    def close(self) -> None:
        self._near.close()
        self.server.close()

class _Far:
    def __init__(self, namespace: str) -> None:
        self.namespace = namespace
