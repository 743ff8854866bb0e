"""How an episode went, in words, and what to try next."""

from __future__ import annotations

import shlex
import sys
from dataclasses import dataclass
from pathlib import Path
from shutil import which
from typing import TYPE_CHECKING

from agentmem.cli.output import one_line
from agentmem.cli.shown import score
from agentmem.cli.thinking import thinking_again
from agentmem.plural import counted

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


def told(setup: Setup, result: Result, *, recalled: str | None, model_failed: bool = False) -> Told:
    """Return the end in words.

    Args:
        setup: What was played.
        result: How it went.
        recalled: The id of something that was recalled, to ask why of.
        model_failed: Whether that ended it.
    """
    how = result.evaluation
    headline = "won" if how.won else "lost" if how.lost else result.ended
    facts = [
        ("result", headline),
        ("score", score(how)),
        ("steps", f"{how.steps}"),
        ("memory", f"{setup.memory}: {_held(result.held)}"),
        ("cost", _cost(result)),
        ("trajectory", str(setup.trajectory)),
        ("store", setup.shown_store),
    ]
    if setup.record is not None:
        facts.append(("recording", f"{setup.record}; had again with --language replay:{setup.record}"))
    trouble = [f"{len(result.set_aside)} set aside"] if result.set_aside else []
    trouble += [f"{counted(result.waiting, 'entry')} waiting to be taken in"] if result.waiting else []
    if trouble:
        facts.append(("trouble", f"{', '.join(trouble)}; see: agentmem status {shlex.quote(setup.shown_store)}"))
    if result.waits:
        facts.append(("why", one_line(result.waits, limit=300)))
    tries = _mending(setup, result, model_failed=model_failed) + _tries(setup, result, result.outdated or recalled)
    return Told(headline, how.won, tuple(facts), tuple(tries))


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
    return "; ".join(f"{counted(one.current, one.label.lower())} {_known(one)}".strip() for one in first)


def _known(one: Held) -> str:
    return f"known, {one.retired} retired" if one.retired or one.label == "Fact" else ""


def _cost(result: Result) -> str:
    spent = result.receipt
    calls = f"{spent.calls:,} model calls, {spent.tokens:,} tokens" if spent.calls else "no model calls"
    by_rules = f", {spent.by_rules} of them by the rules in its place" if spent.by_rules else ""
    return f"{calls}; {spent.asked} questions answered{by_rules}, {spent.milliseconds:.0f} ms in the language"


def _agentmem() -> str:
    return command(sys.argv[0], is_on_path=which("agentmem") is not None)


def _whose(setup: Setup) -> list[str]:
    """Return the option that names the namespace, where it has to be."""
    return [] if _is_own(setup) else ["--namespace", setup.remembered_in]


def _is_own(setup: Setup) -> bool:
    """Whether the store was made for this run, so that it has no other namespace."""
    return Path(setup.store).parent.name == setup.name


def _tries(setup: Setup, result: Result, noteworthy: str | None) -> list[tuple[str, str]]:
    agentmem, whose = _agentmem(), _whose(setup)
    other = "window" if setup.memory != "window" else "arigraph"
    tries = [(_again(setup, memory=other), "the same agent with another memory")]
    tries.append((shlex.join([agentmem, "show", setup.shown_store, *whose]), "what the memory holds, in its own shape"))
    if noteworthy:
        words = [agentmem, "why", setup.shown_store, noteworthy, *whose]
        tries.append((shlex.join(words), "what this is, who said so, and what became of it"))
    if result.receipt.calls:
        tries.append(
            (shlex.join([agentmem, "cost", setup.shown_store, *whose]), "what the model was asked, and what it took")
        )
    tries.append((shlex.join([agentmem, "replay", str(setup.trajectory)]), "the same commands in a fresh game"))
    return tries


def _mending(setup: Setup, result: Result, *, model_failed: bool) -> list[tuple[str, str]]:
    """Return what to do where a model failed: nothing is lost by it."""
    if not setup.asks_a_model:
        return []
    tries = []
    if result.waiting or result.set_aside:
        settings = [word for name, value in setup.memory_settings.items() for word in ("--set", f"{name}={value}")]
        words = [_agentmem(), "retry", setup.shown_store, "--memory", setup.memory, *settings, *_whose(setup)]
        words += thinking_again(setup)
        tries.append((shlex.join(words), "take in what waits, and what was set aside"))
    if model_failed and setup.on_failure == "defer":
        again = _again(setup, memory=setup.memory)
        tries.append((f"{again} --on-failure rules", "let the rules answer where the model does not"))
    return tries


def _again(setup: Setup, *, memory: str) -> str:
    """Return the command that plays this again with `memory`; a recording has answers for one memory only."""
    words = [_agentmem(), "play", setup.game, "--memory", memory]
    words += ["--policy", setup.policy] if setup.policy != "rules" else []
    words += [word for name, value in setup.game_settings.items() for word in ("--game-set", f"{name}={value}")]
    words += [word for name, value in setup.policy_settings.items() for word in ("--policy-set", f"{name}={value}")]
    words += ["--seed", str(setup.seed)] if setup.seed != 1 else []
    words += thinking_again(setup) if setup.asks_a_model else []
    return shlex.join(words)
