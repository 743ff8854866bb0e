"""A server of one's own starts, is killed, frozen and started again; a run of tests shares one, and leaves none."""

from __future__ import annotations

import os
import shutil
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import neo4j
import pytest
from neo4j.exceptions import AuthError, ClientError, DriverError

from agentmem.testing.neo4j import Neo4jServer, NoServer
from agentmem.testing.neo4j.java import JAVA25, LONG_TERM, java_command
from agentmem.testing.neo4j.server import PORTS

Start = Callable[..., Neo4jServer]
ROOT = Path(__file__).parents[3]
SOON_S = 60.0
A_RUN = """
import os, pathlib, time, pytest

@pytest.mark.parametrize("name", ["first", "second", "third"])
def test_it(neo4j_uri, name):
    pathlib.Path("part").mkdir(exist_ok=True)
    pathlib.Path("part", name).write_text(neo4j_uri)
    pathlib.Path("part", name).rename(name)
    {then}
"""


def answers(uri: str) -> bool:
    port = int(uri.rpartition(":")[2])
    assert port in PORTS
    with socket.socket() as one:
        return one.connect_ex(("127.0.0.1", port)) == 0


def wait_until(is_so: Callable[[], bool]) -> None:
    until = time.monotonic() + SOON_S
    while not is_so():
        assert time.monotonic() < until, "it was never so"
        time.sleep(0.05)


def command_line(pattern: Path) -> str:
    """What everybody can read of the processes that work in a folder."""
    lines = [file.read_bytes() for file in Path("/proc").glob("[0-9]*/cmdline") if file.exists()]
    return "\n".join(line.decode() for line in lines if str(pattern).encode() in line)


def run_of_tests(folder: Path, then: str) -> subprocess.Popen[str]:
    """Start pytest with two workers, as from a terminal, on three tests that ask for the server and then do something."""
    shutil.copy(ROOT / "tests" / "conftest.py", folder)
    (folder / "pytest.ini").write_text("[pytest]\n")
    (folder / "test_it.py").write_text(A_RUN.format(then=then))
    return subprocess.Popen(
        [sys.executable, "-m", "pytest", "-n2", "-rs", "--basetemp=run", "-p", "no:cacheprovider", "test_it.py"],
        cwd=folder, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, start_new_session=True,
        env={name: value for name, value in os.environ.items() if not name.startswith(("PYTEST_", "AGENTMEM_TEST_"))},
    )  # fmt: skip


def uris(folder: Path) -> list[str]:
    return [(folder / name).read_text() for name in ("first", "second", "third") if (folder / name).exists()]


@pytest.mark.parametrize("version", [LONG_TERM, "2026.09.0"])
def test_a_killed_server_has_its_data_and_its_password_when_it_is_started_again(
    start_neo4j: Start, version: str, tmp_path: Path
) -> None:
    if version != LONG_TERM:
        try:
            java_command(version, heap="384m")
        except NoServer as none:
            pytest.skip(str(none))
    server = start_neo4j(password="open sesame", version=version)
    with server.driver() as driver:
        driver.execute_query("CREATE (:Kept {text: 'a word'})")

    server.kill()
    assert not server.is_running
    assert not answers(server.uri)
    server.restart()

    with server.driver() as driver:
        assert driver.execute_query("MATCH (n:Kept) RETURN n.text").records[0].value() == "a word"
    with pytest.raises(AuthError), neo4j.GraphDatabase.driver(server.uri, auth=("neo4j", "neo4j")) as driver:
        driver.verify_connectivity()
    assert str(tmp_path) in command_line(tmp_path)
    assert "open sesame" not in command_line(tmp_path) + repr(server)


def test_a_frozen_server_answers_when_it_is_thawed_and_a_stopped_one_leaves_nothing(start_neo4j: Start) -> None:
    server = start_neo4j(settings={"db.transaction.timeout": "7s"})
    server.freeze()
    hurried = neo4j.GraphDatabase.driver(server.uri, connection_timeout=0.5)
    with hurried, pytest.raises(DriverError):
        hurried.verify_connectivity()

    server.thaw()

    with server.driver() as driver:
        found = driver.execute_query("SHOW SETTINGS 'db.transaction.timeout' YIELD value RETURN value")
    assert found.records[0].value() == "7s"
    server.freeze()
    server.stop()
    server.stop()
    assert not answers(server.uri)
    assert not server.home.exists()


def test_a_password_the_server_refuses_is_told_at_once(start_neo4j: Start) -> None:
    with pytest.raises(ClientError, match="8 characters"):
        start_neo4j(password="short")


def test_a_server_that_cannot_start_says_why(tmp_path: Path, start_neo4j: Start) -> None:
    start_neo4j  # noqa: B018 - 
    with pytest.raises(NoServer, match="no.such.setting"):
        Neo4jServer.start(tmp_path, settings={"no.such.setting": "1"})


def test_a_run_of_tests_has_one_server_even_if_a_worker_crashes(neo4j_uri: str, tmp_path: Path) -> None:
    run = run_of_tests(tmp_path, then="name != 'first' or os.kill(os.getpid(), 9)")
    told, _ = run.communicate(timeout=SOON_S)

    assert "1 failed, 2 passed" in told
    (uri,) = set(uris(tmp_path))
    assert uri != neo4j_uri
    wait_until(lambda: not answers(uri))


@pytest.mark.parametrize("how", [signal.SIGINT, signal.SIGKILL], ids=["by_ctrl_c", "by_kill"])
def test_a_run_of_tests_that_is_ended_leaves_no_server(neo4j_uri: str, tmp_path: Path, how: signal.Signals) -> None:
    run = run_of_tests(tmp_path, then="time.sleep(600)")
    wait_until(lambda: len(uris(tmp_path)) == 2)
    assert answers(uris(tmp_path)[0])

    os.killpg(run.pid, how)  # and is collected by nobody, as in a container

    wait_until(lambda: not answers(uris(tmp_path)[0]))
    wait_until(lambda: not [*tmp_path.glob("run/neo4j/*/neo4j")])
    run.communicate(timeout=SOON_S)
