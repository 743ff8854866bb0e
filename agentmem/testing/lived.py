"""What became of a memory that lived through the small world, and where another that should be the same is not."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from math import isclose
from typing import NamedTuple

from agentmem.events import Recollection
from agentmem.testing.graph_difference import Held, difference

Recalled = Mapping[str, Sequence[Recollection]]
"""What each question recalls."""


class Lived(NamedTuple):
    """All that a memory holds, and what it recalls."""

    held: Held
    recalled: Recalled

    def unlike(self, other: Lived) -> str:
        """Return the first thing that is not as with the other, of the graph before what is recalled; "" for none."""
        return difference(self.held, other.held) or recalled_otherwise(self.recalled, other.recalled)


def recalled_otherwise(found: Recalled, wanted: Recalled) -> str:
    """Return the first recollection that is not as it should be: its id, its text, or its score; "" for none."""
    for question, should_be in wanted.items():
        are = found[question]
        if [one.id for one in are] != [one.id for one in should_be]:
            return f"asked {question!r}, it recalls {_ids(are)} and not {_ids(should_be)}"
        for is_now, was in zip(are, should_be, strict=True):
            if is_now.text != was.text:
                return f"asked {question!r}, the text of {was.id!r} differs"
            if not isclose(is_now.score, was.score, abs_tol=1e-6):
                return f"asked {question!r}, the score of {was.id!r} is {is_now.score:.3f} and not {was.score:.3f}"
    return ""


def _ids(recollections: Sequence[Recollection]) -> str:
    return ", ".join(one.id for one in recollections[:3]) + ", ..." * (len(recollections) > 3) or "nothing"
