"""One peer taken through one conversation: told every turn, asked every question, each measured."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from statistics import fmean, median
from typing import Any

from agentmem.bench.retrieval import scored
from agentmem.transcripts.corpus import Conversation, Question
from peers.driving import Driver, DriverFailed
from peers.scripted import DIMENSIONS, ScriptedModel, Used
from peers.served import Json, Setting, Turn

LIMIT = 10
MOST_FAILURES = 5
"""In a row, after which a course is given up."""
Moved = Callable[[str], None]


@dataclass
class Spent:
    """What one kind of operation cost, over all of its kind; failed ones are not in it."""

    wall_ms: list[float] = field(default_factory=list)
    cpu_ms: list[float] = field(default_factory=list)
    used: list[Used] = field(default_factory=list)
    failures: list[str] = field(default_factory=list)

    def told(self) -> Json:
        """Return the figures: means, since what comes only now and then is a cost too, and medians beside them."""
        done = max(1, len(self.cpu_ms))
        figures: Json = {
            "done": len(self.cpu_ms),
            "cpu_ms": fmean(self.cpu_ms or [0.0]),
            "cpu_ms_p50": median(self.cpu_ms or [0.0]),
            "wall_ms": fmean(self.wall_ms or [0.0]),
            "wall_ms_p50": median(self.wall_ms or [0.0]),
        }
        total = sum_of(self.used)
        figures |= {name: value / done for name, value in vars(total).items()}
        return figures | {"failed": len(self.failures), "failures": sorted(set(self.failures))[:3]}


@dataclass(frozen=True)
class Sample:
    """What is told and asked of one conversation.

    Attributes:
        name: Of the conversation.
        turns: The first so many.
        questions: Those of which all the evidence is among them.
        at: When questions are asked; ISO 8601.
    """

    name: str
    turns: tuple[Turn, ...]
    questions: tuple[Question, ...]
    at: str


def sample(conversation: Conversation, turns: int) -> Sample:
    """Return the first `turns` turns of a conversation, 0 for all, and what can be asked about them."""
    events = conversation.events[: turns or None]
    known = {event.id for event in events}
    told = tuple(
        Turn(event.id, event.speaker or "", event.text, event.at.isoformat(), event.session or "") for event in events
    )
    asked = tuple(one for one in conversation.questions if one.evidence and known.issuperset(one.evidence))
    return Sample(conversation.name, told, asked, conversation.end.isoformat())


def course(driver: Driver, model: ScriptedModel, of: Sample, *, folder: Path, options: Any, moved: Moved) -> Json:
    """Return what a peer cost and found over one conversation.

    Args:
        driver: Of the peer, not yet opened.
        model: The server it is given.
        of: What is told and asked.
        folder: The memory's own, empty.
        options: What the driver is told.
        moved: Is told what was done.

    Raises:
        DriverFailed: it cannot be opened, died, or failed too often in a row.
    """
    version = driver.open(Setting(str(folder), model.url, of.name, DIMENSIONS, dict(options)))
    driver.search("Is anybody there?", limit=LIMIT, at=of.at)  # what is loaded once is loaded now, and not counted
    before = driver.cost()
    adds = _each(of.turns, lambda turn: _told(driver, model, turn), model, lambda: moved("told"))
    told = driver.cost()
    found: list[Json] = []
    asks = _each(of.questions, lambda one: _asked(driver, one, of, found), model, lambda: moved("asked"))
    after = driver.cost()
    return {
        "version": version,
        "turns": len(of.turns),
        "adds": adds.told(),
        "searches": asks.told(),
        "questions": found,
        "peak_mb": after["peak_mb"],
        "refused": after["refused"],
        "beside_cpu_ms": (told["cpu_s"] - before["cpu_s"]) * 1e3 - sum(adds.cpu_ms),
    }


def sum_of(used: Sequence[Used]) -> Used:
    """Return all of them as one."""
    return Used(**{name: sum(getattr(one, name) for one in used) for name in vars(Used())})


def _told(driver: Driver, model: ScriptedModel, turn: Turn) -> Json:
    model.hears(turn)
    return driver.add(turn)


def _asked(driver: Driver, question: Question, of: Sample, found: list[Json]) -> Json:
    """Ask one question, and add how well it was answered to `found`; a failure finds nothing."""
    told: Json = {"category": question.category, "apart": question.apart, "recall": {"5": 0.0, "10": 0.0}, "found": 0}
    found.append(told)
    answer = driver.search(question.text, limit=LIMIT, at=of.at)
    recalled = [one["sources"] for one in answer["found"][:LIMIT]]
    scores = scored(recalled, set(question.evidence))
    told |= {"recall": {str(k): scores.recall[k] for k in (5, 10)}, "found": len(recalled)}
    return dict(answer["spent"])


def _each(many: Sequence[Any], work: Callable[[Any], Json], model: ScriptedModel, moved: Callable[[], None]) -> Spent:
    """Do `work` for each; a failure is kept, and many in a row end it."""
    spent, row = Spent(), 0
    for one in many:
        before = model.used.now()
        try:
            cost = work(one)
        except DriverFailed as failed:
            spent.failures.append(str(failed))
            row += 1
            if row == MOST_FAILURES:
                raise DriverFailed(f"{MOST_FAILURES} failures in a row, the last: {failed}") from failed
            continue
        finally:
            moved()
        row = 0
        spent.wall_ms.append(cost["wall_ms"])
        spent.cpu_ms.append(cost["cpu_ms"])
        spent.used.append(model.used.now().since(before))
    return spent
