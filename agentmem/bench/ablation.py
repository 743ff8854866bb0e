"""What each memory of a stack adds: the stack whole, without each of them, and each by itself."""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Mapping, Sequence
from functools import partial
from pathlib import Path
from statistics import mean
from typing import Any

from pydantic import Field

from agentmem.agent.episode import Episode, Result, Setup
from agentmem.bench.evidence import OVERALL, Asking
from agentmem.bench.recall import Memories, Watcher, recall
from agentmem.errors import InvalidInput
from agentmem.events import Value
from agentmem.host import Host
from agentmem.language.contract import Language
from agentmem.spending.session import Session
from agentmem.stack import JOINED, OWN
from agentmem.thinking import Thinking
from agentmem.transcripts.corpus import Corpus

WHOLE = "whole"


class Variant(Value):
    """A part of a stack: what it is called, its memories joined by "+", and their settings."""

    title: str
    memory: str
    settings: dict[str, Any]


class Playing(Thinking):
    """How the games are played, and what is thought with, as in `Thinking`.

    Attributes:
        max_steps: The most actions of a game.
    """

    max_steps: int = Field(default=150, ge=1)


class Ablated(Value):
    """How one part of a stack did.

    Attributes:
        variant: Which part.
        score: Evidence recall overall, or the mean normalised score of the games, in [0, 1].
        by: Scores by category of question, or by seed of the game.
        difference: `score` less that of the whole.
        won: Games won; None for conversations.
        steps: Mean steps of the games; None for conversations.
        set_aside: Events it could not take in.
        waiting: Entries it could not take in yet, since the language was out, or the budget used up.
        failures: Why asking failed, each time it did; it counts as nothing found. In a game, a failure ends all.
    """

    variant: Variant
    score: float
    by: dict[str, float]
    difference: float = 0.0
    won: int | None = None
    steps: float | None = None
    set_aside: int = 0
    waiting: int = 0
    failures: tuple[str, ...] = ()


def variants(memory: str, settings: Mapping[str, Any]) -> list[Variant]:
    """Return the parts of a stack that are compared, the whole first.

    >>> [variant.title for variant in variants("a+b+c", {})]
    ['whole', 'without a', 'without b', 'without c', 'only a', 'only b', 'only c']
    >>> [(variant.title, variant.memory) for variant in variants("a+b", {"b.size": 3})]
    [('whole', 'a+b'), ('only a', 'a'), ('only b', 'b')]

    Raises:
        InvalidInput: there is but one memory.
    """
    names = [name.strip() for name in memory.split(JOINED)]
    if len(names) < 2:
        raise InvalidInput(f"{memory!r} is one memory; name several to see what each adds, as in episodic+arigraph")
    without = {f"without {name}": [other for other in names if other != name] for name in names}
    alone = {f"only {name}": [name] for name in names}
    parts = {WHOLE: names, **(without if len(names) > 2 else {}), **alone}
    return [_variant(title, some, names, settings) for title, some in parts.items()]


def ablate_recall(
    host: Host, corpus: Corpus, parts: Sequence[Variant], *, asking: Asking, watcher: Watcher | None = None
) -> list[Ablated]:
    """Return how much of the evidence each part finds among the first `asking.limit`, in the order of `parts`."""
    memories: Memories = {part.memory: part.settings for part in parts}
    report = recall(host, corpus, memories, asking=asking, watcher=watcher)
    found: dict[str, dict[str, float]] = {part.memory: {} for part in parts}
    for one in report.averages:
        found[one.memory][one.category] = one.recall[max(one.recall)].value
    failed: dict[str, list[str]] = {part.memory: [] for part in parts}
    for failure in report.failures:
        failed[failure.memory].append(failure.error)
    costs = {one.memory: one for one in report.costs}
    done = [
        Ablated(
            variant=part,
            score=by.pop(OVERALL, 0.0),
            by=by,
            set_aside=costs[part.memory].set_aside,
            waiting=costs[part.memory].deferred,
            failures=tuple(failed[part.memory]),
        )
        for part in parts
        for by in [dict(found[part.memory])]
    ]
    return _compared(done)


def ablate_play(
    host: Host,
    game: str,
    parts: Sequence[Variant],
    *,
    seeds: Sequence[int],
    playing: Playing | None = None,
    moved: Callable[[str, int], None] = lambda what, steps: None,  # noqa: ARG005
) -> list[Ablated]:
    """Return how well an agent plays with each part, in the order of `parts`; each seed is another game.

    Args:
        host: Opens memories, policies and games.
        game: As typed: `cook:4`, or a path.
        parts: Of the stack.
        seeds: One game each.
        playing: How long a game may be, and what is thought with.
        moved: Is told of each game played.

    Raises:
        InvalidInput: nothing is scored in it.
    """
    done, how = [], playing or Playing()
    session = Session(how.budget)
    with how.languages(host) as languages:
        for part in parts:
            played: dict[int, Result] = {}
            for seed in seeds:
                setup = partial(_setup, game, part, seed=seed, how=how)
                played[seed] = _played(setup, host, languages(), session)
                moved(part.title, 1)
            done.append(_ablated(part, played))
    return _compared(done)


def _variant(title: str, some: Sequence[str], names: Sequence[str], settings: Mapping[str, Any]) -> Variant:
    """Return the part with what is set of its memories; weights belong to the whole, and are cut to its memories."""
    owners = {*some, OWN}
    kept = {key: value for key, value in settings.items() if key.partition(".")[0] in owners or "." not in key}
    weights = kept.get(f"{OWN}.weights")
    if isinstance(weights, str) and len(given := weights.split(",")) == len(names):
        kept[f"{OWN}.weights"] = ",".join(given[names.index(name)] for name in some)
    return Variant(title=title, memory=JOINED.join(some), settings=kept)


def _setup(game: str, part: Variant, folder: Path, *, seed: int, how: Playing) -> Setup:
    return Setup(
        game=game,
        store=":memory:",
        trajectory=folder / "trajectory.jsonl",
        name="ablation",
        memory=part.memory,
        memory_settings=part.settings,
        seed=seed,
        stands_in=False,
        **how.model_dump(),
    )


def _played(setup: Callable[[Path], Setup], host: Host, language: Language, session: Session) -> Result:
    with (
        tempfile.TemporaryDirectory() as folder,
        Episode(setup(Path(folder)), host, language=language, session=session) as episode,
    ):
        for _ in episode:
            pass
    return episode.result


def _ablated(part: Variant, played: Mapping[int, Result]) -> Ablated:
    ends = {seed: one.evaluation for seed, one in played.items()}
    scores = {str(seed): one.normalized for seed, one in ends.items() if one.normalized is not None}
    if len(scores) < len(ends):
        raise InvalidInput("nothing is scored in this conversation, so nothing tells the parts apart; give another one")
    return Ablated(
        variant=part,
        score=mean(scores.values()),
        by=scores,
        won=sum(one.won for one in ends.values()),
        steps=mean(one.steps for one in ends.values()),
        set_aside=sum(len(one.set_aside) for one in played.values()),
        waiting=sum(one.waiting for one in played.values()),
    )


def _compared(done: Sequence[Ablated]) -> list[Ablated]:
    return [one.model_copy(update={"difference": one.score - done[0].score}) for one in done]
