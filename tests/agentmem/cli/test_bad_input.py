"""What cannot be used is answered in one sentence with the cure, and leaves nothing behind."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from tests.agentmem.cli.conftest import Played, Run

PLAY = [
    (["chess"], "no environment named 'chess'", 2),
    (["cooc:4"], "no environment named 'cooc:4'", 2),
    (["cook:9"], "did you mean 'cook:5'?", 2),
    (["treasure:30"], "takes TextWorld minutes", 2),
    (["coin:10", "--memory", "arigraf"], "did you mean 'arigraph'? list them with: agentmem memories", 2),
    (["coin:10", "--policy", "rule"], "did you mean 'rules'?", 2),
    (["coin:10", "--set", "wdth=4"], "no setting named 'wdth'; did you mean 'width'? the settings are: ", 2),
    (["coin:10", "--set", "width=0"], "setting 'width' is '0'", 2),
    (["coin:10", "--set", "width"], "write --set KEY=VALUE", 2),
    (["coin:10", "--set", "width=1", "--set", "width=2"], "'width' twice", 2),
    (["coin:10", "--policy", "ariadne", "--policy-set", "n_prv=4"], "did you mean 'n_prev'? the settings are: ", 2),
    (["coin:10", "--policy", "ariadne", "--policy-set", "n_prev=0"], "setting 'n_prev' is '0'", 2),
    (["coin:10", "--policy-set", "n_prev"], "write --policy-set KEY=VALUE", 2),
    (["coin:10", "--policy-set", "n_prev=3"], "there are no settings here: leave it out", 2),
    (["coin:10", "--seed", "-1"], "'--seed'", 2),
    (["coin:10", "--max-steps", "0"], "'--max-steps'", 2),
    (["coin:10", "--goal-style", "long"], "'--goal-style'", 2),
    (["missing.z8"], "missing.z8", 2),
    (["coin:10", "--store", "x.db", "--bogus"], "No such option: --bogus", 2),
]


def assert_one_sentence(err: str, fragment: str) -> None:
    assert fragment in err
    assert err.startswith("agentmem: ")
    assert err.count("\n") == 1
    assert "Traceback" not in err


@pytest.mark.parametrize(("arguments", "fragment", "code"), PLAY, ids=lambda given: str(given)[:40])
def test_a_wrong_word_is_named_with_its_cure_and_nothing_is_made(
    agentmem: Run, tmp_path: Path, arguments: list[str], fragment: str, code: int
) -> None:
    pytest.importorskip("textworld", reason="needs TextWorld: pip install 'agentmem-graph[textworld]'")

    ran = agentmem("play", *arguments, "--json")

    assert_one_sentence(ran.err, fragment)
    assert (ran.code, ran.out) == (code, "")
    assert list(tmp_path.iterdir()) == []


def test_a_namespace_with_odd_characters_is_refused(agentmem: Run) -> None:
    ran = agentmem("play", "coin:10", "--namespace", "a\nb", "--quiet")

    assert_one_sentence(ran.err, "namespace")
    assert ran.code == 2


def test_a_truncated_game_file_is_refused(agentmem: Run, tmp_path: Path) -> None:
    (tmp_path / "cut.z8").write_bytes(b"\x08" + bytes(100))

    ran = agentmem("play", "cut.z8")

    assert_one_sentence(ran.err, "cut.z8")
    assert ran.code in (1, 2)


def test_a_game_that_crashes_before_its_first_word_is_called_damaged(agentmem: Run, tmp_path: Path) -> None:
    pytest.importorskip("jericho", reason="needs TextWorld: pip install 'agentmem-graph[textworld]'")
    (tmp_path / "fake.z5").write_bytes(b"\x05" + bytes(3) + b"\x00\x40" + bytes(20) + b"\x00\x40" + bytes(500))

    ran = agentmem("play", "fake.z5", "--quiet")

    assert_one_sentence(ran.err, "the file is damaged; fetch or generate it again")
    assert ran.code == 1


def test_a_store_that_cannot_be_written_is_named(agentmem: Run, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("in the way")

    ran = agentmem("play", "coin:10", "--store", "file/memory.db", "--quiet")

    assert_one_sentence(ran.err, "file/memory.db")
    assert ran.code == 1


def test_a_corrupt_store_is_refused_and_left_as_it_is(agentmem: Run, tmp_path: Path) -> None:
    corrupt = tmp_path / "corrupt.db"
    corrupt.write_bytes(b"not a database at all" * 300)
    before = corrupt.read_bytes()

    for command in (["status", "corrupt.db"], ["why", "corrupt.db", "x"], ["play", "coin:10", "--store", "corrupt.db"]):
        ran = agentmem(*command)

        assert_one_sentence(ran.err.removeprefix(_SLOW), "corrupt.db")
        assert ran.code == 1
    assert corrupt.read_bytes() == before


_SLOW = "opening coin:10; a new game is made once, in a few seconds\n"


def test_a_trajectory_that_cannot_be_written_is_named(agentmem: Run, tmp_path: Path) -> None:
    (tmp_path / "folder").mkdir()

    ran = agentmem("play", "coin:10", "--trajectory", "folder", "--quiet")

    assert_one_sentence(ran.err, "cannot write the trajectory folder")
    assert ran.code == 2


def test_a_recording_is_never_replaced(agentmem: Run, tmp_path: Path) -> None:
    (tmp_path / "kept.jsonl").write_text("of yesterday")

    ran = agentmem("play", "coin:10", "--trajectory", "kept.jsonl", "--store", "new.db", "--quiet")

    assert_one_sentence(ran.err, "the trajectory kept.jsonl exists already; choose another file")
    assert ran.code == 2
    assert (tmp_path / "kept.jsonl").read_text() == "of yesterday"
    assert not (tmp_path / "new.db").exists()


def test_a_trajectory_may_be_thrown_away(agentmem: Run) -> None:
    ran = agentmem("play", "coin:10", "--max-steps", "1", "--trajectory", os.devnull, "--quiet")

    assert ran.code == 0


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="needs /dev/full, a disk that is always full")
def test_a_full_disk_is_said_in_one_sentence(agentmem: Run) -> None:
    ran = agentmem("play", "coin:10", "--trajectory", "/dev/full", "--quiet")

    assert_one_sentence(ran.err.removeprefix(_SLOW), "cannot write on in the trajectory /dev/full: No space left")
    assert ran.code == 1


@pytest.mark.parametrize("command", [["play", "coin:10", "--store", ""], ["status", ""], ["why", " ", "x"]], ids=str)
def test_an_empty_store_name_is_refused(agentmem: Run, tmp_path: Path, command: list[str]) -> None:
    ran = agentmem(*command)

    assert_one_sentence(ran.err, "the store is given as ''")
    assert ran.code == 2
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("content", ["", "hello\n", '{"kind": "step"}\n', "\x00\xff\n"])
def test_what_is_no_trajectory_is_not_replayed(agentmem: Run, tmp_path: Path, content: str) -> None:
    (tmp_path / "no.jsonl").write_text(content)

    ran = agentmem("replay", "no.jsonl")

    assert_one_sentence(ran.err, "no.jsonl")
    assert ran.code == 2


@pytest.mark.parametrize(
    ("arguments", "fragment", "code"),
    [
        (["status", "missing.db"], "missing.db", 1),
        (["rebuild", "missing.db", "--memory", "arigraph"], "missing.db", 1),
        (["replay", "missing.jsonl"], "missing.jsonl", 2),
        (["-p", "arigraph", "memories"], "-p no:NAME", 2),
        (["-p", "no:arigraf", "memories"], "arigraf", 2),
        (["--plugin", "missing.py", "memories"], "missing.py", 2),
        (["plai"], "Did you mean 'play'", 2),
    ],
    ids=str,
)
def test_other_commands_say_what_is_wrong_too(agentmem: Run, arguments: list[str], fragment: str, code: int) -> None:
    ran = agentmem(*arguments)

    assert_one_sentence(ran.err, fragment)
    assert (ran.code, ran.out) == (code, "")


def test_an_unknown_id_or_namespace_of_a_store_is_named(agentmem: Run, played: Played) -> None:
    unknown_id = agentmem("why", played.store, "arigraph/nothing")
    unknown_namespace = agentmem("why", played.store, "x", "--namespace", "fin")

    assert_one_sentence(unknown_id.err, "arigraph/nothing")
    assert_one_sentence(unknown_namespace.err, "did you mean 'finn'?")
    assert (unknown_id.code, unknown_namespace.code) == (2, 2)


def test_replay_settings_without_a_memory_are_refused(agentmem: Run, played: Played) -> None:
    ran = agentmem("replay", played.trajectory, "--set", "size=3")

    assert_one_sentence(ran.err, "--memory NAME")
    assert ran.code == 2


def test_without_textworld_the_extra_is_named(tmp_path: Path) -> None:
    script = """
import sys

class Absent:
    def find_spec(self, name, path=None, target=None):
        if name.partition(".")[0] == "textworld":
            raise ModuleNotFoundError(f"No module named {name!r}", name=name)

sys.meta_path.insert(0, Absent())
from agentmem.cli import main
main(["play", "coin:10", "--quiet"])
"""
    ran = subprocess.run([sys.executable, "-c", script], cwd=tmp_path, capture_output=True, text=True, check=False)

    assert_one_sentence(ran.stderr, "pip install 'agentmem-graph[textworld]'")
    assert ran.returncode == 1


def test_a_memory_that_breaks_is_shown_and_the_run_goes_on(agentmem: Run, tmp_path: Path) -> None:
    (tmp_path / "clumsy.py").write_text(
        "from agentmem import hookimpl\n"
        "class Clumsy:\n"
        "    name = 'clumsy'\n"
        "    def write(self, event, graph, language):\n"
        "        if event.action is None:\n"
        "            raise RuntimeError('dropped it')\n"
        "        return graph.changes()\n"
        "    def recall(self, query, graph, language):\n"
        "        return []\n"
        "@hookimpl\n"
        "def agentmem_memories():\n"
        "    return {'clumsy': lambda settings: Clumsy()}\n"
    )

    ran = agentmem(
        "--plugin", "clumsy.py", "play", "coin:10", "--memory", "clumsy", "--max-steps", "2", "--store", "c.db"
    )
    status = json.loads(agentmem("--plugin", "clumsy.py", "status", "c.db", "--json").out)

    assert ran.code == 0
    assert "[0] trouble: 1 event(s) set aside" in ran.out
    assert "\ntrouble: 1 set aside; see: agentmem status c.db\n" in ran.out
    assert "\nmemory: clumsy: keeps nothing of its own\n" in ran.out
    assert list(status["namespaces"][0]["set_aside"].values()) == ["RuntimeError: dropped it (clumsy.py, line 6)"]
    assert status["namespaces"][0]["events"] == 3


def test_debug_shows_the_traceback_also_when_it_is_said_last(agentmem: Run) -> None:
    ran = agentmem("status", "missing.db", "--debug")

    assert "Traceback" in ran.err
    assert ran.err.splitlines()[-1].startswith("agentmem: ")


def test_a_reader_who_leaves_early_is_no_error(tmp_path: Path) -> None:
    reading, writing = os.pipe()
    os.close(reading)

    ran = subprocess.run(
        [sys.executable, "-m", "agentmem.cli", "memories", "--json"], cwd=tmp_path, stdout=writing,
        stderr=subprocess.PIPE, text=True, check=False,
    )  # fmt: skip
    os.close(writing)

    assert ran.stderr == ""
