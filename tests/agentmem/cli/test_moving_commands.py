"""`agentmem copy`, `export` and `import`: there and back, killed and called again, what they say when they cannot."""

from __future__ import annotations

import gzip
import json
import signal
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from agentmem.agent_memory import AgentMemory
from agentmem.graph.moving.pages import Fingerprint, fingerprint
from agentmem.graph.sqlite import SQLiteStore
from tests.agentmem.cli.conftest import COMMAND

if TYPE_CHECKING:
    from tests.agentmem.cli.conftest import Run

KILLED_IN_THE_MIDDLE = """
import os, signal, sys
from agentmem.graph.moving import arriving, pages
pages.PAGE = 5
fuse = int(sys.argv.pop(1))
put = {name: getattr(arriving.Arriving, name) for name in ("put_nodes", "put_edges")}
def burning(name):
    def put_one(*given):
        global fuse
        put[name](*given)
        fuse -= 1
        if not fuse:
            os.kill(os.getpid(), signal.SIGKILL)
    return put_one
for name in put:
    setattr(arriving.Arriving, name, burning(name))
from agentmem.cli import main
main(sys.argv[1:])
"""
"""The command, killed by itself after so many pages of five."""


@pytest.fixture
def house(tmp_path: Path) -> Path:
    """A store in which two people's memories are kept."""
    path = tmp_path / "house.db"
    for namespace in ("alice", "bob"):
        with AgentMemory(path, namespace=namespace, memory="arigraph") as memory:
            for town in ("Porto", "Oslo", "Rome"):
                memory.add(f"My sister Mia lives in {town}.", role="user")
    return path


def held(path: Path) -> dict[str, Fingerprint]:
    store = SQLiteStore(path)
    found = {name: fingerprint(store.graph(name)) for name in store.namespaces()}
    store.close()
    return found


def killed(folder: Path, fuse: int, *arguments: str) -> None:
    words = [sys.executable, "-c", KILLED_IN_THE_MIDDLE, str(fuse), *arguments]
    assert subprocess.run(words, cwd=folder, capture_output=True, check=False).returncode == -signal.SIGKILL


def test_all_namespaces_are_copied_and_compared(agentmem: Run, house: Path, tmp_path: Path) -> None:
    ran = agentmem("copy", "house.db", "there.db", "--json")

    assert (ran.code, ran.err) == (0, "")
    assert [(one["namespace"], one["was_there"]) for one in json.loads(ran.out)] == [("alice", False), ("bob", False)]
    assert held(tmp_path / "there.db") == held(house)


def test_only_what_is_named_is_copied(agentmem: Run, house: Path, tmp_path: Path) -> None:
    assert agentmem("copy", "house.db", "there.db", "--namespace", "bob").code == 0

    assert list(held(tmp_path / "there.db")) == ["bob"]


def test_an_unknown_namespace_is_named_with_the_nearest_and_no_store_is_made(
    agentmem: Run, house: Path, tmp_path: Path
) -> None:
    ran = agentmem("copy", "house.db", "there.db", "--namespace", "alise")

    assert ran.code == 2
    assert "did you mean 'alice'?" in ran.err
    assert not (tmp_path / "there.db").exists()


def test_a_target_in_use_is_left_as_it_was(agentmem: Run, house: Path, tmp_path: Path) -> None:
    with AgentMemory(tmp_path / "there.db", namespace="alice") as memory:
        memory.add("I live here.", role="user")
    before = held(tmp_path / "there.db")

    ran = agentmem("copy", "house.db", "there.db")

    assert ran.code == 2
    assert "namespace 'alice' is in use" in ran.err
    assert held(tmp_path / "there.db") == before


@pytest.mark.parametrize("fuse", [1, 3, 5, 7])
def test_a_copy_that_is_killed_cannot_be_opened_and_is_finished_by_the_same_command(
    agentmem: Run, house: Path, tmp_path: Path, fuse: int
) -> None:
    killed(tmp_path, fuse, "copy", "house.db", "there.db")

    refused = agentmem("rebuild", "there.db", "--memory", "arigraph", "--namespace", "alice")
    ran = agentmem("copy", "house.db", "there.db")

    assert refused.code != 0
    assert "not whole" in refused.err
    assert ran.code == 0
    assert held(tmp_path / "there.db") == held(house)


@pytest.mark.parametrize("fuse", [1, 4])
def test_an_import_that_is_killed_is_finished_by_the_same_command(
    agentmem: Run, house: Path, tmp_path: Path, fuse: int
) -> None:
    agentmem("export", "house.db", "house.jsonl")
    killed(tmp_path, fuse, "import", "there.db", "house.jsonl")

    assert agentmem("import", "there.db", "house.jsonl").code == 0

    assert held(tmp_path / "there.db") == held(house)


@pytest.mark.parametrize("file", ["house.jsonl", "house.jsonl.gz"])
def test_what_is_exported_is_imported_and_a_second_time_found_to_be_there(
    agentmem: Run, house: Path, tmp_path: Path, file: str
) -> None:
    assert agentmem("export", "house.db", file).code == 0
    assert agentmem("import", "there.db", file).code == 0
    again = agentmem("import", "there.db", file)

    assert again.code == 0
    assert again.out.count("was there already") == 2
    assert held(tmp_path / "there.db") == held(house)
    assert sorted(path.name for path in tmp_path.glob("house.jsonl*")) == [file]


def test_an_export_goes_through_a_pipe(house: Path, tmp_path: Path) -> None:
    out = subprocess.run([*COMMAND, "export", "house.db"], cwd=tmp_path, capture_output=True, check=True).stdout
    subprocess.run([*COMMAND, "import", "there.db", "-"], cwd=tmp_path, input=out, capture_output=True, check=True)

    assert held(tmp_path / "there.db") == held(house)


def test_a_file_that_is_there_is_not_written_over(agentmem: Run, house: Path, tmp_path: Path) -> None:
    (tmp_path / "mine.txt").write_text("mine")

    ran = agentmem("export", "house.db", "mine.txt")

    assert ran.code == 2
    assert (tmp_path / "mine.txt").read_text() == "mine"


def test_json_and_an_export_cannot_both_go_to_standard_output(agentmem: Run, house: Path) -> None:
    assert agentmem("export", "house.db", "--json").code == 2


@pytest.mark.parametrize("name", ["cut.jsonl", "cut.jsonl.gz", "plain.gz", "house.db", "absent.jsonl"])
def test_of_what_is_no_whole_export_nothing_is_taken(agentmem: Run, house: Path, tmp_path: Path, name: str) -> None:
    agentmem("export", "house.db", "whole.jsonl")
    whole = (tmp_path / "whole.jsonl").read_bytes()
    (tmp_path / "cut.jsonl").write_bytes(whole[: len(whole) // 2])
    (tmp_path / "cut.jsonl.gz").write_bytes(gzip.compress(whole)[:-20])
    (tmp_path / "plain.gz").write_bytes(whole)

    ran = agentmem("import", "there.db", name)

    assert ran.code == 2
    assert ran.err.count("\n") == 1
    assert not (tmp_path / "there.db").exists()
