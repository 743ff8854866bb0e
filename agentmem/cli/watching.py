"""Playing an episode while somebody watches: on a terminal, in a pipe, or only its end."""

from __future__ import annotations

import os
import sys
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING, Literal, Protocol

from agentmem.agent.episode import Episode, Result, Setup
from agentmem.cli.ending import Told, told
from agentmem.cli.output import as_json, console, one_line
from agentmem.cli.progress import waiting
from agentmem.cli.shown import Shown, shown
from agentmem.errors import AgentmemError, BudgetExceeded, LanguageError
from agentmem.language.contract import Language
from agentmem.language.facts_task import FACTS

if TYPE_CHECKING:
    from agentmem.agent.loop import Step
    from agentmem.host import Host

View = Literal["steps", "end", "json"]
INTERRUPTED = 130
SLOW_S = 1.5


class Display(Protocol):
    """Shows an episode while it happens."""

    def opening(self, *, title: str, goal: str) -> None:
        """Show what is played."""
        ...

    def step(self, step: Shown) -> None:
        """Show one step."""
        ...

    def ending(self, told: Told) -> None:
        """Show how it went."""
        ...


def watch(setup: Setup, host: Host, *, view: View, pace_s: float) -> int:
    """Play an episode, show it, and return the exit code: 0, or 130 when it was interrupted.

    Args:
        setup: What to play.
        host: Where plugins come from.
        view: Every step and the end, the end only, or one JSON object.
        pace_s: Seconds to stay at each step, on a terminal.
    """
    display = _display(pace_s)
    with _told_if_slow(f"opening {setup.game}; a new game is made once, in a few seconds", silent=view != "steps"):
        episode = Episode(setup, host)
        setup = episode.setup
    for note in episode.notes:
        print(one_line(note), file=sys.stderr, flush=True)
    if view != "json":
        _tell_of_the_past(episode)
    recalled: list[str] = []
    try:
        with episode:
            for id_ in _steps(episode, host, display if view == "steps" else None):
                recalled = [id_]
    except (KeyboardInterrupt, AgentmemError) as error:
        if not episode.is_summed_up:
            raise
        if isinstance(error, AgentmemError):
            is_model = isinstance(error, LanguageError) and not isinstance(error, BudgetExceeded)
            _tell_the_end(display, setup, episode.result, view=view, recalled=recalled, model_failed=is_model)
            raise  # what went wrong is told last, after where everything lies
    _tell_the_end(display, setup, episode.result, view=view, recalled=recalled)
    return INTERRUPTED if episode.result.ended == "interrupted" else 0


def _tell_the_end(
    display: Display, setup: Setup, result: Result, *, view: View, recalled: Sequence[str], model_failed: bool = False
) -> None:
    if view == "json":
        as_json(summary(setup, result))
    else:
        display.ending(told(setup, result, recalled=next(iter(recalled), None), model_failed=model_failed))


def summary(setup: Setup, result: Result) -> dict[str, object]:
    """Return what `--json` prints."""
    how = result.evaluation
    return {
        "game": setup.game,
        "memory": setup.memory,
        "policy": setup.policy,
        "language": setup.language,
        "seed": setup.seed,
        "ended": result.ended,
        "score": how.score,
        "max_score": how.max_score,
        "normalized": how.normalized,
        "won": how.won,
        "steps": how.steps,
        "trajectory": str(setup.trajectory),
        "recording": None if setup.record is None else str(setup.record),
        "waiting": result.waiting,
        "receipt": result.receipt,
    }


def _steps(episode: Episode, host: Host, display: Display | None) -> Iterator[str]:
    """Play, show each step, and yield the id of the best it recalled: something to ask `why` of."""
    setup, place = episode.setup, ""
    rules = host.language("rules", episode.memory.language.embedder)
    for step in _awaited(episode):
        if display is not None:
            if step.observation.step == 0:
                title = f"{setup.game}, seed {setup.seed}: memory {setup.memory}, policy {setup.policy}"
                display.opening(title=one_line(title), goal=one_line(step.observation.goal, limit=400))
            place = _place(step, rules) or place
            display.step(shown(step, episode.evaluation(), place=place))
        yield from [one.id for one in step.recollections if not one.pinned][:1]


def _tell_of_the_past(episode: Episode) -> None:
    """Say on standard error if the memory begins with what it saw before: another game's world is believed too."""
    past = episode.memory.status()
    if past.entries:
        print(
            f"namespace {one_line(past.namespace)} has {past.entries} entries from before, which the agent believes; "
            "leave --namespace out to begin with nothing",
            file=sys.stderr,
            flush=True,
        )


def _awaited(episode: Episode) -> Iterator[Step]:
    """Yield the steps, and show that a model is waited for."""
    steps = iter(episode)
    while True:
        with waiting(episode.memory.language):
            step = next(steps, None)
        if step is None:
            return
        yield step


def _place(step: Step, rules: Language) -> str:
    """Return where the text says we are, or else the memory; "" where neither does.

    Rules of our own are asked about the text: watching costs no call, and is in no recording.
    """
    said = rules.ask(FACTS, text=step.event.text, action=step.event.action).place
    if said:
        return said
    return next((one.text for one in step.recollections if one.kind == "place"), "")


def _display(pace_s: float) -> Display:
    """Return the display for where we write to."""
    if sys.stdout.isatty() and os.environ.get("TERM") != "dumb":
        from agentmem.cli.screen import WIDEST, Screen

        out = console()
        out.width = min(out.width, WIDEST)
        return Screen(out, pace_s=pace_s)
    from agentmem.cli.plain import Plain

    return Plain()


@contextmanager
def _told_if_slow(what: str, *, silent: bool) -> Iterator[None]:
    """Say on standard error what is being done, if it takes long enough to wonder."""
    timer = threading.Timer(SLOW_S, lambda: print(what, file=sys.stderr, flush=True))
    timer.daemon = True
    if not silent:
        timer.start()
    try:
        yield
    finally:
        timer.cancel()
