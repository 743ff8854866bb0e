"""What every store must keep: inherit `StoreContract`, say how to open the store, and run pytest.

```python
class TestSQLiteKeepsTheContract(StoreContract):
    factory = SQLiteStores

    def uri(self, folder: Path) -> str:
        return str(folder / "graph.db")
```
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import ClassVar

import pytest

from agentmem.graph.contract import Graph, Store, StoreFactory
from agentmem.testing.store_durability import DurabilityContract
from agentmem.testing.store_filters import FilterContract
from agentmem.testing.store_search import SearchContract
from agentmem.testing.store_sharing import SharingContract
from agentmem.testing.store_transact import TransactContract
from agentmem.testing.store_vectors import VectorsAnewContract
from agentmem.testing.store_writing import WritingContract


class OpensStores:
    """The fixtures of the contract tests: `place`, `store`, `graph`.

    Attributes:
        factory: Opens the store; importable by module and name, for the processes that tests start.
    """

    factory: ClassVar[type[StoreFactory]]

    def uri(self, folder: Path) -> str:
        """Return the URI of one store that belongs to `folder`, the same each time."""
        raise NotImplementedError

    @pytest.fixture
    def place(self, tmp_path: Path) -> str:
        """Give the URI of a store that is not there yet."""
        return self.uri(tmp_path)

    @pytest.fixture
    def store(self, place: str) -> Iterator[Store]:
        """Give a new store."""
        store = self.factory().open(place)
        yield store
        store.close()

    @pytest.fixture
    def graph(self, store: Store) -> Graph:
        """Give a new graph in it."""
        return store.graph("alice")


class StoreContract(
    OpensStores,
    WritingContract,
    FilterContract,
    SearchContract,
    VectorsAnewContract,
    SharingContract,
    TransactContract,
    DurabilityContract,
):
    """The promises of `agentmem.graph.contract`, each as a test."""
