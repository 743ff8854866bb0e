"""Conversations in the loop: played, remembered, recorded, replayed."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from agentmem.agent.environment import defaults_of
from agentmem.agent.episode import Episode, Setup
from agentmem.agent.replay import refeed, replay
from agentmem.agent.trajectory import Trajectory, read
from agentmem.agent_memory import AgentMemory
from agentmem.context import NOTE
from agentmem.host import Host
from agentmem.testing.models.server import ModelServer

SMALL = {"turns": 12, "facts": 3, "unknown": 1}


def setup(folder: Path, game: str = "chat:simulated", **others: Any) -> Setup:
    fields = {"game": game, "name": "talk", "store": str(folder / "memory.db"), "trajectory": folder / "talk.jsonl"}
    return Setup(**{**fields, "game_settings": SMALL if game == "chat:simulated" else {}, **others})


def played(setup: Setup) -> Episode:
    with Episode(setup) as episode:
        for _ in episode:
            pass
    return episode


def recorded(folder: Path, **others: Any) -> Trajectory:
    return read(played(setup(folder, **others)).setup.trajectory)


def test_a_chat_names_its_own_policy_memory_and_length(tmp_path: Path) -> None:
    episode = played(setup(tmp_path))

    assert (episode.setup.policy, episode.setup.memory) == ("chat", "episodic")
    assert episode.result.ended == "over"


def test_on_the_command_line_a_chat_needs_no_policy(tmp_path: Path) -> None:
    command = [sys.executable, "-m", "agentmem.cli", "play", "chat:simulated", "--game-set", "turns=20", "--json"]

    told = json.loads(subprocess.run(command, cwd=tmp_path, check=True, capture_output=True, text=True).stdout)

    assert (told["policy"], told["memory"], told["ended"], told["steps"]) == ("chat", "episodic", "over", 36)


def test_a_game_is_still_played_by_rules_with_arigraph() -> None:
    assert defaults_of(Host().family("cook:4")).model_dump() == {
        "policy": "rules",
        "memory": "arigraph",
        "max_steps": 150,
    }


def test_what_is_chosen_goes_before_the_defaults(tmp_path: Path) -> None:
    episode = played(setup(tmp_path, policy="quote", memory="none", max_steps=2))

    assert (episode.setup.policy, episode.result.ended) == ("quote", "step limit")


def test_with_a_memory_more_is_known_than_without(tmp_path: Path) -> None:
    def score(memory: str) -> float:
        fields: dict[str, Any] = {
            "game_settings": {},
            "memory": memory,
            "store": ":memory:",
            "trajectory": tmp_path / memory,
        }
        return played(setup(tmp_path, **fields)).result.evaluation.score

    assert score("none") == 4, "those questions that nothing said answers"
    assert score("episodic") > 8


def test_the_talk_is_remembered_with_who_when_and_in_which_session(tmp_path: Path) -> None:
    episode = played(setup(tmp_path))

    with AgentMemory(str(tmp_path / "memory.db"), namespace="talk") as memory:
        items = memory.get_all(limit=100)
    said = [one for one in items if one.role == "user"]
    assert len(said) == episode.result.evaluation.steps + 1
    assert {(one.session or "")[:8] for one in said} == {"session_"}
    assert {one.at.year for one in said} == {2024}
    assert all(one.speaker for one in said)


def test_an_answer_is_a_message_of_its_own_and_no_news_where_it_is_quoted(tmp_path: Path) -> None:
    first, second, *_ = recorded(tmp_path).steps

    assert second.event.action is None
    assert second.answer is not None
    assert first.decision is not None
    assert (second.answer.text, second.answer.role) == (first.decision.action, "assistant")
    assert (second.answer.at, second.answer.session) == (first.event.at, first.event.session)
    assert second.answer.echo


def test_what_was_just_said_is_not_recalled_for_itself(tmp_path: Path) -> None:
    for line in recorded(tmp_path).steps[:-1]:
        assert line.query is not None
        assert line.event.id in line.query.exclude
        assert f"event/{line.event.id}" not in [one.id for one in line.recalled]


def test_an_old_talk_can_be_replayed_line_by_line(tmp_path: Path) -> None:
    trajectory = recorded(tmp_path)
    environment = Host().environment(trajectory.header.spec.name, trajectory.header.spec.options)

    assert all(step.same for step in replay(trajectory, environment))
    assert trajectory.ending is not None
    assert environment.evaluate() == trajectory.ending.evaluation


def test_a_talk_is_told_to_another_memory_with_its_answers(tmp_path: Path) -> None:
    trajectory = recorded(tmp_path)

    with AgentMemory(":memory:", memory="bm25") as memory:
        steps = list(refeed(trajectory, memory))
        entries = memory.status().entries

    assert len(steps) == len(trajectory.steps)
    assert entries == 2 * len(steps) - 1


def test_what_is_overheard_is_remembered_and_nobody_is_asked_about_it(tmp_path: Path) -> None:
    event = {"id": "e", "at": "2026-01-05T09:00:00Z", "text": "I bought a kayak.", "speaker": "Ann"}
    lines = [{"event": event}, {"question": {"text": "Which kayak is Ann's?", "answer": "kayak"}}]
    file = tmp_path / "ann.jsonl"
    file.write_text("\n".join(map(json.dumps, lines)))

    heard, asked, _ = recorded(tmp_path, game=f"chat:{file}").steps

    assert (heard.query, heard.recalled_count, asked.answer) == (None, 0, None)
    assert asked.decision is not None
    assert asked.decision.action == "Ann said on 5 January 2026: I bought a kayak."


def test_a_model_answers_from_a_fence(tmp_path: Path) -> None:
    pytest.importorskip("openai")
    with ModelServer({"answer": "Noted by a model.", "used": []}) as server:
        trajectory = recorded(tmp_path, language=f"openai:gpt-4o-mini@{server.url}", memory="window", max_steps=3)
        prompts = [asked.text for asked in server.asked if asked.is_chat]

    first = trajectory.steps[0].event.text
    assert "Nothing was recalled." in prompts[0]
    assert f"<recalled>\n{NOTE}\n" in prompts[1]
    assert first in prompts[1].partition(NOTE)[2].partition("</recalled>")[0]
    assert [step.answer.text for step in trajectory.steps[1:] if step.answer] == ["Noted by a model."] * 3
    assert not any(step.answer.echo for step in trajectory.steps[1:] if step.answer)
