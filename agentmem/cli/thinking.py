"""The options that say what memories think with; the same for each command that lets them think."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from agentmem.language.contract import OnFailure

if TYPE_CHECKING:
    from agentmem.thinking import Thinking

LanguageSpec = Annotated[
    str, typer.Option("--language", metavar="SPEC", help="rules, openai:MODEL[@BASE_URL], PLUGIN:MODEL, replay:FILE.")
]
EmbedderSpec = Annotated[
    str | None,
    typer.Option("--embedder", metavar="SPEC", help="Who makes vectors: wordllama, or openai:MODEL[@BASE_URL]."),
]
OnFailureWord = Annotated[
    OnFailure, typer.Option("--on-failure", help="Where a model fails: let it wait, or let the rules answer.")
]
Record = Annotated[
    Path | None, typer.Option("--record", metavar="FILE", help="Write down all answers, for --language replay:FILE.")
]
BudgetText = Annotated[
    str | None,
    typer.Option("--budget", metavar="CAPS", help="What a model may cost, such as calls=100,day.tokens=50000."),
]


def thinking_again(thinking: Thinking) -> list[str]:
    """Return the options that have the same again; what was recorded is not recorded once more."""
    words = ["--language", thinking.language]
    words += ["--embedder", thinking.embedder] if thinking.embedder else []
    words += ["--on-failure", thinking.on_failure] if thinking.on_failure != "defer" else []
    return words + (["--budget", thinking.budget] if thinking.budget else [])
