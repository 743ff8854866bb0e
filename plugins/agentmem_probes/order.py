"""Which of two moments came first, read off what was recalled of each: the task `sort.order`."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal, NamedTuple

from agentmem.agent_memory import AgentMemory
from agentmem.context import defused, render
from agentmem.errors import BadAnswer
from agentmem.events import Recollection, Value
from agentmem.language.contract import Task
from agentmem.language.prompting import prompt_beside
from agentmem_probes.reading import Reader, read

Segment = Literal["A", "B"]
NOTHING, NO_POSITION, SAME, UNUSABLE = "nothing recalled", "no position", "same position", "no usable answer"
"""Why there is no answer."""


class First(Value):
    """The answer: which came first; None where nothing tells."""

    first: Segment | None = None


class Ordered(NamedTuple):
    """Which came first; or None, and why."""

    first: Segment | None
    why: str = ""


def by_position(*, position_a: int | None, position_b: int | None, **_: object) -> First:
    """Answer by where in the journal the two were recalled from.

    >>> by_position(position_a=3, position_b=8), by_position(position_a=3, position_b=None)
    (First(first='A'), First(first=None))
    """
    if not position_a or not position_b or position_a == position_b:
        return First()
    return First(first="A" if position_a < position_b else "B")


ORDER: Task[First] = Task(
    "sort.order",
    First,
    prompt_beside(__file__, "order.prompt.txt"),
    by_position,
    for_rules=("position_a", "position_b"),
)


class Ordering:
    """Says which of two came first, from what a memory recalls of each.

    Args:
        memory: Its language answers, where a model reads.
        reader: Who answers.
        tokens: The most tokens of each block of recollections that a model is shown.
    """

    def __init__(self, memory: AgentMemory, reader: Reader, *, tokens: int) -> None:
        self._memory, self._reader, self._tokens = memory, reader, tokens

    def first(self, cues: tuple[str, str], recalled: tuple[Sequence[Recollection], Sequence[Recollection]]) -> Ordered:
        """Return which of the cues came first, A or B.

        Raises:
            LanguageUnavailable: the model cannot be asked.
        """
        a, b = (best_of(found) for found in recalled)
        shown = [str(render(found, self._tokens)) or "Nothing was recalled." for found in recalled]
        try:
            answer = read(
                ORDER, self._reader, self._memory,
                a=defused(cues[0]), b=defused(cues[1]), recalled_a=shown[0], recalled_b=shown[1],
                position_a=a and a.position, position_b=b and b.position,
            )  # fmt: skip
        except BadAnswer:
            return Ordered(None, UNUSABLE)
        return Ordered(answer.first, "" if answer.first else _why(a, b))


def best_of(found: Sequence[Recollection]) -> Recollection | None:
    """Return the best recollection; what is pinned is shown whatever the question, so it answers none."""
    return next((one for one in found if not one.pinned), None)


def _why(a: Recollection | None, b: Recollection | None) -> str:
    if a is None or b is None:
        return NOTHING
    return SAME if a.position and a.position == b.position else NO_POSITION
