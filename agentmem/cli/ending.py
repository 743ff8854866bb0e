"""How an episode went, in words, and what to try next."""

from __future__ import annotations

import shlex
import sys
from dataclasses import dataclass
from pathlib import Path
from shutil import which
from typing import TYPE_CHECKING

from agentmem.cli.output import one_line
from agentmem.cli.shown import points

if TYPE_CHECKING:
    from agentmem.agent.episode import Held, Result, Setup


@dataclass(frozen=True)
class Told:
    """The end in words.

    Attributes:
        headline: In one or two words: won, lost, step limit, interrupted.
        won: Whether it was.
        facts: Name and value, to be shown below each other.
        tries: Commands to try next, and what each shows.
    """

    headline: str
    won: bool
    facts: tuple[tuple[str, str], ...]
    tries: tuple[tuple[str, str], ...]


def told(setup: Setup, result: Result, *, recalled: str | None) -> Told:
    """Return the end in words.

    Args:
        setup: What was played.
        result: How it went.
        recalled: The id of something that was recalled, to ask why of.
    """
    how = result.evaluation
    headline = "won" if how.won else "lost" if how.lost else result.ended
    facts = [
        ("result", headline),
        ("score", f"{points(how)} ({how.normalized:.0%})"),
        ("steps", f"{how.steps}"),
        ("memory", f"{setup.memory}: {_held(result.held)}"),
        ("cost", _cost(result)),
        ("trajectory", str(setup.trajectory)),
        ("store", setup.store),
    ]
    if setup.record is not None:
        facts.append(("recording", f"{setup.record}; had again with --language replay:{setup.record}"))
    trouble = [f"{len(result.set_aside)} set aside"] if result.set_aside else []
    trouble += [f"{result.waiting} entries wait for {setup.language}"] if result.waiting else []
    if trouble:
        facts.append(("trouble", f"{', '.join(trouble)}; see: agentmem status {shlex.quote(setup.store)}"))
    if result.waits:
        facts.append(("why", one_line(result.waits, limit=300)))
    return Told(headline, how.won, tuple(facts), tuple(_tries(setup, result, result.outdated or recalled)))


def command(typed: str, *, is_on_path: bool) -> str:
    """Return how to call this command again: by its name, or as it was typed where the name is not enough.

    >>> command(".venv/bin/agentmem", is_on_path=False)
    '.venv/bin/agentmem'
    >>> command(".venv/bin/agentmem", is_on_path=True)
    'agentmem'
    """
    return typed if Path(typed).name == "agentmem" and not is_on_path else "agentmem"


def _held(held: tuple[Held, ...]) -> str:
    """Return "182 facts known, 41 retired; 60 entities; 44 episodes", facts first."""
    if not held:
        return "keeps nothing of its own"
    first = sorted(held, key=lambda one: (one.label != "Fact", one.label))
    return "; ".join(f"{_plural(one.label, one.current)} {_known(one)}".strip() for one in first)


def _known(one: Held) -> str:
    return f"known, {one.retired} retired" if one.retired or one.label == "Fact" else ""


def _plural(label: str, count: int) -> str:
    word = label.lower()
    if count == 1:
        return f"1 {word}"
    return f"{count} {word[:-1]}ies" if word.endswith("y") else f"{count} {word}s"


def _cost(result: Result) -> str:
    spent = result.receipt
    calls = f"{spent.calls} model calls, {spent.tokens} tokens" if spent.calls else "no model calls"
    by_rules = f", {spent.by_rules} of them by the rules in its place" if spent.by_rules else ""
    return f"{calls}; {spent.asked} questions answered{by_rules}, {spent.milliseconds:.0f} ms in the language"


def _is_own(setup: Setup) -> bool:
    """Whether the store was made for this run, so that it has no other namespace."""
    return Path(setup.store).parent.name == setup.name


def _tries(setup: Setup, result: Result, noteworthy: str | None) -> list[tuple[str, str]]:
    other = "window" if setup.memory != "window" else "arigraph"
    agentmem = command(sys.argv[0], is_on_path=which("agentmem") is not None)
    again = [
        agentmem,
        "play",
        setup.game,
        "--memory",
        other,
        *(["--policy", setup.policy] if setup.policy != "rules" else []),
        *(["--seed", str(setup.seed)] if setup.seed != 1 else []),
    ]
    tries = [(shlex.join(again), "the same agent with another memory")]
    whose = [] if _is_own(setup) else ["--namespace", setup.remembered_in]
    tries.append((shlex.join([agentmem, "show", setup.store, *whose]), "what the memory holds, in its own shape"))
    if noteworthy:
        words = [agentmem, "why", setup.store, noteworthy, *whose]
        tries.append((shlex.join(words), "what this is, who said so, and what became of it"))
    if result.receipt.calls:
        tries.append(
            (shlex.join([agentmem, "cost", setup.store, *whose]), "what the model was asked, and what it took")
        )
    tries.append((shlex.join([agentmem, "replay", str(setup.trajectory)]), "the same commands in a fresh game"))
    return tries
