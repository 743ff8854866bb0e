"""A stranger's plugin, one file: whether a memory can say a sentence again, from one of its words."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import UTC, datetime, timedelta
from random import Random

from pydantic import BaseModel, Field

from agentmem import hookimpl
from agentmem.bench.evaluation import Cell, Evaluation, Outcome, Probe, Trial, mean_score, scores_by_category
from agentmem.bench.tally import Tally
from agentmem.events import new_event, new_query
from agentmem.host import Host
from agentmem.settings import settings_from

START = datetime(2026, 1, 1, tzinfo=UTC)


class ParrotOptions(BaseModel):
    """How much is said.

    Attributes:
        sentences: How many.
    """

    model_config = {"extra": "forbid"}

    sentences: int = Field(default=20, ge=2)


class Parrot:
    """Says made-up words, and asks for the sentence of each."""

    name = "parrot"
    about = "whether a sentence is recalled first, given its first word"
    measure = "share of sentences"
    is_seeded = True
    options = ParrotOptions

    def check(self, cell: Cell, host: Host) -> None:
        settings_from(ParrotOptions, cell.options)

    def run(self, trial: Trial) -> Outcome:
        many = settings_from(ParrotOptions, trial.cell.options).sentences
        draw = Random(trial.cell.seed)
        words = [
            "".join(draw.choices("bdfgklmnprst", k=1) + draw.choices("aeiou", k=1)) * 2 + str(n) for n in range(many)
        ]
        events = [
            new_event(f"{word} sat on the wall", id=word, at=START + timedelta(hours=n)) for n, word in enumerate(words)
        ]
        tally = Tally(trial)
        with tally.memory() as memory:
            tally.tell(memory, events)
            for number, word in enumerate(words):
                found = tally.ask(memory, new_query(word, now=START + timedelta(days=9), limit=1))
                said = found[0].sources[0] if found else None
                half = "first half" if number < many / 2 else "second half"
                trial.keep(
                    Probe(id=word, category=half, asked=word, expected=word, answered=said, score=float(said == word))
                )
        probes = trial.probes()
        return Outcome(
            score=mean_score(probes), chance=1 / many, oracle=1.0, by=scores_by_category(probes), **tally.costs()
        )


@hookimpl
def agentmem_evaluations() -> Mapping[str, Callable[[], Evaluation]]:
    """Offer `parrot`."""
    return {"parrot": Parrot}
