"""What may be typed into a game, and what the game itself must not be troubled with."""

from __future__ import annotations

LONGEST = 198
"""Bytes of a command; the interpreter cuts off the rest."""

FOR_THE_MACHINE = frozenset(
    {"quit", "q", "restart", "restore", "save", "undo", "recording", "replay"}  # end, rewind, write files
    | {"script", "noscript", "unscript", "transcript"}  # write files
    | {"score", "full", "fullscore", "notify", "version", "verify"}  # the score; the title, which tells the way
    | {"brief", "superbrief", "verbose", "restrict"}  # change what is shown from now on
)
"""First words of commands to the interpreter, not to the world."""

DEBUG = "tw-"
"""How TextWorld's own commands begin, which show the state of the simulator."""

BETWEEN_TWO = (".", ";", ",", " then ")
"""What the interpreter takes two commands apart at. TextWorld then reads the state of neither rightly."""


def one_line(action: str) -> str:
    r"""Return `action` with control characters and line breaks turned to spaces, and those to one.

    The interpreter hangs at a NUL, and takes what follows a line break as its next command.

    >>> one_line(" open\x00 the\ndoor ")
    'open the door'
    """
    return " ".join("".join(letter if letter.isprintable() else " " for letter in action).split())


def refusal(command: str) -> str | None:
    """Return what to answer in the game's place, or None where the game may answer.

    Args:
        command: One line, as `one_line` gives it.

    >>> refusal("go north. go east")
    'One thing at a time, please.'
    >>> refusal("go north") is None
    True
    """
    first = command.partition(" ")[0].lower().rstrip(".,!?")
    if first in FOR_THE_MACHINE or first.startswith(DEBUG):
        return "That is not something to do in this world."
    if len(command.encode(errors="replace")) > LONGEST:
        return "That is too long to be understood."
    if _is_several(command.lower()):
        return "One thing at a time, please."
    return None


def _is_several(command: str) -> bool:
    inner = command.rstrip(" .,;!")
    return any(mark in inner for mark in BETWEEN_TWO)
