"""The options that say what memories think with; the same for each command that lets them think."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import wraps
from inspect import Parameter, Signature, signature
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Literal, get_type_hints

import typer

if TYPE_CHECKING:
    from agentmem.thinking import Thinking

TAKEN = "thinking"
"""The parameter of a command in whose place the options stand."""


def _option(name: str, kind: object, default: object, *, help: str, metavar: str | None = None) -> Parameter:  # noqa: A002
    shown = typer.Option(f"--{name.replace('_', '-')}", metavar=metavar, help=help)
    return Parameter(name, Parameter.KEYWORD_ONLY, default=default, annotation=Annotated[kind, shown])


SPECS = "rules, openai:MODEL[@BASE_URL], langchain:PROVIDER:MODEL, replay:FILE, or PLUGIN:…"
CAPS = (
    "For a model, of calls, tokens, seconds or money (with prices=FILE): calls=100 in a session, operation.calls=9 for "
    "each thing done, day.calls=500 in a store; then on_exceed=defer, rules or error."
)
OPTIONS = (
    _option("language", str, "rules", metavar="SPEC", help=SPECS),
    _option("embedder", str | None, None, metavar="SPEC", help="Of vectors: wordllama, or openai:MODEL[@BASE_URL]."),
    _option("on_failure", Literal["defer", "rules"], "defer", help="Where a model fails: let it wait, or ask rules."),
    _option("budget", str | None, None, metavar="CAPS", help=CAPS),
    _option("record", Path | None, None, metavar="FILE", help="Write all answers down, for --language replay:FILE."),
)
UNRECORDED = OPTIONS[:-1]
"""For a command whose answers come from several processes, and cannot be written into one file."""


def with_thinking(command: Callable[..., None], *, options: Sequence[Parameter] = OPTIONS) -> Callable[..., None]:
    """Return a command with these options in place of its parameter `thinking`, which is given what was typed."""

    @wraps(command)
    def typed(*given: Any, **named: Any) -> None:
        from agentmem.thinking import Thinking

        thinking = Thinking(**{option.name: named.pop(option.name) for option in options})
        command(*given, **named, **{TAKEN: thinking})

    # typer reads types when it runs; that of `thinking` is too heavy to be imported for --help, and not typer's
    hints = get_type_hints(command, localns={"Thinking": object}, include_extras=True)
    shown: list[Parameter] = []
    for one in signature(command).parameters.values():
        shown += options if one.name == TAKEN else [one.replace(annotation=hints[one.name])]
    typed.__annotations__ = {one.name: one.annotation for one in shown}
    vars(typed)["__signature__"] = Signature(shown)
    return typed


def thinking_again(thinking: Thinking) -> list[str]:
    """Return the options that have the same again; what was recorded is not recorded once more."""
    words = ["--language", thinking.language]
    words += ["--embedder", thinking.embedder] if thinking.embedder else []
    words += ["--on-failure", thinking.on_failure] if thinking.on_failure != "defer" else []
    return words + (["--budget", thinking.budget] if thinking.budget else [])
