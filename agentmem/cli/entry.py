"""Where the command starts, and how it ends: exit codes, and errors as one sentence."""

from __future__ import annotations

import os
import sys
import traceback
from collections.abc import Sequence
from typing import Protocol, runtime_checkable

import typer

from agentmem.cli.app import app
from agentmem.errors import AgentmemError, InvalidInput
from agentmem.graph.uri import without_password

FAILED, WRONG_INPUT, INTERRUPTED = 1, 2, 130
DEBUG = "--debug"


@runtime_checkable
class _UsageError(Protocol):
    """What typer raises when it cannot read the command line; each version keeps the class somewhere else."""

    def format_message(self) -> str: ...


def main(arguments: Sequence[str] | None = None) -> None:
    """Run one command and leave the process.

    Exit codes: 0 done; 1 failed; 2 the input cannot be used; 130 interrupted.
    """
    given = list(sys.argv[1:] if arguments is None else arguments)
    debug = DEBUG in given  # also behind the command, where one adds it after an error
    try:
        code = app([word for word in given if word != DEBUG], prog_name="agentmem", standalone_mode=False)
        sys.stdout.flush()
    except (KeyboardInterrupt, typer.Abort):
        code = INTERRUPTED
    except BrokenPipeError:
        # whoever read our output has gone; what is left in the buffer must not be flushed at exit
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        code = FAILED
    except Exception as error:  # noqa: BLE001 - the outermost edge: everything becomes a sentence here
        if debug:
            print(_safe(traceback.format_exc(), given), file=sys.stderr, end="")
        code, said = failure(error)
        print(f"agentmem: {_safe(said, given)}", file=sys.stderr)
    sys.exit(code if isinstance(code, int) else 0)


def _safe(said: str, given: Sequence[str]) -> str:
    """Return what is said without a password that stands in a word that was given, whoever repeats it."""
    for word in given:
        uri = word.partition("=")[2] if word.startswith("-") else word
        if uri:
            said = said.replace(uri, without_password(uri))
    return said


def failure(error: Exception) -> tuple[int, str]:
    """Return the exit code and the sentence for an error.

    >>> failure(InvalidInput("the seed is -1; take 0 or more"))
    (2, 'the seed is -1; take 0 or more')
    >>> failure(KeyError("x"))
    (1, "this should not happen (KeyError: 'x'); please report it with what --debug shows")
    """
    if isinstance(error, _UsageError):
        return WRONG_INPUT, f"{error.format_message().rstrip('.')}; see: agentmem --help"
    if isinstance(error, AgentmemError):
        return (WRONG_INPUT if isinstance(error, InvalidInput) else FAILED), " ".join(str(error).split())
    said = f"{type(error).__name__}: {error}"
    return FAILED, f"this should not happen ({said}); please report it with what --debug shows"
