"""`agentmem ablate`: what each memory of a stack adds."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from agentmem.cli.chosen import Json, Settings, settings_of
from agentmem.cli.measured import Limit
from agentmem.cli.output import as_json, caption, heading, table
from agentmem.cli.progress import progress
from agentmem.cli.thinking import with_thinking
from agentmem.errors import InvalidInput

if TYPE_CHECKING:
    from agentmem.bench.ablation import Ablated, Playing, Variant
    from agentmem.bench.evidence import Asking
    from agentmem.host import Host
    from agentmem.thinking import Thinking

GAMES = (".z5", ".z8")


@with_thinking
def ablate(  # noqa: PLR0913 - one parameter is one option
    ctx: typer.Context,
    target: Annotated[str, typer.Argument(metavar="FILE|GAME", help="Conversations with questions, or a game.")],
    *,
    memory: Annotated[str, typer.Option(metavar="A+B", help="The memories of the stack.", show_default=False)],
    settings: Settings = None,
    limit: Limit = 10,
    consolidate: Annotated[
        bool, typer.Option("--consolidate", help="Let memories consolidate before the questions, where they can.")
    ] = False,
    seeds: Annotated[
        str, typer.Option(metavar="N-N", help="Such as 1-3; each makes another game, but of a file.")
    ] = "1-3",
    max_steps: Annotated[int, typer.Option(min=1, metavar="N", help="The most actions of a game.")] = 150,
    thinking: Thinking,
    json: Json = False,
) -> None:
    """Show what each memory of a stack adds.

    Measures the stack whole, without each of its memories, and each by itself: by the evidence found
    in the conversations of FILE, or by the score in a game.
    """
    from agentmem.bench.ablation import Playing, variants
    from agentmem.bench.evidence import Asking
    from agentmem.bench.numbers import numbers
    from agentmem.bench.recall import check

    host, parts = ctx.obj.host(), variants(memory, settings_of(settings))
    check(host, {part.memory: part.settings for part in parts})
    if Path(target).is_file() and not target.endswith(GAMES):
        asking = Asking(limit=limit, consolidate=consolidate, **dict(thinking))
        done = _by_recall(host, Path(target), parts, asking=asking)
        measured = f"evidence found among the first {limit}, in %"
    else:
        playing = Playing(max_steps=max_steps, **dict(thinking))
        done = _by_play(host, target, parts, seeds=numbers(seeds), playing=playing)
        measured = f"score in {target}, in %"
    if json:
        as_json(done)
        return
    heading(measured)
    rows = [_row(one) for one in done]
    table(rows, columns=list(rows[0]), nothing="", figures=list(rows[0])[2:])
    caption([_verdict(done), *_troubles(done)])


def _by_recall(host: Host, file: Path, parts: list[Variant], *, asking: Asking) -> list[Ablated]:
    from agentmem.bench.ablation import ablate_recall
    from agentmem.bench.recall import Watcher
    from agentmem.transcripts.reading import read

    corpus = read(file, None)
    if not any(question.evidence for question in corpus.questions):
        raise InvalidInput(f"{file} has no question with evidence, so nothing tells the memories apart; give another")

    with progress(len(parts) * (corpus.events + len(corpus.questions))) as moved:

        class Onlooker(Watcher):
            """Moves the bar."""

            memory = ""

            def begins(self, memory: str) -> None:
                self.memory = memory

            def told(self, events: int) -> None:
                moved(self.memory, events)

            def asked(self, one: object) -> None:  # noqa: ARG002
                moved(self.memory, 1)

        return ablate_recall(host, corpus, parts, asking=asking, watcher=Onlooker())


def _by_play(host: Host, game: str, parts: list[Variant], *, seeds: Sequence[int], playing: Playing) -> list[Ablated]:
    from agentmem.agent.environment import HasFixed
    from agentmem.bench.ablation import ablate_play

    family = host.family(game)
    if isinstance(family, HasFixed) and family.is_fixed(game) and not playing.asks_a_model:
        seeds = seeds[:1]
    with progress(len(parts) * len(seeds)) as moved:
        return ablate_play(host, game, parts, seeds=seeds, playing=playing, moved=moved)


def _row(one: Ablated) -> dict[str, Any]:
    row = {"part": one.variant.title, "memory": one.variant.memory, "score": f"{one.score * 100:.1f}"}
    row["difference"] = "" if not one.difference else f"{one.difference * 100:+.1f}"
    if one.won is not None:
        return row | {"won": f"{one.won}/{len(one.by)}", "steps": f"{one.steps:.0f}"}
    return row | {category: f"{score * 100:.1f}" for category, score in one.by.items()}


def _troubles(done: list[Ablated]) -> Iterator[str]:
    """Yield what must be known of a part before its score is believed."""
    from agentmem.bench.troubles import troubles

    for one in done:
        name, failures = one.variant.memory, one.failures
        yield from troubles(name, set_aside=one.set_aside, waiting=one.waiting, failures=failures)


def _verdict(done: list[Ablated]) -> str:
    """Return in words which memory the stack would miss most, or that one alone does as well."""
    whole, others = done[0], done[1:]
    best = max(others, key=lambda one: one.score)
    if best.score >= whole.score:
        return f"{best.variant.memory} alone does as well as all of them, or better: {best.difference * 100:+.1f}"
    without = [one for one in others if one.variant.title.startswith("without")]
    if not without:
        return f"the stack does better than each of them by itself: the better one is {best.difference * 100:+.1f}"
    missed = min(without, key=lambda one: one.score)
    return f"the stack misses one memory most: {missed.variant.title} it is {missed.difference * 100:+.1f}"
