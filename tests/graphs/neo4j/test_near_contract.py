"""Namespaces that are kept near, as copies, keep every promise of a store."""

from pathlib import Path

import pytest

from agentmem.graph.neo4j import Neo4jStores
from agentmem.testing.store_contract import StoreContract


class TestNearKeepsTheContract(StoreContract):
    factory = Neo4jStores

    @pytest.fixture(autouse=True)
    def server(self, neo4j_uri: str) -> None:
        self.server_uri = neo4j_uri

    def uri(self, folder: Path) -> str:
        return f"{self.server_uri}?root={folder.name}"
