"""An episode as one call: what it leaves behind, however it ends."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest

from agentmem.agent.environment import Environment, EnvSpec, EvalInfo, Observation, StepResult
from agentmem.agent.episode import Episode, Setup
from agentmem.agent.policy import Decision, Policy
from agentmem.agent.trajectory import read
from agentmem.errors import EnvironmentFailed, UnknownName
from agentmem.events import Query, Recollection
from agentmem.hookspecs import hookimpl
from agentmem.host import Host


class Stairs:
    """A world of four steps up; it breaks where it is told to."""

    def __init__(self, name: str, *, breaks_at: int | None) -> None:
        self.spec = EnvSpec(name=name, kind="game", options={})
        self._breaks_at = breaks_at
        self._height = 0

    def reset(self, seed: int | None = None) -> Observation:
        self._height = 0
        return Observation(text="The foot of the stairs.", goal="Climb.")

    def step(self, action: str) -> StepResult:
        if self._height == self._breaks_at:
            raise EnvironmentFailed("the stairs broke; build them again")
        self._height += 1
        seen = Observation(text=f"Stair {self._height}.", goal="Climb.", step=self._height)
        return StepResult(observation=seen, reward=1, done=self._height == 4)

    def evaluate(self) -> EvalInfo:
        height = self._height
        return EvalInfo(
            score=height, max_score=4, normalized=height / 4, won=height == 4, lost=False, steps=height
        )  # fmt: skip

    def close(self) -> None:
        pass


class StairsFamily:
    def claims(self, spec: str) -> bool:
        return spec.startswith("stairs")

    def open(self, spec: str, options: Mapping[str, Any]) -> Environment:
        return Stairs(spec, breaks_at=2 if spec == "stairs:broken" else None)

    def catalogue(self) -> Sequence[Mapping[str, Any]]:
        return [{"name": "stairs"}]


class Climber:
    name = "climber"

    def query(self, observation: Observation, now: datetime) -> Query:
        return Query(text=observation.goal, now=now)

    def act(self, observation: Observation, recollections: Sequence[Recollection]) -> Decision:
        return Decision(action="up", reason=f"{len(recollections)} events are remembered")


class StairsPlugin:
    @hookimpl
    def agentmem_environments(self) -> Mapping[str, Any]:
        return {"stairs": StairsFamily}

    @hookimpl
    def agentmem_policies(self) -> Mapping[str, Any]:
        return {"climber": lambda settings: _climber()}


def _climber() -> Policy:
    return Climber()


@pytest.fixture
def host() -> Host:
    return Host(plugins=["defaults", "baselines", StairsPlugin()])


def setup(folder: Path, game: str = "stairs", **others: Any) -> Setup:
    kept = {"store": str(folder / "kept" / "memory.db"), "trajectory": folder / "kept" / "steps.jsonl"}
    return Setup(game=game, name="climb", memory="window", policy="climber", **{**kept, **others})


def test_an_episode_played_to_its_end_is_recorded_whole(tmp_path: Path, host: Host) -> None:
    with Episode(setup(tmp_path), host) as episode:
        reasons = [step.decision.reason for step in episode if step.decision]

    recorded = read(tmp_path / "kept" / "steps.jsonl")
    assert reasons == [f"{n} events are remembered" for n in (1, 2, 3, 4)]
    assert episode.result.evaluation.won
    assert (episode.result.ended, episode.result.set_aside) == ("over", ())
    assert recorded.ending is not None
    assert (recorded.ending.ended, len(recorded.steps)) == ("over", 5)


def test_the_step_limit_ends_it_without_failing(tmp_path: Path, host: Host) -> None:
    with Episode(setup(tmp_path, max_steps=2), host) as episode:
        steps = list(episode)

    assert len(steps) == 3
    assert episode.result.ended == "step limit"


def test_a_world_that_breaks_leaves_a_record_that_says_so(tmp_path: Path, host: Host) -> None:
    with (
        pytest.raises(EnvironmentFailed, match="the stairs broke"),
        Episode(setup(tmp_path, "stairs:broken"), host) as e,
    ):
        list(e)

    recorded = read(tmp_path / "kept" / "steps.jsonl")
    assert recorded.ending is not None
    assert recorded.ending.ended == "failed"
    assert [line.event.text for line in recorded.steps] == ["The foot of the stairs.", "Stair 1.", "Stair 2."]


def test_leaving_early_is_recorded_as_an_interruption(tmp_path: Path, host: Host) -> None:
    with Episode(setup(tmp_path), host) as episode:
        next(iter(episode))

    assert episode.result.ended == "interrupted"


@pytest.mark.parametrize("wrong", [{"memory": "widow"}, {"policy": "climbr"}, {"game": "stair"}], ids=str)
def test_a_name_nobody_offers_leaves_nothing_behind(tmp_path: Path, host: Host, wrong: dict[str, str]) -> None:
    with pytest.raises(UnknownName, match="did you mean"):
        Episode(setup(tmp_path).model_copy(update=wrong), host)

    assert list(tmp_path.iterdir()) == []
