"""`agentmem ablate`: what each memory of a stack adds, in conversations and in games."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

START = datetime(2026, 1, 5, 9, tzinfo=UTC)
FORGETFUL = Path(__file__).parents[1] / "bench" / "forgetful.py"
SAID = ("I bought a kayak.", "The weather is fine.", "My sister plays chess.", "I am tired today.", "See you!")


@pytest.fixture
def talk(tmp_path: Path) -> Path:
    """A conversation whose evidence is its oldest and its newest event."""
    events: list[dict[str, Any]] = [
        {"event": {"id": f"e{n}", "text": text, "speaker": "Ann", "at": str(START + timedelta(minutes=n))}}
        for n, text in enumerate(SAID)
    ]
    questions = [
        {"question": {"text": "Who bought a kayak?", "answer": "Ann", "evidence": ["e0"], "category": "old"}},
        {"question": {"text": "What was said last?", "evidence": ["e4"], "category": "new"}},
    ]
    path = tmp_path / "talk.jsonl"
    path.write_text("\n".join(json.dumps(line) for line in [*events, *questions]))
    return path


def test_the_stack_is_held_against_each_of_its_memories(agentmem: Callable[..., Any], talk: Path) -> None:
    ran = agentmem("ablate", talk, "--memory", "window+none", "--set", "window.size=2", "--json")

    whole, window, none = json.loads(ran.out)
    assert [one["variant"]["title"] for one in (whole, window, none)] == ["whole", "only window", "only none"]
    assert (whole["score"], window["score"], none["score"]) == (0.5, 0.5, 0.0)
    assert whole["by"] == {"old": 0.0, "new": 1.0}
    assert none["difference"] == -0.5


def test_a_table_says_which_memory_would_be_missed(agentmem: Callable[..., Any], talk: Path) -> None:
    ran = agentmem("ablate", talk, "--memory", "window+none+full", "--set", "window.size=2")

    assert ran.code == 0
    assert "without window" in ran.out
    assert "full alone does as well as all of them, or better" in ran.out


def test_a_memory_that_fails_in_the_stack_is_told(agentmem: Callable[..., Any], talk: Path) -> None:
    ran = agentmem("--plugin", FORGETFUL, "ablate", talk, "--memory", "dumb+deaf")

    lines = ran.out.splitlines()
    assert any(line.startswith("dumb failed on 2 questions") for line in lines)
    assert any(line.startswith("dumb+deaf failed on 2 questions") for line in lines)
    assert "deaf could not take in 5 events, and is measured without them" in lines


def test_a_game_is_played_with_each_part(agentmem: Callable[..., Any]) -> None:
    pytest.importorskip("textworld", reason="needs TextWorld: pip install 'agentmem-graph[textworld]'")

    ran = agentmem("ablate", "coin:10", "--memory", "window+none", "--seeds", "1", "--max-steps", "12", "--json")

    whole, window, none = json.loads(ran.out)
    assert (whole["won"], window["won"], none["won"]) == (1, 1, 0)
    assert none["steps"] == 12


def test_what_is_the_same_for_every_seed_is_played_once(agentmem: Callable[..., Any], talk: Path) -> None:
    ran = agentmem("ablate", f"chat:{talk}", "--memory", "window+none", "--seeds", "4-9", "--json")

    assert [list(part["by"]) for part in json.loads(ran.out)] == [["4"]] * 3


def test_a_conversation_in_which_nothing_is_scored_tells_no_parts_apart(
    agentmem: Callable[..., Any], talk: Path
) -> None:
    talk.write_text(talk.read_text().replace('"answer": "Ann", ', ""))

    ran = agentmem("ablate", f"chat:{talk}", "--memory", "window+none", "--seeds", "1")

    assert ran.code != 0
    assert "nothing is scored in this conversation" in ran.err


@pytest.mark.parametrize(
    ("words", "says"),
    [
        (("--memory", "window"), "'window' is one memory; name several"),
        (("--memory", "window+windw"), "did you mean 'window'"),
        (("--memory", "window+none", "--set", "size=3"), "whose is the setting 'size'"),
        (("--memory", "window+none", "--seeds", "3-1"), "seeds are given as '3-1'"),
    ],
)
def test_what_cannot_be_compared_is_said_in_one_sentence(
    agentmem: Callable[..., Any], words: tuple[str, ...], says: str
) -> None:
    ran = agentmem("ablate", "coin:10", *words)

    assert ran.code != 0
    assert says in ran.err
    assert len(ran.err.strip().splitlines()) == 1
