from pathlib import Path
import pytest, neo4j
from agentmem.graph.neo4j.store import Neo4jStores
from agentmem.testing.store_contract import StoreContract

@pytest.fixture(autouse=True)
def wipe():
    d=neo4j.GraphDatabase.driver("bolt://127.0.0.1:17687")
    d.execute_query("MATCH (n) DETACH DELETE n"); d.close()

class TestNearKeepsTheContract(StoreContract):
    factory = Neo4jStores

    def uri(self, folder: Path) -> str:
        return "bolt://127.0.0.1:17687"
