"""What all tests share: an invariant is not about how busy the machine is; and one Neo4j server for the whole run."""

import os
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from itertools import count
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, settings

from agentmem.testing.neo4j.absent import OWN, NoServer
from agentmem.testing.neo4j.java import LONG_TERM, java_command
from agentmem.testing.neo4j.server import Neo4jServer
from agentmem.testing.neo4j.watched import shared_server

REQUIRED = "AGENTMEM_REQUIRE_NEO4J"
"""Environment variable: fail where there is no server to test on, instead of skipping."""

settings.register_profile("house", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("house")


def pytest_configure_node(node: Any) -> None:
    """Tell a worker which process stands for the whole run (a hook of pytest-xdist)."""
    node.workerinput["run"] = os.getpid()


@contextmanager
def _needed() -> Iterator[None]:
    try:
        yield
    except NoServer as none:
        if os.environ.get(REQUIRED):
            pytest.fail(str(none))
        pytest.skip(str(none))


@pytest.fixture(scope="session")
def neo4j_uri(tmp_path_factory: pytest.TempPathFactory, request: pytest.FixtureRequest) -> str:
    """Where a real Neo4j server is: the one named in the environment, or one started for this run of tests."""
    if own := os.environ.get(OWN):
        return own
    worker: dict[str, Any] | None = getattr(request.config, "workerinput", None)
    folder = tmp_path_factory.getbasetemp()
    with _needed():
        if worker:
            return shared_server(folder.parent / "neo4j", worker["run"])
        return shared_server(folder / "neo4j", os.getpid())


@pytest.fixture(scope="session")
def can_start_neo4j() -> None:
    """Go on only where servers can be started."""
    with _needed():
        java_command(LONG_TERM, heap="384m")


@pytest.fixture
def start_neo4j(can_start_neo4j: None, tmp_path: Path) -> Iterator[Callable[..., Neo4jServer]]:
    """Start servers of a test's own, to be killed and frozen; takes what `Neo4jServer.start` takes, but the folder."""
    numbers = count(1)
    with ExitStack() as servers:
        yield lambda **options: servers.enter_context(
            Neo4jServer.start(tmp_path / f"server-{next(numbers)}", **options)
        )
