"""What all tests share: an invariant is not about how busy the machine is; stores; one Neo4j server for the whole run.

A module that says `ON_EVERY_STORE = True` runs on each of `STORES` what asks for `place`, or to open a store or memory.
"""

from __future__ import annotations

import os
import subprocess
import sys
import sysconfig
import venv
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from itertools import count
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, settings

from agentmem.graph.contract import Store
from agentmem.graph.neo4j import Neo4jStores
from agentmem.graph.sqlite import SQLiteStores
from agentmem.testing.neo4j.absent import OWN, NoServer
from agentmem.testing.neo4j.java import LONG_TERM, java_command
from agentmem.testing.neo4j.roots import store_uri
from agentmem.testing.neo4j.server import Neo4jServer
from agentmem.testing.neo4j.watched import shared_server
from agentmem.testing.repeating import RepeatingStore

OpenStore = Callable[..., Store]
STORES = ("sqlite", "repeating", "neo4j")
"""What tests that say so run on: a file; one with every piece of work done twice; a server."""

REQUIRED = "AGENTMEM_REQUIRE_NEO4J"
"""Environment variable: fail where there is no server to test on, instead of skipping."""

settings.register_profile("house", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("house")


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """Run what is for every store on each; what only names one opens it in other processes, where none repeats."""
    if "store_kind" in metafunc.fixturenames and getattr(metafunc.module, "ON_EVERY_STORE", False):
        kinds = [kind for kind in STORES if kind != "repeating" or "open_store" in metafunc.fixturenames]
        metafunc.parametrize("store_kind", kinds, indirect=True)


@pytest.fixture
def store_kind(request: pytest.FixtureRequest) -> str:
    """On which of `STORES` this test runs; or "far": on a server, and never on a copy of what is there."""
    return str(getattr(request, "param", "sqlite"))


@pytest.fixture
def place(store_kind: str, request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """Give the URI of one store that is not there yet, which several processes may share."""
    if store_kind in ("neo4j", "far"):
        return store_uri(request.getfixturevalue("neo4j_uri"), tmp_path, near=0 if store_kind == "far" else None)
    return str(tmp_path / "memory.db")


@pytest.fixture
def open_store(store_kind: str, place: str) -> Iterator[OpenStore]:
    """Open that store, or another one beside it, as often as wanted; all are closed at the end."""
    with ExitStack() as opened:

        def open_(beside: str = "") -> Store:
            stores = Neo4jStores() if Neo4jStores().claims(place) else SQLiteStores()
            store: Store = stores.open(place + beside)
            opened.callback(store.close)
            return RepeatingStore(store) if store_kind == "repeating" else store

        yield open_


def pytest_configure_node(node: Any) -> None:
    """Tell a worker which process stands for the whole run (a hook of pytest-xdist)."""
    node.workerinput["run"] = os.getpid()


@contextmanager
def needed() -> Iterator[None]:
    """Skip what needs a server and has none; fail, where one is required."""
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
    with needed():
        if worker:
            return shared_server(folder.parent / "neo4j", worker["run"])
        return shared_server(folder / "neo4j", os.getpid())


@pytest.fixture(scope="session")
def can_start_neo4j() -> None:
    """Go on only where servers can be started."""
    with needed():
        java_command(LONG_TERM, heap="384m")


@pytest.fixture
def start_neo4j(can_start_neo4j: None, tmp_path: Path) -> Iterator[Callable[..., Neo4jServer]]:
    """Start servers of a test's own, to be killed and frozen; takes what `Neo4jServer.start` takes, but the folder."""
    numbers = count(1)
    with ExitStack() as servers:
        yield lambda **options: servers.enter_context(
            Neo4jServer.start(tmp_path / f"server-{next(numbers)}", **options)
        )


@pytest.fixture(scope="session")
def own_server_of_all(can_start_neo4j: None, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Neo4jServer]:
    """A server with a password, for all tests of a process."""
    folder, limits = tmp_path_factory.mktemp("own"), {"db.memory.transaction.max": "32m"}
    with Neo4jServer.start(folder, password="s3cr3t-word", settings=limits) as server:
        yield server


@pytest.fixture
def own_server(own_server_of_all: Neo4jServer) -> Iterator[Neo4jServer]:
    """That server; whoever freezes it thaws it, and one that was killed runs again at the end of a test."""
    yield own_server_of_all
    if not own_server_of_all.is_running:
        own_server_of_all.restart()


@pytest.fixture
def own_uri(own_server: Neo4jServer) -> str:
    """Where it is, with what it takes to be let in."""
    return own_server.uri.replace("://", f"://neo4j:{own_server.password}@")


@pytest.fixture(scope="session")
def environment() -> Callable[..., Path]:
    """Make environments of their own, which see ours; with distributions installed, from wheels or source, offline."""
    return _environment


def _environment(folder: Path, *distributions: Path) -> Path:
    """Make an environment in `folder`, and return its interpreter."""
    venv.create(folder, symlinks=True)
    python = folder / "bin" / "python"
    version = f"python{sys.version_info.major}.{sys.version_info.minor}"
    site = folder / "lib" / version / "site-packages"
    ours = sysconfig.get_path("purelib")
    (site / "ours.pth").write_text(f"import site; site.addsitedir({ours!r})\n")
    install = [sys.executable, "-m", "pip", "--python", str(python), "install", "-q", "--no-deps", "--no-index"]
    done = subprocess.run(
        [*install, "--no-build-isolation", *map(str, distributions)], capture_output=True, text=True, check=False
    )
    if done.returncode:
        pytest.skip(f"pip cannot install into another environment here: {done.stderr.strip()[-200:]}")
    return python
