"""Which memories are measured, and with which settings, as typed."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Annotated

import typer

from agentmem.cli.chosen import Chosen, settings_of
from agentmem.errors import InvalidInput

Names = Annotated[
    str,
    typer.Option("--memory", metavar="NAME,NAME", help="Which memories; see: agentmem memories.", show_default=False),
]
SettingsOfEach = Annotated[
    list[str] | None,
    typer.Option(
        "--set",
        metavar="NAME.KEY=VALUE",
        help="A setting of one of them; KEY=VALUE where there is one. May be repeated.",
    ),
]

Limit = Annotated[int, typer.Option("--limit", min=1, max=1000, metavar="K", help="The most recollections.")]


def memories_of(names: str, pairs: Iterable[str] | None) -> dict[str, dict[str, str]]:
    """Return the memories named, each with its settings.

    Raises:
        InvalidInput: a name is empty or given twice, or it is not clear whose a setting is.

    >>> memories_of("amem,window", ["amem.neighbours=8"])
    {'amem': {'neighbours': '8'}, 'window': {}}
    >>> memories_of("window", ["size=8"])
    {'window': {'size': '8'}}
    """
    memories: dict[str, dict[str, str]] = {}
    for name in (name.strip() for name in names.split(",")):
        if not name:
            raise InvalidInput(f"--memory is given {names!r}; write names with commas, such as window,full")
        if name in memories:
            raise InvalidInput(f"--memory names {name!r} twice; name each memory once")
        memories[name] = {}
    for key, value in settings_of(pairs).items():
        name = _whose(key, list(memories))
        memories[name][key.removeprefix(f"{name}.")] = value
    return memories


def again(chosen: Chosen, words: Sequence[object], pairs: Iterable[str] | None) -> str:
    """Return the command line that measures the same again.

    >>> again(Chosen(blocked=("no:tim",)), ["bench", "cost", "--memory", "window"], ["size=8"])
    'agentmem -p no:tim bench cost --memory window --set size=8'
    """
    settings = [word for pair in pairs or () for word in ("--set", pair)]
    return chosen.command(*words, *settings)


def _whose(key: str, names: Sequence[str]) -> str:
    """Return the memory a setting is for: the longest name it begins with; the only one there is."""
    meant = max((name for name in names if key.startswith(f"{name}.")), key=len, default=None)
    if meant is not None:
        return meant
    if len(names) == 1:
        return names[0]
    typed = f"--set {names[0]}.{key.rpartition('.')[2]}=..."
    raise InvalidInput(f"--set gives {key!r}; say whose it is, as in {typed}; measured are: {', '.join(names)}")
