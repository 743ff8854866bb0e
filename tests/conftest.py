"""What all tests share: an invariant is not about how busy the machine is; and one Neo4j server for the whole run."""

import os

import pytest
from hypothesis import HealthCheck, settings

from agentmem.testing.neo4j.jars import OWN, NoServer
from agentmem.testing.neo4j.watched import shared_server

REQUIRED = "AGENTMEM_REQUIRE_NEO4J"
"""Environment variable: fail where there is no server to test on, instead of skipping."""

settings.register_profile("house", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("house")


@pytest.fixture(scope="session")
def neo4j_uri(tmp_path_factory: pytest.TempPathFactory, worker_id: str) -> str:
    """Where a real Neo4j server is: the one named in the environment, or one started for this run of tests."""
    if own := os.environ.get(OWN):
        return own
    alone = worker_id == "master"
    place = tmp_path_factory.getbasetemp() if alone else tmp_path_factory.getbasetemp().parent
    try:
        return shared_server(place / "neo4j", os.getpid() if alone else os.getppid())
    except NoServer as none:
        if os.environ.get(REQUIRED):
            pytest.fail(str(none))
        pytest.skip(str(none))
