"""The commands TextWorld understands, taken apart."""

from __future__ import annotations

import re
from dataclasses import dataclass

from agentmem_textworld.naming import DIRECTIONS, bare

_SHORT = {"n": "north", "s": "south", "e": "east", "w": "west", "u": "up", "d": "down", "l": "look", "i": "inventory",
          "ne": "northeast", "nw": "northwest", "se": "southeast", "sw": "southwest"}  # fmt: skip
_GO = frozenset({"go", "walk", "run", "head", "move", "travel"})
_LOOKS = frozenset({"look", "inventory", "goal", "wait", "score", "help"})
_EXAMINES = re.compile(r"(?:examine|read|look at|x|search) (.+)")
_WITH = re.compile(r"(\S+) (.+?)(?: (?:with|using|in|into|on|onto|from|to) (.+))?")
VERBS = _GO | _LOOKS | {
    "take", "get", "drop", "put", "insert", "open", "close", "lock", "unlock", "eat", "drink", "examine", "read", "x",
    "cook", "fry", "roast", "grill", "slice", "dice", "chop", "prepare", "search",
}  # fmt: skip


@dataclass(frozen=True)
class Command:
    """A command: its words, and what it is about.

    Attributes:
        text: In lower case, as given; empty when no command is known.
        verb: Its first word.
        thing: What it acts on, as facts name it.
        tool: What with, into, on or from.
        heading: The direction, where it is a move.
    """

    text: str = ""
    verb: str = ""
    thing: str | None = None
    tool: str | None = None
    heading: str | None = None

    @property
    def only_looks(self) -> bool:
        """Whether it is meant to change nothing."""
        return self.verb in _LOOKS or self.examined is not None

    @property
    def examined(self) -> str | None:
        """The thing looked at closely, if the command does that."""
        found = _EXAMINES.fullmatch(self.text)
        return bare(found[1])[0] if found else None


def parse(action: str | None) -> Command:
    """Return the command taken apart; any text will do.

    >>> parse("unlock the white locker with Key 1").tool
    'key 1'
    >>> parse("n").heading
    'north'
    """
    text = " ".join((action or "")[:200].lower().split())
    text = _SHORT.get(text, text)
    words = text.split(" ")
    heading = words[-1] if words[-1] in DIRECTIONS and (len(words) == 1 or words[0] in _GO) else None
    found = _WITH.fullmatch(text)
    if heading or not found:
        return Command(text=text, verb=words[0], heading=heading)
    tool = bare(found[3])[0] if found[3] else None
    return Command(text=text, verb=found[1], thing=bare(found[2])[0], tool=tool)
