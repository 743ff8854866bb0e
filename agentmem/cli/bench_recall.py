"""`agentmem bench recall`: how well memories find what was said."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import ExitStack
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal

import typer

from agentmem.cli.chosen import Json
from agentmem.cli.measured import Limit, Names, SettingsOfEach, again, memories_of
from agentmem.cli.output import as_json
from agentmem.cli.progress import Moved, progress
from agentmem.cli.thinking import thinking_again, with_thinking
from agentmem.errors import InvalidInput

if TYPE_CHECKING:
    from agentmem.bench.evidence import Asked, Asking, RecallReport
    from agentmem.bench.recall import Memories, Watcher
    from agentmem.host import Host
    from agentmem.thinking import Thinking
    from agentmem.transcripts.corpus import Corpus


FormatName = Annotated[
    Literal["locomo", "memorybank", "jsonl"] | None,
    typer.Option("--format", help="How FILE is written; told from its content where this is left out."),
]
Questions = Annotated[
    Path | None, typer.Option("--questions", metavar="FILE", help="Questions for memorybank; by default beside FILE.")
]
Consolidate = Annotated[
    bool, typer.Option("--consolidate", help="Let memories consolidate before the questions, where they can.")
]
Lines = Annotated[
    Path | None, typer.Option("--lines", metavar="FILE", help="Write every question and answer here, as JSON lines.")
]


@with_thinking
def recall(  # noqa: PLR0913 - one parameter is one option
    ctx: typer.Context,
    file: Annotated[Path, typer.Argument(metavar="FILE", help="Conversations with questions.", show_default=False)],
    *,
    memory: Names,
    settings: SettingsOfEach = None,
    format: FormatName = None,  # noqa: A002 - the option's name
    questions: Questions = None,
    limit: Limit = 10,
    consolidate: Consolidate = False,
    thinking: Thinking,
    seed: Annotated[int, typer.Option("--seed", min=0, metavar="N", help="Of the intervals.")] = 0,
    lines: Lines = None,
    json: Json = False,
) -> None:
    """Measure how well memories find what was said.

    Each memory is told all events of the conversations in FILE and asked all its questions; what it
    recalls is held against the events that hold the answer, and what that costs is measured.
    It needs no model and no network, unless --language names one.

    Formats: locomo (locomo10.json), memorybank (memory_bank_en.json), and jsonl for conversations of
    your own, one event or one question a line (each of these is one line), in the order of remembering:

    \b
      {"conversation": "ann", "event": {"id": "e1", "at": "2026-01-05T09:00Z",
        "speaker": "Ann", "session": "s1", "text": "I bought a kayak."}}
      {"conversation": "ann", "question": {"text": "What did Ann buy?",
        "evidence": ["e1"], "category": "single-hop"}}

    Left out, `conversation` is "default", and speaker and session are unknown. Questions without
    evidence are asked but not scored; with "apart": true they are scored, but not overall.

    Exit code: 0; 1 where a memory failed on a question, which is told and counts as nothing found.
    """  # noqa: D301 - it is the character that keeps lines as they are
    from agentmem.bench.evidence import Asking
    from agentmem.bench.recall import check
    from agentmem.cli.recall_tables import show
    from agentmem.transcripts.reading import read

    host, memories = ctx.obj.host(), memories_of(memory, settings)
    check(host, memories)
    corpus = read(file, format, questions=questions)
    asking = Asking(
        limit=limit, consolidate=consolidate, seed=seed,
        **dict(thinking),
    )  # fmt: skip
    report = _watched(host, corpus, memories, asking, lines)
    if json:
        as_json(report)
    else:
        words: list[object] = ["bench", "recall", file, "--format", corpus.format, "--memory", memory, "--limit", limit]
        words += ["--questions", questions] if questions else []
        words += ["--consolidate"] if consolidate else []
        words += [*thinking_again(asking), "--seed", seed]
        show(report, again=again(ctx.obj, words, settings))
    raise typer.Exit(1 if report.failures else 0)


def _watched(host: Host, corpus: Corpus, memories: Memories, asking: Asking, lines: Path | None) -> RecallReport:
    """Measure, with a bar on a terminal, and every answer written to `lines` as soon as it is known."""
    from agentmem.bench.recall import recall as measure

    with ExitStack() as opened:
        heard = _lines_to(lines, opened)
        steps = len(memories) * (corpus.events + len(corpus.questions))
        watcher = _watcher(opened.enter_context(progress(steps)), heard)
        return measure(host, corpus, memories, asking=asking, watcher=watcher)


def _lines_to(path: Path | None, opened: ExitStack) -> Callable[[str], object]:
    """Return what writes a line to `path`, as soon as it is known.

    Raises:
        InvalidInput: it cannot be written.
    """
    if path is None:
        return lambda line: None  # noqa: ARG005
    try:
        file = opened.enter_context(path.open("w", encoding="utf-8"))
    except OSError as error:
        raise InvalidInput(f"cannot write to {str(path)!r}: {error.strerror}; give another --lines FILE") from None
    return lambda line: file.write(line + "\n")


def _watcher(moved: Moved, heard: Callable[[str], object]) -> Watcher:
    from agentmem.bench.recall import Watcher

    class Onlooker(Watcher):
        """Moves the bar, and keeps every answer."""

        memory = ""

        def begins(self, memory: str) -> None:
            self.memory = memory
            moved(memory, 0)

        def told(self, events: int) -> None:
            moved(f"{self.memory}: written", events)

        def asked(self, one: Asked) -> None:
            moved(f"{self.memory}: asked", 1)
            heard(one.model_dump_json())

    return Onlooker()
