"""Namespaces that are too large to be kept near keep every promise of a store: all is asked on the server."""

from pathlib import Path

import pytest

from agentmem.graph.neo4j import Neo4jStores
from agentmem.testing.neo4j.roots import store_uri
from agentmem.testing.store_contract import StoreContract


class TestFarKeepsTheContract(StoreContract):
    factory = Neo4jStores
    rounds = 8
    snapshots_hold = False

    @pytest.fixture(autouse=True)
    def server(self, neo4j_uri: str) -> None:
        self.server_uri = neo4j_uri

    def uri(self, folder: Path) -> str:
        return store_uri(self.server_uri, folder, near=0)
