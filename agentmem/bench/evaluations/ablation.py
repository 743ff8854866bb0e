"""`ablation`: what each memory of a stack adds, by any evaluation."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from pydantic import Field

from agentmem.bench.ablation import WHOLE, Variant, variants
from agentmem.bench.evaluation import Cell, Evaluation, Outcome, Probe, Trial, is_drawn
from agentmem.errors import InvalidInput
from agentmem.events import Value
from agentmem.host import Host
from agentmem.settings import settings_from

FOR_FILES = "recall"
FOR_GAMES = "play"
GAMES = (".z5", ".z8")


class AblationOptions(Value):
    """By what the parts are measured.

    Attributes:
        by: The name of an evaluation that has a score; left out, recall for a file of conversations, else play.
        options: Of that evaluation.
    """

    by: str = ""
    options: dict[str, Any] = Field(default_factory=dict)


class Ablation:
    """Measures a stack whole, without each of its memories, and each by itself.

    Events, bytes, times and the receipt are those of the whole.
    """

    name = "ablation"
    about = "what each memory of a stack adds, by any evaluation"
    measure = "score of the whole"
    is_seeded = True
    options = AblationOptions

    def check(self, cell: Cell, host: Host) -> None:
        """Refuse a memory that is no stack, and what the evaluation of the parts refuses."""
        evaluation, parts = _evaluation(cell, host), variants(cell.memory, cell.settings)
        for part in parts:
            evaluation.check(Cell(**(dict(cell) | _changes(cell, part))), host)

    def is_fixed(self, cell: Cell, host: Host) -> bool:
        """Return whether what the parts are measured by is the same for every seed."""
        evaluation, whole = _evaluation(cell, host), variants(cell.memory, cell.settings)[0]
        return not is_drawn(evaluation, Cell(**(dict(cell) | _changes(cell, whole))), host)

    def run(self, trial: Trial) -> Outcome:
        """Measure each part in a folder of its own, and keep each as a probe."""
        cell, evaluation = trial.cell, _evaluation(trial.cell, trial.host)
        parts = variants(cell.memory, cell.settings)
        done: dict[str, Outcome] = {}
        for part in parts:
            inner = trial.within(part.title.replace(" ", "-"), **_changes(cell, part))
            done[part.title] = evaluation.run(inner)
            inner.erase()
            trial.keep(_probe(part, done[part.title], evaluation.measure))
        scores = {title: _score(one, evaluation.name) for title, one in done.items()}
        whole = done[WHOLE]
        return whole.model_copy(
            update={
                "score": scores[WHOLE],
                "by": scores,
                "figures": _added(scores, parts),
                "curves": {},
                "details": {"by": evaluation.name, "measure": evaluation.measure},
            }
        )


def _evaluation(cell: Cell, host: Host) -> Evaluation:
    """Return the evaluation of the parts.

    Raises:
        UnknownName: there is none of this name. InvalidInput: it would be this one.
    """
    is_file = Path(cell.data).is_file() and not cell.data.endswith(GAMES)
    name = settings_from(AblationOptions, cell.options).by or (FOR_FILES if is_file else FOR_GAMES)
    if name == cell.evaluation:
        raise InvalidInput(f"{name} cannot be measured by itself; name another evaluation: agentmem evaluations")
    return host.evaluation(name)


def _changes(cell: Cell, part: Variant) -> dict[str, Any]:
    """Return what the cell of a part has other than that of the stack."""
    options = settings_from(AblationOptions, cell.options)
    return {"memory": part.memory, "settings": part.settings, "options": options.options, "label": part.title}


def _score(outcome: Outcome, evaluation: str) -> float:
    if outcome.score is None:
        raise InvalidInput(f"{evaluation} gives no score, so nothing tells the parts apart; name another evaluation")
    return outcome.score


def _added(scores: Mapping[str, float], parts: Sequence[Variant]) -> dict[str, float]:
    """Return by how much the whole is better than what is left without each memory.

    >>> _added({"whole": 0.75, "only a": 0.5, "only b": 0.25}, variants("a+b", {}))
    {'a adds': 0.5, 'b adds': 0.25}
    """
    alone = [part.memory for part in parts if part.title.startswith("only ")]
    left = {name: f"without {name}" for name in alone}
    if len(alone) == 2:
        left = {alone[0]: f"only {alone[1]}", alone[1]: f"only {alone[0]}"}
    return {f"{name} adds": scores[WHOLE] - scores[without] for name, without in left.items()}


def _probe(part: Variant, outcome: Outcome, measure: str) -> Probe:
    return Probe(
        id=part.title,
        category=part.title,
        asked=f"{measure} of {part.memory}",
        score=outcome.score,
        apart=part.title != WHOLE,
        details={"memory": part.memory, "bytes": outcome.bytes, "write_ms": outcome.write_ms},
    )
