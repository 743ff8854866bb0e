"""What TextWorld's screen shows beside its prose: banner, prompt and status line."""

from __future__ import annotations

import re

LETTERING = re.compile(r"[ $_/|\\<>\n]*\n")
"""Lines drawn with the characters of the banner, and blank ones."""

PROMPT = re.compile(r">(?: *-= .* =- *-?\d+/\d+)?")
"""The last line: a prompt, and behind it the status line with room, score and moves."""


def clean(feedback: str) -> str:
    r"""Return what a player reads: `feedback` without banner, prompt, status line and the line breaks around.

    The status line holds a room header of its own and the score, so it must be
    gone before anyone looks for a header. Nothing else is changed. Takes time
    linear in the length.

    >>> clean("\n\n-= Attic =-\nIt is dark.\n\n\n>          -= Attic =-3/7")
    '-= Attic =-\nIt is dark.'
    """
    body, _, last = feedback.rstrip().rpartition("\n")
    text = body if PROMPT.fullmatch(last) else feedback
    return _without_banner(text).strip("\r\n")


def _without_banner(text: str) -> str:
    opening = LETTERING.match(text)
    return text[opening.end() :] if opening and "$$" in opening.group() else text
