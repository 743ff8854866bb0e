"""What Ariadne is shown, made by hand: a small house, recalled as facts."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import UTC, datetime

import pytest

from agentmem.events import Fact, Recollection

NOW = datetime(2026, 1, 1, tzinfo=UTC)
HOUSE = (
    "hall, has exit, up", "hall, has exit, east", "attic, has exit, down", "attic, has exit, north",
    "loft, has exit, south", "attic, is up of, hall", "hall, is down of, attic", "loft, is north of, attic",
    "attic, is south of, loft",
)  # fmt: skip
Recall = Callable[..., list[Recollection]]


@pytest.fixture
def recall() -> Recall:
    """Return recollections: where one is, and facts written "a, is up of, b"; `other` are (kind, text)."""

    def recalled(
        place: str | None, facts: Sequence[str] = HOUSE, *, other: Sequence[tuple[str, str]] = (), score: float = 0.5
    ) -> list[Recollection]:
        found: list[tuple[str, str, Fact | None, float]] = [("place", place, None, 1.0)] if place else []
        found += [(kind, text, None, score) for kind, text in other]
        found += [("fact", text, _fact(text), score) for text in facts]
        return [
            Recollection(
                id=f"n{n}", kind=kind, text=text, score=scored, sources=("e1",), memory="by hand", at=NOW, position=n,
                pinned=kind == "place", fact=fact,
            )
            for n, (kind, text, fact, scored) in enumerate(found)
        ]  # fmt: skip

    return recalled


def _fact(text: str) -> Fact:
    subject, relation, object_ = text.split(", ")
    return Fact(subject=subject, relation=relation, object=object_)
