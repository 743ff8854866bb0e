"""`agentmem bench store`, as its users type it."""

from __future__ import annotations

import io
import json
from contextlib import redirect_stderr, redirect_stdout
from pathlib import Path

import pytest

from agentmem.cli import main


@pytest.fixture(autouse=True)
def _in_an_empty_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)


def run(*words: str) -> tuple[int, str, str]:
    out, err = io.StringIO(), io.StringIO()
    with redirect_stdout(out), redirect_stderr(err), pytest.raises(SystemExit) as left:
        main(["bench", *words])
    assert isinstance(left.value.code, int)
    return left.value.code, out.getvalue(), err.getvalue()


def test_everything_is_measured_and_nothing_is_left(tmp_path: Path) -> None:
    code, out, err = run("store", "--quick", "--sizes", "20,40", "--json")

    measured = {row["measure"] for row in json.loads(out)}
    assert (code, err) == (0, "")
    assert measured >= {"many events", "one durable add", "an add as it grows", "a search", "a step of an agent"}
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("sizes", ["ten", "", "0", "100,-1"])
def test_sizes_that_are_no_numbers_of_events_are_refused_in_one_sentence(sizes: str, tmp_path: Path) -> None:
    code, out, err = run("store", "--sizes", sizes)

    assert (code, out) == (2, "")
    assert err.count("\n") == 1
    assert list(tmp_path.iterdir()) == []


def test_a_server_without_its_driver_is_told_how_to_get_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("agentmem.graph.neo4j.stores.find_spec", lambda _: None)

    code, out, err = run("store", "--store", "neo4j://localhost:1", "--sizes", "10")

    assert (code, out) == (1, "")
    assert "install" in err
    assert "should not happen" not in err


def test_without_a_word_it_says_what_can_be_measured() -> None:
    code, out, _ = run()

    assert code == 0
    assert "store" in out
