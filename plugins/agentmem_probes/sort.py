"""`sort`: which of two moments came first.

After Sequence Order Recall Tasks (Pink et al., 2024, arXiv 2410.08133): two segments of one long text are
shown, and who has read it says which came first. Here the text is a made-up diary, or any conversations, and
who has read it is a memory: each segment is asked of it, and what it recalls is all that the answer is read off.

Deviation: who cannot tell is given the half that a coin wins on average, instead of a coin; so a memory whose
recollections carry no position scores .50 exactly.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from statistics import fmean
from typing import Literal

from pydantic import Field, JsonValue

from agentmem.agent_memory import AgentMemory
from agentmem.bench.conversations import Conversations
from agentmem.bench.evaluation import Cell, Outcome, Probe, Trial, mean_score, scores_by_category
from agentmem.bench.tally import Tally
from agentmem.errors import InvalidInput
from agentmem.events import Query, Recollection
from agentmem.host import Host
from agentmem.settings import settings_from
from agentmem.transcripts.corpus import Conversation
from agentmem_probes.choice import sure, worth
from agentmem_probes.cues import CUES, Cue, Fitting, cue_of
from agentmem_probes.diary import MOST, diary
from agentmem_probes.order import Ordering, best_of
from agentmem_probes.pairs import BINS, Pair, distance_of, pairs_in
from agentmem_probes.reading import Reader

CHANCE = 0.5


class SortOptions(Conversations):
    """What is told, and how it is asked."""

    events: int = Field(default=2000, ge=12, le=MOST, description="Of the diary, where no data is given.")
    pairs: int = Field(default=60, ge=2, le=10_000, description="Pairs of each distance, with each kind of cue.")
    cues: Literal["both", "verbatim", "degraded"] = Field(
        default="both", description="A segment as it was, or with half of its words dropped."
    )
    reader: Reader = Field(
        default="rules", description="Who answers from what is recalled: rules compare positions; a model reads it."
    )
    limit: int = Field(default=5, ge=1, le=1000, description="Recollections asked for; rules read the best of them.")
    tokens: int = Field(default=500, ge=50, description="Of what is recalled of a segment, shown to a model.")

    @property
    def kinds(self) -> tuple[Cue, ...]:
        """The kinds of cues."""
        return CUES if self.cues == "both" else (self.cues,)


class Sort:
    """Tells a memory a diary, and asks of pairs of its sentences which came first."""

    name = "sort"
    about = "which of two moments came first, from what is recalled of each"
    measure = "share in the right order"
    is_seeded = True
    options = SortOptions

    def check(self, cell: Cell, host: Host) -> None:  # noqa: ARG002
        """Refuse a file that cannot be read, or has no two moments to compare."""
        options = settings_from(SortOptions, cell.options)
        if cell.data and not pairs_in(_told(cell, options), each=2, seed=cell.seed):
            raise InvalidInput(f"{cell.data} has no two turns that are long enough to be told apart; give another file")

    def run(self, trial: Trial) -> Outcome:
        """Tell and ask, and keep every pair as a probe."""
        options = settings_from(SortOptions, trial.cell.options)
        conversations = _told(trial.cell, options)
        pairs = pairs_in(conversations, each=options.pairs, seed=trial.cell.seed)
        tally, oracle = Tally(trial), list[float]()
        for number, conversation in enumerate(conversations):
            mine = [pair for pair in pairs if pair.conversation == number]
            with tally.memory(conversation.name) as memory:
                tally.tell(memory, conversation.events)
                asker = _Asker(conversation, memory, tally, options)
                for kind in options.kinds:
                    for pair in mine:
                        probe, best = asker.ask(pair, kind)
                        trial.keep(probe)
                        oracle.append(best)
        probes = trial.probes()
        return Outcome(
            score=mean_score(probes),
            chance=CHANCE,
            oracle=fmean(oracle),
            by=_by_distance(probes),
            figures=_figures(probes),
            details=_undecided(probes),
            **tally.costs(),
        )


class _Asker:
    """Asks a memory about pairs of moments of a conversation it was told."""

    def __init__(self, conversation: Conversation, memory: AgentMemory, tally: Tally, options: SortOptions) -> None:
        self._conversation, self._memory, self._tally, self._limit = conversation, memory, tally, options.limit
        self._ordering = Ordering(memory, options.reader, tokens=options.tokens)
        self._fitting = Fitting([event.text for event in conversation.events])

    def ask(self, pair: Pair, kind: Cue) -> tuple[Probe, float]:
        """Return what was asked and answered; and how often one would be right who holds every word of it."""
        a, b = (self._conversation.events[place] for place in (pair.a, pair.b))
        cues = cue_of(a.text, kind, seed=f"{pair.id}/A"), cue_of(b.text, kind, seed=f"{pair.id}/B")
        recalled = self._recalled(cues[0]), self._recalled(cues[1])
        ordered = self._ordering.first(cues, recalled)
        best = [best_of(found) for found in recalled]
        probe = Probe(
            id=f"{kind}/{pair.id}",
            category=f"{kind} {pair.distance}",
            asked=f"A: {cues[0]}\nB: {cues[1]}",
            expected=pair.first,
            answered=ordered.first,
            score=worth(ordered.first, pair.first),
            recalled=tuple(source for one in best if one for source in one.sources),
            details={
                "segments": [a.id, b.id],
                "distance": abs(pair.a - pair.b),
                "positions": [one.position if one else None for one in best],
                "why": ordered.why,
            },
        )
        return probe, sure(self._fitting.places(cues[0]), self._fitting.places(cues[1]))

    def _recalled(self, cue: str) -> list[Recollection]:
        return self._tally.ask(self._memory, Query(text=cue, limit=self._limit, now=self._conversation.end))


def _told(cell: Cell, options: SortOptions) -> Sequence[Conversation]:
    if cell.data:
        return options.corpus(cell.data).conversations
    return [diary(options.events, seed=cell.seed)]


def _by_distance(probes: Sequence[Probe]) -> dict[str, float]:
    """Return the score by kind of cue and distance, the nearest first."""
    scores = scores_by_category(probes)
    categories = (f"{kind} {distance_of(*limits)}" for kind in CUES for limits in BINS)
    return {category: scores[category] for category in categories if category in scores}


def _figures(probes: Sequence[Probe]) -> dict[str, float]:
    """Return the score by kind of cue, and how many pairs found no answer."""
    by_kind = [probe.model_copy(update={"category": probe.category.split()[0]}) for probe in probes]
    return {**scores_by_category(by_kind), "undecided": sum(probe.answered is None for probe in probes) / len(probes)}


def _undecided(probes: Sequence[Probe]) -> dict[str, JsonValue]:
    """Return why pairs found no answer, and in a sentence where none did."""
    reasons = Counter(str(probe.details["why"]) for probe in probes if probe.answered is None)
    because: dict[str, JsonValue] = {"undecided": dict(reasons)}
    if reasons.total() < len(probes):
        return because
    said = ", ".join(f"{count} times {reason}" for reason, count in reasons.most_common())
    return because | {"why": f"no pair could be put in order ({said}), so the score is that of a coin, exactly"}
