"""A server of one's own, which lets nobody in without a password, and may be killed, frozen and started again."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from agentmem.testing.neo4j import Neo4jServer
from tests.conftest import needed

PASSWORD = "s3cr3t-word"


@pytest.fixture(scope="session")
def own_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Neo4jServer]:
    """One for all tests of a process; whoever kills or freezes it leaves it running."""
    with needed():
        folder, settings = tmp_path_factory.mktemp("own"), {"db.memory.transaction.max": "32m"}
        server = Neo4jServer.start(folder, password=PASSWORD, settings=settings)
    with server:
        yield server


@pytest.fixture
def own_uri(own_server: Neo4jServer) -> str:
    """Where it is, with what it takes to be let in."""
    return own_server.uri.replace("://", f"://neo4j:{PASSWORD}@")
