"""The commands on a store that is on a Neo4j server: none shows its password, and doctor says how it is."""

from __future__ import annotations

import json
import re
import subprocess
import sys
import threading
import time
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from agentmem.testing.neo4j import Neo4jServer
from agentmem.testing.neo4j.roots import store_uri

if TYPE_CHECKING:
    from tests.agentmem.cli.conftest import Run

SECRET = "s3cr3t-word"
EVERY = [
    ["play", "coin:5", "--store", "URI", "--namespace", "other"],
    ["play", "coin:5", "--store", "URI", "--namespace", "third", "--json"],
    ["status", "URI"],
    ["status", "URI", "--json"],
    ["show", "URI", "--namespace", "finn"],
    ["show", "URI", "--namespace", "finn", "--json"],
    ["show", "URI", "--namespace", "nobody"],
    ["show", "URI", "--namespace", "finn", "--memory", "amem"],
    ["show", "URI"],
    ["why", "URI", "arigraph/5.1", "--namespace", "finn"],
    ["cost", "URI", "--namespace", "finn"],
    ["cost", "URI", "--namespace", "finn", "--json"],
    ["retry", "URI", "--namespace", "finn", "--memory", "arigraph"],
    ["rebuild", "URI", "--namespace", "finn", "--memory", "window"],
    ["reembed", "URI", "--namespace", "finn", "--embedder", "wordllama"],
    ["replay", "finn.jsonl", "--memory", "window", "--store", "URI"],
    ["export", "URI", "all.jsonl"],
    ["copy", "URI", "copied.db"],
    ["copy", "copied.db", "URI"],
    ["doctor", "URI"],
    ["doctor", "URI", "--json"],
    ["doctor", "URI/nowhere"],
    ["status", "URI/nowhere"],
    ["status", "--debug", "URI/nowhere"],
    ["play", "coin:5", "--store=URI/nowhere"],
    ["play", "URI"],
    ["status", "URI", "URI"],
]


@pytest.fixture
def uri(own_uri: str, tmp_path: Path) -> str:
    """A store of one's own on the server."""
    return store_uri(own_uri, tmp_path)


@pytest.mark.timeout(600)
def test_no_command_shows_the_password_in_what_it_prints_or_writes(agentmem: Run, uri: str, tmp_path: Path) -> None:
    pytest.importorskip("textworld", reason="needs TextWorld: pip install 'agentmem-graph[textworld]'")
    first = ["play", "coin:5", "--store", uri, "--namespace", "finn", "--trajectory", "finn.jsonl", "--quiet"]
    assert agentmem(*first).code == 0

    place, _, query = uri.partition("?")
    for words in EVERY:
        given = [word.replace("URI/nowhere", f"{place}/nowhere?{query}").replace("URI", uri) for word in words]
        ran = agentmem(*given)

        said = ran.out + ran.err
        assert said, words
        assert SECRET not in said, words
        assert "Traceback" not in said or "--debug" in words, said
    written = [file for file in tmp_path.rglob("*") if file.is_file()]
    assert len(written) >= 4
    assert [file for file in written if SECRET.encode() in file.read_bytes()] == []


def findings(said: str) -> dict[str, dict[str, str]]:
    return {finding["what"]: finding for finding in json.loads(said)}


def test_doctor_says_how_a_store_on_a_server_is(agentmem: Run, uri: str) -> None:
    ran = agentmem("doctor", uri, "--json")

    found = findings(ran.out)
    assert re.match(r"Neo4j 5\.26\.\d+ community at bolt://neo4j@.*, database neo4j", found["server"]["said"])
    assert re.match(r"[\d.]+ ms", found["round trip"]["said"])
    assert {name: found[name]["state"] for name in ("clock", "may write", "may make indexes", "encryption")} == {
        "clock": "ok", "may write": "ok", "may make indexes": "ok", "encryption": "ok",
    }  # fmt: skip
    assert (found["namespaces"]["state"], ran.code) == ("note", 0)


def test_doctor_names_an_index_that_is_missing_and_how_it_is_made(
    agentmem: Run, uri: str, own_server: Neo4jServer
) -> None:
    assert agentmem("play", "coin:5", "--store", uri, "--quiet").code == 0
    with own_server.driver() as driver:
        driver.execute_query("DROP INDEX mem_order")

        ran = agentmem("doctor", uri)
        healed = agentmem("doctor", uri, "--json").out
        cure = findings(healed)["index mem_order"]["cure"].removeprefix("an administrator must run: ")
        driver.execute_query(cure)

    assert "index mem_order: an administrator must run: CREATE INDEX mem_order IF NOT EXISTS FOR (n:Mem)" in ran.out
    assert ran.code == 1
    assert agentmem("doctor", uri).code == 0


def test_doctor_changes_nothing(agentmem: Run, uri: str, own_server: Neo4jServer) -> None:
    with own_server.driver() as driver:
        before = driver.execute_query("MATCH (n) RETURN count(n)").records

        agentmem("doctor", uri)

        assert driver.execute_query("MATCH (n) RETURN count(n)").records == before
        assert driver.execute_query("SHOW INDEXES YIELD name WHERE name = 'mem_try' RETURN name").records == []


def test_doctor_says_why_a_server_cannot_be_used(agentmem: Run) -> None:
    ran = agentmem("doctor", "neo4j://127.0.0.1:1")

    assert "nothing listens at 127.0.0.1:1" in ran.out
    assert ran.code == 1


def playing(uri: str, folder: Path, *options: str) -> subprocess.Popen[str]:
    """Start a game, and return when its memory has been used for a while."""
    command = [sys.executable, "-m", "agentmem.cli", "play", "cook:3", "--store", uri, *options]
    game = subprocess.Popen(command, cwd=folder, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
    assert game.stdout is not None
    assert any(line.startswith("[3] ") for line in game.stdout)
    return game


def test_a_game_whose_server_stops_ends_with_a_clear_error_within_ten_seconds(
    own_server: Neo4jServer, uri: str, tmp_path: Path
) -> None:
    pytest.importorskip("textworld", reason="needs TextWorld: pip install 'agentmem-graph[textworld]'")
    game = playing(uri, tmp_path)

    own_server.kill()
    stopped = time.monotonic()
    said = game.communicate()[0]

    assert time.monotonic() - stopped < 10
    assert game.returncode == 1
    assert said.splitlines()[-1].startswith("agentmem: bolt://neo4j@")
    assert "or wait for it with ?wait=60" in said


def test_with_wait_the_game_goes_on_when_the_server_is_back(own_server: Neo4jServer, uri: str, tmp_path: Path) -> None:
    pytest.importorskip("textworld", reason="needs TextWorld: pip install 'agentmem-graph[textworld]'")
    game = playing(uri, tmp_path, "--wait", "60")

    own_server.kill()
    back = threading.Timer(1, own_server.restart)
    back.start()
    said = game.communicate()[0]
    back.join()

    assert game.returncode == 0
    assert said.count("is away; waiting up to 60 s for it") == 1
    assert "result: won" in said


@pytest.mark.parametrize("options", [["--wait", "5"], ["--wait", "5", "--store", "memory.db"]], ids=["none", "a file"])
def test_waiting_is_for_a_store_on_a_server(agentmem: Run, options: list[str]) -> None:
    ran = agentmem("play", "coin:5", *options)

    assert "leave --wait out" in ran.err
    assert ran.code == 2
