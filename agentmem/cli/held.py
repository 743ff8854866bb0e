"""Printing what memories hold: laid out on a terminal, as lines in a pipe, and what to do next."""

from __future__ import annotations

import shlex
import sys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from shutil import which
from typing import TYPE_CHECKING

from agentmem.cli.ending import command
from agentmem.cli.groups import Block, Line, Shortened, block_of, shortened
from agentmem.cli.output import one_line

if TYPE_CHECKING:
    from agentmem.graph.view import MemoryGraph
    from agentmem.memory import Memory
    from agentmem.shape import Group


@dataclass(frozen=True)
class Held:
    """What one memory holds, in words.

    Attributes:
        memory: Its name.
        about: What it is, in a line.
        standing: How far it has come, or as of when it is shown.
        nothing: What to say if it holds nothing.
        blocks: Its groups.
    """

    memory: str
    about: str
    standing: str
    nothing: str
    blocks: Shortened[Block]


def held(memory: Memory | None, view: MemoryGraph, groups: Sequence[Group], *, limit: int | None) -> Held:
    """Return in words what a memory holds: at most `limit` groups, and as many items of each."""
    about = "no plugin that works offers it; its nodes by label" if memory is None else type(memory).__doc__ or ""
    if view.as_of is None:
        standing = f"{view.position} entries folded"
        nothing = "holds nothing of its own; what it recalls, it reads from the journal"
    else:
        standing, nothing = f"as of entry {view.as_of}", "held nothing yet"
    blocks = shortened(groups, limit).each(lambda group: block_of(group, limit=limit))
    return Held(view.memory, one_line(about.strip().partition("\n")[0]), standing, nothing, blocks)


@dataclass(frozen=True)
class Typed:
    """What was typed, to be typed again: the store, its namespace if it must be said, and the other options."""

    store: str
    namespace: tuple[str, ...] = ()
    options: tuple[str, ...] = ()


def tries(shown: Sequence[Held], typed: Typed) -> Iterator[tuple[str, str]]:
    """Yield commands to go on with, and what each is for."""
    agentmem = command(sys.argv[0], is_on_path=which("agentmem") is not None)
    blocks = [block for one in shown for block in one.blocks.shown]
    again = [agentmem, "show", typed.store, *typed.namespace, *typed.options]
    ids = [line.id for block in blocks for line in block.lines.shown]
    if ids:
        yield shlex.join([agentmem, "why", typed.store, ids[0], *typed.namespace]), "where one of these came from"
    if any(one.blocks.hidden for one in shown) or any(block.lines.hidden for block in blocks):
        yield shlex.join([*again, "--all"]), "what is left out here"
    if ids:
        yield shlex.join([*again, "--dot"]) + " > memory.dot", "the graph, for Graphviz to draw"
    else:
        yield shlex.join([agentmem, "status", typed.store]), "what else is in this store"


def print_lines(shown: Sequence[Held], typed: Typed) -> None:
    """Print each item on a line of its own, as `grep` likes it: its id, its text, and what is known of it."""
    for one in shown:
        print(f"{one.memory}: {one.about}\n{one.standing}")
        for part, hidden in ((one.blocks.first, one.blocks.hidden), (one.blocks.last, 0)):
            for block in part:
                print("\n" + "\n".join(_lines(block)))
            if hidden:
                print(f"\n… {hidden} more groups")
        if not one.blocks.shown:
            print(f"\n{one.nothing}")
        print()
    for line, what in tries(shown, typed):
        print(f"try: {line}   # {what}")


def _lines(block: Block) -> Iterator[str]:
    yield f"{block.title}   {block.about}".rstrip()
    names = [name for name, _ in block.columns]
    yield from (_said(line, names) for line in block.lines.first)
    if block.lines.hidden:
        yield f"  … {block.lines.hidden} more"
    yield from (_said(line, names) for line in block.lines.last)


def _said(line: Line, names: Sequence[str]) -> str:
    known = [f"{name} {value}" for name, value in zip(names, line.figures, strict=True) if value]
    known += [f"{name}: {'; '.join(values)}" for name, values in line.details]
    return f"  {line.id}: {line.text}" + (f"   ({'  '.join(known)})" if known else "")
