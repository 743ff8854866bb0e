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
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import neo4j
import pytest
from neo4j.exceptions import AuthError, DriverError

from agentmem.testing.neo4j import Neo4jServer, NoServer
from agentmem.testing.neo4j.absent import OWN
from agentmem.testing.neo4j.jars import jars
from agentmem.testing.neo4j.java import LONG_TERM, java_command
from agentmem.testing.neo4j.server import PORTS

Start = Callable[..., Neo4jServer]
ROOT = Path(__file__).parents[3]
SOON_S = 240.0
A_RUN = """
import os, pathlib, time, pytest

@pytest.mark.parametrize("name", ["first", "second", "third"])
def test_it(neo4j_uri, name):
    part = pathlib.Path("part-" + name)
    part.write_text(neo4j_uri)
    part.rename(name)
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


def command_lines(folder: Path) -> str:
    """What everybody can read of the processes that work in a folder."""
    lines = [file.read_bytes() for file in Path("/proc").glob("[0-9]*/cmdline") if file.exists()]
    return "\n".join(line.decode() for line in lines if str(folder).encode() in line)


def skip_without_java_for(version: str) -> None:
    try:
        java_command(version, heap="384m")
    except NoServer as none:
        pytest.skip(str(none))


def run_of_tests(folder: Path, then: str, *options: str, **environment: str) -> subprocess.Popen[str]:
    """Start pytest, as from a terminal, on three tests that ask for the server, tell where it is, and go on."""
    shutil.copy(ROOT / "tests" / "conftest.py", folder)
    (folder / "pytest.ini").write_text("[pytest]\n")
    (folder / "test_it.py").write_text(A_RUN.format(then=then))
    inherited = {name: value for name, value in os.environ.items() if not name.startswith("PYTEST_") and name != OWN}
    return subprocess.Popen(
        [sys.executable, "-m", "pytest", "-n2", "-rs", f"--basetemp={folder}/run", *options, "test_it.py"],
        cwd=folder, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, start_new_session=True,
        env=inherited | environment,
    )  # fmt: skip


def told(folder: Path) -> list[str]:
    return [(folder / name).read_text() for name in ("first", "second", "third") if (folder / name).exists()]


def scripted_maven(folder: Path, monkeypatch: pytest.MonkeyPatch, script: str) -> None:
    maven = folder / "mvn"
    maven.write_text(f"#!/bin/sh\n{script}\n")
    maven.chmod(0o755)
    monkeypatch.setenv("PATH", str(folder), prepend=os.pathsep)
    monkeypatch.setenv("ASKED", str(folder / "asked"))
    monkeypatch.setenv("XDG_CACHE_HOME", str(folder / "cache"))


@pytest.mark.parametrize("version", [LONG_TERM, "2026.09.0"])
def test_a_killed_server_has_its_data_and_its_password_when_it_is_started_again(
    start_neo4j: Start, version: str, tmp_path: Path
) -> None:
    skip_without_java_for(version)
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
    assert "org.neo4j" in command_lines(tmp_path)
    assert "open sesame" not in command_lines(tmp_path) + repr(server)


def test_a_frozen_server_answers_when_it_is_thawed_and_a_stopped_one_leaves_nothing(start_neo4j: Start) -> None:
    server = start_neo4j(settings={"db.transaction.timeout": "7s"})
    server.freeze()
    hurried = neo4j.GraphDatabase.driver(server.uri, connection_timeout=1, connection_acquisition_timeout=1)
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


def test_a_server_that_cannot_start_says_why_and_leaves_nothing(can_start_neo4j: None, tmp_path: Path) -> None:
    with pytest.raises(NoServer, match=r"does not start: .*No declared setting with name: no\.such\.setting"):
        Neo4jServer.start(tmp_path, settings={"no.such.setting": "1"})

    assert not [*tmp_path.iterdir()]
    assert "org.neo4j" not in command_lines(tmp_path)


@pytest.mark.parametrize("how", [signal.SIGINT, signal.SIGKILL], ids=["by_ctrl_c", "by_kill"])
@pytest.mark.usefixtures("can_start_neo4j")
def test_a_run_of_tests_has_one_server_though_a_worker_crashes_and_leaves_none(
    tmp_path: Path, how: signal.Signals
) -> None:
    run = run_of_tests(tmp_path, "os.kill(os.getpid(), 9) if name == 'first' else time.sleep(600)")
    wait_until(lambda: len(told(tmp_path)) == 3)
    (uri,) = set(told(tmp_path))
    assert answers(uri)

    os.killpg(run.pid, how)  # and nobody collects it at first, as in a container

    wait_until(lambda: not answers(uri))
    wait_until(lambda: "org.neo4j" not in command_lines(tmp_path))
    run.communicate()


@pytest.mark.parametrize(("required", "outcome"), [("", "1 skipped"), ("1", "1 error")])
def test_without_java_tests_say_how_to_get_a_server(tmp_path: Path, required: str, outcome: str) -> None:
    run = run_of_tests(tmp_path, "pass", "-n0", "-k", "first", PATH="/nowhere", AGENTMEM_REQUIRE_NEO4J=required)
    output, _ = run.communicate()

    assert outcome in output
    assert "apt-get install openjdk-17-jre-headless maven" in output
    assert OWN in output


def test_the_jars_are_fetched_once_however_many_ask(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    scripted_maven(tmp_path, monkeypatch, 'echo once >> "$ASKED"; mkdir "${5#*=}"; touch "${5#*=}/a.jar"')

    with ThreadPoolExecutor() as pool:
        folders = set(pool.map(jars, ["5.0.0"] * 4))

    assert folders == {tmp_path / "cache" / "agentmem" / "neo4j-5.0.0"}
    assert [file.name for file in folders.pop().iterdir()] == ["a.jar"]
    assert (tmp_path / "asked").read_text() == "once\n"


def test_jars_that_cannot_be_fetched_leave_no_half_of_them(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    scripted_maven(tmp_path, monkeypatch, 'mkdir "${5#*=}"; touch "${5#*=}/a.jar"; echo no network; exit 1')

    with pytest.raises(NoServer, match=r"Maven cannot fetch Neo4j 5\.0\.0 \(no network\)"):
        jars("5.0.0")

    assert [file.name for file in (tmp_path / "cache" / "agentmem").iterdir()] == ["neo4j.lock"]
