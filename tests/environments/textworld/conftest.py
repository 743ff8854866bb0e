"""The few games our tests play: made once, then kept in the user's cache."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from functools import cache
from pathlib import Path

import pytest

from agentmem_textworld import generation, levels

SEED = 1


@pytest.fixture(scope="session")
def story() -> Callable[[str], Path]:
    """The file of a generated game, by its name."""
    pytest.importorskip("textworld", reason="needs TextWorld: pip install 'agentmem-graph[textworld]'")
    return cache(lambda name: generation.made(levels.parse(name), seed=SEED))


@pytest.fixture(scope="session")
def walkthrough(story: Callable[[str], Path]) -> Callable[[str], Sequence[str]]:
    """The commands that win a generated game, as its maker wrote them down."""

    def commands(name: str) -> Sequence[str]:
        known = json.loads(story(name).with_suffix(".json").read_text())
        way: Sequence[str] = known["metadata"]["walkthrough"]
        return way

    return commands
