"""What all tests share: an invariant is not about how busy the machine is; and one Neo4j server for the whole run."""

import os
from typing import Any, NoReturn

import pytest
from hypothesis import HealthCheck, settings

from agentmem.testing.neo4j.absent import OWN, NoServer

REQUIRED = "AGENTMEM_REQUIRE_NEO4J"
"""Environment variable: fail where there is no server to test on, instead of skipping."""

settings.register_profile("house", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("house")


def pytest_configure_node(node: Any) -> None:
    """Tell a worker which process stands for the whole run (a hook of pytest-xdist)."""
    node.workerinput["run"] = os.getpid()


@pytest.fixture(scope="session")
def neo4j_uri(tmp_path_factory: pytest.TempPathFactory, request: pytest.FixtureRequest) -> str:
    """Where a real Neo4j server is: the one named in the environment, or one started for this run of tests."""
    if own := os.environ.get(OWN):
        return own
    worker: dict[str, Any] | None = getattr(request.config, "workerinput", None)
    own_folder = tmp_path_factory.getbasetemp()
    try:
        from agentmem.testing.neo4j.watched import shared_server

        if worker:
            return shared_server(own_folder.parent / "neo4j", worker["run"])
        return shared_server(own_folder / "neo4j", os.getpid())
    except NoServer as none:
        leave_out(none)


def leave_out(none: NoServer) -> NoReturn:
    """Skip what needs a server; or fail, where one is required."""
    if os.environ.get(REQUIRED):
        pytest.fail(str(none))
    pytest.skip(str(none))
