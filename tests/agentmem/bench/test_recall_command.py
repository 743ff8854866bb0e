"""`agentmem bench recall` and `agentmem bench cost`, as their users type them."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from typer.main import get_command

from agentmem.bench.evidence import Asked, RecallReport
from agentmem.cli import bench_commands
from agentmem.cli.bench_cost import AGAINST
from agentmem.transcripts.reading import FORMATS

MEMORIES = Path(__file__).with_name("forgetful.py")


@pytest.fixture(autouse=True)
def _in_an_empty_folder(tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path_factory.mktemp("here"))


def run(capsys: pytest.CaptureFixture[str], *words: object, plugin: bool = False) -> tuple[int, str, str]:
    from agentmem.cli import main

    before = ["--plugin", str(MEMORIES)] if plugin else []
    with pytest.raises(SystemExit) as left:
        main([*before, "bench", *map(str, words)])
    assert isinstance(left.value.code, int)
    shown = capsys.readouterr()
    return left.value.code, shown.out, shown.err


def test_the_tables_say_what_was_found_what_it_cost_and_how_to_run_it_again(
    file: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    words = ("recall", file, "--memory", "notebook,window", "--set", "window.size=2", "--limit", 5)

    code, out, err = run(capsys, *words, plugin=True)

    assert (code, err) == (0, "")
    for table in ("evidence found, in %", "R@5 by category, in %", "writing, per event", "recalling, per question"):
        assert table in out
    assert "2 conversations, 12 events, 10 questions, 8 scored" in out
    assert "questions without evidence are asked but not scored: 2" in out
    again = next(line for line in out.splitlines() if line.startswith("again: "))
    assert f"bench recall {file} --format jsonl --memory notebook,window --limit 5" in again
    assert again.endswith("--set window.size=2")


def test_json_is_one_object_and_nothing_else(file: Path, capsys: pytest.CaptureFixture[str]) -> None:
    code, out, err = run(capsys, "recall", file, "--memory", "none,full", "--json")

    found: dict[str, Any] = json.loads(out)
    assert (code, err, out.count("\n")) == (0, "", 1)
    assert {one["memory"] for one in found["costs"]} == {"none", "full"}
    assert "asked" not in found
    assert RecallReport.model_validate({**found, "asked": ()}).format == "jsonl"


def test_every_answer_is_kept_as_a_line(file: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    kept = tmp_path / "answers.jsonl"

    run(capsys, "recall", file, "--memory", "none,full", "--lines", kept, "--json")

    asked = [Asked.model_validate_json(line) for line in kept.read_text().splitlines()]
    assert [one.memory for one in asked] == ["none"] * 10 + ["full"] * 10


def test_a_failing_memory_is_named_and_the_exit_code_is_1(file: Path, capsys: pytest.CaptureFixture[str]) -> None:
    code, out, _ = run(capsys, "recall", file, "--memory", "touchy,none", plugin=True)

    assert code == 1
    assert "touchy failed on 2 questions, which count as nothing found; the first: PluginError" in out


def test_chats_without_evidence_show_only_costs(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    chats = {"Emily": {"history": {"2023-04-27": [{"query": "I ran 5 km.", "response": "Great!"}]}}}
    (tmp_path / "chats.json").write_text(json.dumps(chats))
    (tmp_path / "own.jsonl").write_text('{"Emily": ["How far did I run?"]}')

    code, out, _ = run(
        capsys, "recall", tmp_path / "chats.json", "--memory", "full", "--questions", tmp_path / "own.jsonl"
    )

    assert code == 0
    assert "evidence found" not in out
    assert "no question says where its answer is" in out


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("--memory", "nonne"), "no memory named 'nonne'; did you mean 'none'"),
        (("--memory", "none,"), "--memory is given 'none,'; write names with commas"),
        (("--memory", "none,none"), "--memory names 'none' twice"),
        (("--memory", "window,full", "--set", "size=3"), "say whose it is, as in --set window.size=..."),
        (("--memory", "window", "--set", "sise=3"), "no setting named 'sise'; did you mean 'size'"),
        (("--memory", "none", "--format", "csv"), "'csv'"),
        (("--memory", "none", "--format", "locomo"), "is not JSON"),
        (("--memory", "none", "--limit", "0"), "--limit"),
        (("--memory", "none", "--lines", "no/such/folder.jsonl"), "cannot write to 'no/such/folder.jsonl'"),
        ((), "Missing option"),
    ],
)
def test_what_cannot_be_measured_is_refused_in_one_sentence(
    words: tuple[str, ...], said: str, file: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    code, out, err = run(capsys, "recall", file, *words)

    assert (code, out, err.count("\n")) == (2, "", 1)
    assert said in err


def test_costs_are_told_as_ratios_in_one_run(capsys: pytest.CaptureFixture[str]) -> None:
    words = ("cost", "--memory", "window,full", "--sizes", "20,60", "--writes", 3, "--recalls", 3, "--against", "none")

    code, out, err = run(capsys, *words)
    _, as_json, _ = run(capsys, *words, "--json")

    assert (code, err) == (0, "")
    for table in ("per write, at each size", "per recall, at each size", "growth, from 20 to 60 events"):
        assert table in out
    assert "again: agentmem bench cost --memory window,full --sizes 20,60 --against none" in out
    assert {row["memory"] for row in json.loads(as_json)["rows"]} == {"none", "window", "full"}
    assert list(Path.cwd().iterdir()) == []


@pytest.mark.parametrize("sizes", ["ten", "", "0", "100,10", "10,10"])
def test_sizes_that_do_not_rise_are_refused_in_one_sentence(sizes: str, capsys: pytest.CaptureFixture[str]) -> None:
    code, out, err = run(capsys, "cost", "--memory", "none", "--against", "none", "--sizes", sizes)

    assert (code, out, err.count("\n")) == (2, "", 1)


def test_who_is_compared_with_must_be_there(capsys: pytest.CaptureFixture[str]) -> None:
    code, _, err = run(capsys, "cost", "--memory", "none", "--against", f"no-{AGAINST}", "--sizes", "10")

    assert code == 2
    assert "name another with --against NAME" in err


def test_every_measurement_and_option_has_help(capsys: pytest.CaptureFixture[str]) -> None:
    group: Any = get_command(bench_commands.app)

    silent = [name for name, command in group.commands.items() if not (command.help or "").strip()]
    silent += [
        f"{name} {option.name}"
        for name, command in group.commands.items()
        for option in command.params
        if not option.help and option.name != "help"
    ]

    assert not silent, f"write help for: {silent}"
    assert set(group.commands) == {"play", "run", "report", "recall", "cost", "store"}
    for name, command in group.commands.items():
        shown = run(capsys, name, "--help")[1]
        assert all(option.opts[0] in shown for option in command.params if option.param_type_name == "option")
    assert all(name in run(capsys, "recall", "--help")[1] for name in FORMATS)
