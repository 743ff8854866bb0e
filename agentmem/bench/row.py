"""One measured figure, beside what it is held against."""

from __future__ import annotations

from typing import Literal

from agentmem.events import Value

Unit = Literal["ms", "events/s", "nodes/s", "trips"]


class Row(Value):
    """One line of a table of measurements.

    Attributes:
        measure: What was measured.
        subject: Of which memory, and with how many events.
        value: The figure; None if it could not be measured.
        unit: Of `value` and `against`.
        against: The figure it is held against, measured in turns with it; None if there is none.
        baseline: What `against` is.
        ratio: `value / against`.
        goal: What is to be reached; None where the figure is only told.
        reached: Whether it was.
        note: What else one should know to read the figure.
    """

    measure: str
    subject: str
    unit: Unit
    value: float | None = None
    against: float | None = None
    baseline: str = ""
    ratio: float | None = None
    goal: str | None = None
    reached: bool | None = None
    note: str = ""


def compared(row: Row, *, against: float, baseline: str, at_most: float | None = None) -> Row:
    """Return `row` held against a baseline; with `at_most`, the goal is a ratio no higher."""
    assert row.value is not None
    ratio = row.value / against
    goal = {} if at_most is None else {"goal": f"<= {at_most:g}x", "reached": ratio <= at_most}
    return row.model_copy(update={"against": against, "baseline": baseline, "ratio": ratio, **goal})


def at_least(row: Row, goal: float) -> Row:
    """Return `row` with the goal that its value is `goal` or more."""
    return row.model_copy(update={"goal": f">= {goal:,.0f}", "reached": row.value is not None and row.value >= goal})


def at_most(row: Row, goal: float) -> Row:
    """Return `row` with the goal that its value is `goal` or less."""
    return row.model_copy(update={"goal": f"<= {goal:,.0f}", "reached": row.value is not None and row.value <= goal})
