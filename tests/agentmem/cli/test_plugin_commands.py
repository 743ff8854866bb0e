"""The commands of a plugin author: making one, checking it, loading it from where it is, hearing it asked."""

from __future__ import annotations

import json
import logging
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from tests.agentmem.cli.conftest import Run

ECHO = '''
from agentmem import hookimpl


class Echo:
    """Keeps nothing."""

    name = "NAME"

    def write(self, event, graph, language):
        return graph.changes()

    def recall(self, query, graph, language):
        return []


@hookimpl
def agentmem_memories():
    return {"NAME": lambda settings: Echo()}
'''


def echo(path: Path, name: str) -> None:
    """Write a plugin with a memory of that name."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(ECHO.replace("NAME", name))


@pytest.fixture(autouse=True)
def as_it_was() -> Iterator[None]:
    """Let no command here leave a logger as it set it."""
    loggers = [logging.getLogger(name) for name in ("agentmem", "agentmem.hooks")]
    before = [(one, one.level, list(one.handlers)) for one in loggers]
    yield
    for one, level, handlers in before:
        one.setLevel(level)
        one.handlers = handlers


@pytest.mark.parametrize("name", ["x", "the_longest_diary_of_all"])
def test_a_plugin_of_any_name_is_as_ruff_would_have_it(agentmem: Run, tmp_path: Path, name: str) -> None:
    ruff = pytest.importorskip("ruff.__main__", reason="needs ruff: pip install 'agentmem-graph[dev]'")

    made = agentmem("new-plugin", name, "--dir", "project")

    assert made.code == 0
    for command in (["check"], ["format", "--check"]):
        ran = subprocess.run(
            [ruff.find_ruff_bin(), *command, "--no-cache", "project"],
            cwd=tmp_path, capture_output=True, text=True, check=False,
        )  # fmt: skip
        assert ran.returncode == 0, ran.stdout + ran.stderr


def test_what_is_made_and_what_to_type_next_is_told(agentmem: Run, tmp_path: Path) -> None:
    ran = agentmem("new-plugin", "old_diary", "--dir", "some/where")

    assert f"  {Path('some/where/agentmem_old_diary/memory.py')}\n" in ran.out
    assert "  agentmem check old_diary " in ran.out
    project = (tmp_path / "some" / "where" / "pyproject.toml").read_text()
    assert 'name = "agentmem-old-diary"' in project
    assert 'old_diary = "agentmem_old_diary"' in project
    texts = [path.read_text() for path in (tmp_path / "some").rglob("*") if path.is_file()]
    assert not [text for text in texts for word in ("my_memory", "my-memory", "MyMemory") if word in text]


@pytest.mark.parametrize(
    ("name", "said"),
    [
        (
            "Old-Diary",
            "no plugin can be named 'Old-Diary'; take up to 24 lower-case letters, digits and underscores, such",
        ),
        ("class", "no plugin can be named 'class'"),
        ("", "no plugin can be named ''"),
        ("d" * 25, "no plugin can be named"),
        ("amem", "the name 'amem' is taken by the installed plugin 'amem'; choose another one"),
        ("window", "the name 'window' is taken by the installed plugin 'baselines'; choose another one"),
        ("guards", "the name 'guards' is taken by the installed module agentmem_guards; choose another one"),
        ("event", "the name 'event' is taken by the host itself; choose another one"),
        ("there", "the folder 'there' exists already; choose another one with --dir FOLDER"),
    ],
)
def test_a_name_that_cannot_be_used_is_refused_and_nothing_is_made(
    agentmem: Run, tmp_path: Path, name: str, said: str
) -> None:
    (tmp_path / "there").mkdir()

    ran = agentmem("new-plugin", name)

    assert (ran.code, ran.out, ran.err.count("\n")) == (2, "", 1)
    assert ran.err.startswith(f"agentmem: {said}")
    assert [path.name for path in tmp_path.iterdir()] == ["there"]


def test_a_memory_that_keeps_its_promises_is_told_to(agentmem: Run, tmp_path: Path) -> None:
    echo(tmp_path / "echo.py", "echo")

    ran = agentmem("--plugin", "echo.py", "check", "echo", "--json")

    found = json.loads(ran.out)
    assert (ran.code, ran.err, found["is_kept"], found["powers"]) == (0, "", True, [])
    assert set(found["promises"]) == {"rules", "scripted-model"}
    assert {one["state"] for each in found["promises"].values() for one in each} == {"kept", "not offered"}
    assert [(one["write"]["times"], one["nodes"], one["recalled"]) for one in found["costs"]] == [(60, 0.0, 0.0)] * 2


def test_a_broken_promise_is_told_once_and_the_exit_code_says_so(agentmem: Run, tmp_path: Path) -> None:
    (tmp_path / "echo.py").write_text(ECHO.replace("NAME", "echo").replace("graph.changes()", "None"))

    ran = agentmem("--plugin", "echo.py", "check", "echo")

    assert (ran.code, ran.err) == (1, "")
    assert ran.out.count("`write` returned a NoneType; return what graph.changes() gave") == 1
    assert "as above: what it is told is taken in" in ran.out


@pytest.mark.parametrize(
    ("words", "code", "said"),
    [
        (["check", "amen"], 2, "no memory named 'amen'; did you mean 'amem'?"),
        (["check", "amem+hcam"], 2, "checked one at a time: agentmem check amem, agentmem check hcam"),
        (["check", "amem", "--set", "neighbors=3"], 2, "no setting named 'neighbors'"),
        (["--plugins-dir", "nowhere", "plugins"], 2, "no folder 'nowhere'; pass one that has .py files or packages"),
        (["--plugins-dir", "empty", "plugins"], 2, "the folder 'empty' has no plugins"),
    ],
)
def test_what_cannot_be_checked_or_loaded_is_said(
    agentmem: Run, tmp_path: Path, words: list[str], code: int, said: str
) -> None:
    (tmp_path / "empty").mkdir()

    ran = agentmem(*words)

    assert (ran.code, ran.out, ran.err.count("\n")) == (code, "", 1)
    assert said in ran.err


def test_all_plugins_in_a_folder_are_loaded_and_broken_ones_are_named(agentmem: Run, tmp_path: Path) -> None:
    echo(tmp_path / "mine" / "one.py", "one")
    echo(tmp_path / "mine" / "two_as_a_package" / "__init__.py", "two")
    echo(tmp_path / "mine" / "_draft.py", "draft")
    (tmp_path / "mine" / "typo.py").write_text("def agentmem_memories(:\n")
    (tmp_path / "mine" / "notes.txt").write_text("no plugin")

    ran = agentmem("--plugins-dir", "mine", "memories", "--json")

    names = {one["name"]: one["plugin"] for one in json.loads(ran.out)["memories"]}
    assert (names["one"], names["two"], "draft" in names) == ("one", "two_as_a_package", False)
    broken = Path("mine") / "typo.py"
    why = "cannot be imported: SyntaxError: invalid syntax (typo.py, line 1)"
    assert ran.err == f"agentmem: {broken} is left out, it is broken: {why}\n"


def test_a_named_plugin_that_is_refused_is_told_of_whatever_is_done_without_it(agentmem: Run, tmp_path: Path) -> None:
    echo(tmp_path / "clash.py", "window")

    ran = agentmem("--plugin", "./clash.py", "memories", "window")

    assert ran.code == 0
    assert ran.err.startswith("agentmem: clash.py is left out, it is broken: offers the memory 'window', which 'base")


def test_what_to_type_next_loads_the_same_plugins(agentmem: Run, tmp_path: Path) -> None:
    echo(tmp_path / "echo.py", "echo")

    told = agentmem("--plugin", "echo.py", "memories", "echo").out

    assert told.endswith("\nplay with it: agentmem --plugin echo.py play --memory echo\n")


def test_the_modules_of_a_package_find_each_other_and_an_installed_name_is_refused(
    agentmem: Run, tmp_path: Path
) -> None:
    echo(tmp_path / "mine" / "inner_voice" / "voice.py", "voice")
    (tmp_path / "mine" / "inner_voice" / "__init__.py").write_text(
        "from inner_voice.voice import agentmem_memories\n\n__all__ = ['agentmem_memories']\n"
    )
    echo(tmp_path / "mine" / "pytest" / "__init__.py", "usurper")

    ran = agentmem("--plugins-dir", "mine", "memories", "voice")

    assert ran.out.startswith("voice   by plugin inner_voice\n")
    assert "there is an installed module 'pytest' already; rename the folder" in ran.err


def test_the_trace_tells_who_was_asked_in_which_order_and_how_long_and_never_a_text(
    agentmem: Run, tmp_path: Path
) -> None:
    echo(tmp_path / "echo.py", "echo")
    event = {"event": {"id": "e1", "at": "2026-01-05T09:00Z", "speaker": "Ann", "text": "My PIN is 1234."}}
    question = {"question": {"text": "What is the PIN of Ann?", "evidence": ["e1"]}}
    (tmp_path / "talk.jsonl").write_text(f"{json.dumps(event)}\n{json.dumps(question)}\n")

    ran = agentmem("--trace-hooks", "--plugin", "echo.py", "bench", "recall", "talk.jsonl", "--memory", "echo")

    heard = [line.partition(" in ")[0] for line in ran.err.splitlines() if "hook: echo." in line]
    assert heard == [
        "hook: echo.agentmem_memories answered echo",
        "hook: echo.write answered Changes of 0",
        "hook: echo.recall answered list of 0",
    ]
    assert all(line.endswith(" ms") for line in ran.err.splitlines() if "hook: echo." in line)
    assert "PIN" not in ran.err
