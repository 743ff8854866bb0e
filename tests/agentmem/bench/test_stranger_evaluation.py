"""An evaluation from somebody's file is measured, listed and held to the contract like ours."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from agentmem.bench.evaluation import Cell, Evaluation, Outcome, Trial
from agentmem.cli import main
from agentmem.errors import UnknownName
from agentmem.host import Host
from agentmem.testing.evaluation_contract import EvaluationContract

PARROT = Path(__file__).with_name("parrot.py")


@pytest.fixture(scope="module")
def with_parrot() -> Host:
    return Host(also=[PARROT])


def measured(host: Host, folder: Path, memory: str) -> Outcome:
    trial = Trial(Cell(evaluation="parrot", memory=memory), host, folder / memory)
    trial.folder.mkdir()
    return host.evaluation("parrot").run(trial)


class TestParrotKeepsTheContract(EvaluationContract):
    def new_evaluation(self) -> Evaluation:
        return Host([], also=[PARROT]).evaluation("parrot")

    def new_cell(self, memory: str, folder: Path) -> Cell:
        return Cell(evaluation="parrot", memory=memory, options={"sentences": 4})


def test_it_tells_two_memories_apart(with_parrot: Host, tmp_path: Path) -> None:
    words, newest = (measured(with_parrot, tmp_path, memory) for memory in ("bm25", "window"))

    assert (words.score, newest.score) == (1.0, 0.05)
    assert newest.by == {"first half": 0.0, "second half": 0.1}
    assert min(words.bytes, newest.bytes) > 0
    assert (words.events, words.receipt.calls) == (20, 0)
    assert words.write_ms > 0
    assert (words.recall_ms > 0, words.recalls) == (True, 20)


def test_it_credits_no_memory_with_what_that_has_not_taken_in(tmp_path: Path) -> None:
    host = Host(also=[PARROT, Path(__file__).with_name("forgetful.py")])

    deaf, waiting = (measured(host, tmp_path, memory) for memory in ("deaf", "waiting"))

    assert (deaf.score, deaf.receipt.set_aside) == (0.0, 20)
    assert (waiting.score, waiting.receipt.deferred) == (0.0, 20)


def test_it_is_listed_beside_ours(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit):
        main(["--plugin", str(PARROT), "evaluations", "--json"])
    told = {one["name"]: one for one in json.loads(capsys.readouterr().out)}

    assert {"ablation", "cost", "parrot", "play", "recall", "sort"} <= set(told)
    assert told["parrot"]["plugin"] == "parrot"
    assert told["parrot"]["options"] == [{"name": "sentences", "default": 20, "values": "from 2", "about": "How many."}]


def test_without_its_file_nobody_knows_it() -> None:
    with pytest.raises(UnknownName, match=r"no evaluation named 'parrot'.* agentmem evaluations"):
        Host().evaluation("parrot")
