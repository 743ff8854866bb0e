"""What every evaluation must do, as tests to inherit.

```python
class TestMyEvaluationKeepsTheContract(EvaluationContract):
    def new_evaluation(self) -> Evaluation:
        return MyEvaluation()

    def new_cell(self, memory: str, folder: Path) -> Cell:
        return Cell(evaluation="mine", memory=memory, options={"events": 20})
```
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable
from itertools import count
from pathlib import Path
from typing import Any

import pytest

from agentmem.bench.evaluation import (
    Cell,
    Evaluation,
    Outcome,
    Probe,
    Trial,
    is_drawn,
    mean_score,
    scores_by_category,
)
from agentmem.errors import AgentmemError, InvalidInput
from agentmem.host import Host
from agentmem.testing.memory_world import installed

Ran = tuple[Outcome, list[Probe]]
Run = Callable[[Cell], Ran]
UNKNOWN = "no_such_option"


class EvaluationContract(ABC):
    """The promises of `Evaluation`. Inherit it, and say how to make one and a small cell of it.

    Attributes:
        memory: What most tests measure.
        keeps_probes: Whether each thing that is asked is kept as a probe.
        is_mean: Whether the score is the mean of the probes that count.
    """

    memory = "bm25"
    keeps_probes = True
    is_mean = True

    @abstractmethod
    def new_evaluation(self) -> Evaluation:
        """Return a new one, the same at each call."""

    @abstractmethod
    def new_cell(self, memory: str, folder: Path) -> Cell:
        """Return a cell of this memory that runs in a moment; files it needs go into `folder`."""

    @pytest.fixture(scope="class")
    @classmethod
    def host(cls) -> Host:
        """Give what is installed."""
        return installed()

    @pytest.fixture(scope="class")
    @classmethod
    def folder(cls, tmp_path_factory: pytest.TempPathFactory) -> Path:
        """Give a folder for the files of cells."""
        return tmp_path_factory.mktemp("cells")

    @pytest.fixture(scope="class")
    @classmethod
    def run(cls, host: Host, folder: Path) -> Run:
        """Run cells, each in a folder of its own, once they are checked."""
        numbers = count(1)

        def run(cell: Cell) -> Ran:
            trial = Trial(cell, host, folder / str(next(numbers)))
            trial.folder.mkdir()
            cls().new_evaluation().check(cell, host)
            return cls().new_evaluation().run(trial), trial.probes()

        return run

    @pytest.fixture(scope="class")
    @classmethod
    def ran(cls, run: Run, folder: Path) -> Ran:
        """Run one cell."""
        return run(cls().new_cell(cls.memory, folder))

    def test_it_says_what_it_is(self) -> None:
        """A name, one line on what is measured, one on the score. If this fails, no table can head its column."""
        evaluation = self.new_evaluation()

        assert evaluation.name
        assert not set(evaluation.name) & set(" :,=+")
        assert all(said and "\n" not in said for said in (evaluation.about, evaluation.measure))

    def test_the_same_cell_gives_the_same_scores(self, run: Run, ran: Ran, folder: Path) -> None:
        """Down to each probe. If this fails, something is drawn without the seed, or left over from the last cell."""
        again, probes = run(self.new_cell(self.memory, folder))

        assert _scores(again) == _scores(ran[0])
        assert [(one.id, one.answered, one.score) for one in probes] == [
            (one.id, one.answered, one.score) for one in ran[1]
        ]

    def test_a_seed_makes_a_difference_only_where_that_is_said(
        self, host: Host, run: Run, ran: Ran, folder: Path
    ) -> None:
        """A cell that is not drawn scores the same. If this fails, say `is_seeded`: cells are left out that differ."""
        cell = self.new_cell(self.memory, folder)
        if is_drawn(self.new_evaluation(), cell, host):
            pytest.skip("it is seeded")
        other = cell.model_copy(update={"seed": 7})

        assert run(other)[0].by == ran[0].by

    def test_each_thing_that_is_asked_is_kept_as_a_probe(self, ran: Ran) -> None:
        """With an id of its own. If this fails, nobody can score the cell again, or look at what went wrong."""
        if not self.keeps_probes:
            pytest.skip("it keeps no probes")
        ids = [probe.id for probe in ran[1]]

        assert ids
        assert len(set(ids)) == len(ids)
        assert all(probe.asked for probe in ran[1])

    def test_scores_can_be_had_from_the_probes_again(self, ran: Ran) -> None:
        """Mean of those that count, and by category. If this fails, the table says other than the lines it is from."""
        if not self.is_mean:
            pytest.skip("its score is no mean of probes")
        outcome, probes = ran

        assert mean_score(probes) == outcome.score
        assert scores_by_category(probes) == outcome.by

    def test_an_unknown_option_is_refused_by_name(self, host: Host, folder: Path) -> None:
        """Before anything is run. If this fails, a slip in a grid is found after hours, or never."""
        cell = self.new_cell(self.memory, folder)
        slip = cell.model_copy(update={"options": {**cell.options, UNKNOWN: 1}})

        with pytest.raises(InvalidInput, match=UNKNOWN):
            self.new_evaluation().check(slip, host)

    def test_what_is_kept_is_told_in_bytes(self, ran: Ran) -> None:
        """Of the closed store. If this fails, a memory that keeps everything looks as small as one that forgets."""
        assert ran[0].bytes > 0
        assert ran[0].events > 0

    def test_chance_is_not_above_the_oracle(self, ran: Ran) -> None:
        """Where both are known. If this fails, one of them is wrong, and so is what is read into every score."""
        outcome = ran[0]

        if outcome.chance is not None and outcome.oracle is not None:
            assert outcome.chance <= outcome.oracle

    def test_an_outcome_fits_into_a_line(self, ran: Ran) -> None:
        """JSON there and back. If this fails, results read from a file are not those that were measured."""
        outcome, probes = ran

        assert Outcome.model_validate_json(outcome.model_dump_json()) == outcome
        assert all(Probe.model_validate_json(probe.model_dump_json()) == probe for probe in probes)

    def test_every_memory_can_be_measured(self, host: Host, run: Run, folder: Path) -> None:
        """All that are installed. If this fails, it asks for what is only promised by some: see `agentmem.memory`."""
        failed: dict[str, str] = {}
        for memory in sorted(host.memories):
            try:
                run(self.new_cell(memory, folder))
            except AgentmemError as error:
                failed[memory] = str(error)

        assert not failed


def _scores(outcome: Outcome) -> dict[str, Any]:
    return outcome.model_dump(include={"score", "chance", "oracle", "by"})
