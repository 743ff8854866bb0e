"""Namespaces that are kept near, as copies, keep every promise of a store."""

from pathlib import Path

import pytest

from agentmem.graph.neo4j import Neo4jStores
from agentmem.testing.neo4j.roots import store_uri
from agentmem.testing.store_contract import StoreContract


class TestNearKeepsTheContract(StoreContract):
    factory = Neo4jStores
    rounds = 8

    @pytest.fixture(autouse=True)
    def server(self, neo4j_uri: str) -> None:
        self.server_uri = neo4j_uri

    def uri(self, folder: Path) -> str:
        return store_uri(self.server_uri, folder)
