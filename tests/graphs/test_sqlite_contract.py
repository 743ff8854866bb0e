from pathlib import Path

from agentmem.graph.sqlite import SQLiteStores
from agentmem.testing.store_contract import StoreContract


class TestSQLiteKeepsTheContract(StoreContract):
    factory = SQLiteStores

    def uri(self, folder: Path) -> str:
        return str(folder / "graph.db")
