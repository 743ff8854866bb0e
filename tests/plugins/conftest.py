"""What the tests of every memory stand on: an empty store, and one host, since finding plugins takes time."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from agentmem.graph.contract import Store
from agentmem.graph.sqlite import SQLiteStore
from agentmem.host import Host
from agentmem.testing.memory_world import installed


@pytest.fixture
def store() -> Iterator[Store]:
    store = SQLiteStore.in_memory()
    yield store
    store.close()


@pytest.fixture(scope="session")
def host() -> Host:
    return installed()
