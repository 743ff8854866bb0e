"""An episode as one call: what it leaves behind, however it ends."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest

from agentmem.agent.environment import Environment, EnvSpec, EvalInfo, Observation, StepResult
from agentmem.agent.episode import Episode, Setup
from agentmem.agent.policy import Decision, Mind, Policy
from agentmem.agent.trajectory import Recorder, read
from agentmem.errors import EnvironmentFailed, InvalidInput, LanguageUnavailable, StoreUnavailable, UnknownName
from agentmem.events import Event, Query, Recollection
from agentmem.graph.changes import Changes
from agentmem.graph.view import MemoryGraph
from agentmem.hookspecs import hookimpl
from agentmem.host import Host
from agentmem.language.contract import Language
from agentmem.testing.notebook import Notebook


class Stairs:
    """A world of four steps up; it breaks where it is told to."""

    def __init__(self, name: str, goal: str, *, breaks_at: int | None, is_counted: bool) -> None:
        self.spec = EnvSpec(name=name, kind="game", options={})
        self._goal, self._breaks_at, self._is_counted = goal, breaks_at, is_counted
        self._height = 0

    def reset(self, seed: int | None = None) -> Observation:
        self._height = 0
        return Observation(text="The foot of the stairs.", goal=self._goal)

    def step(self, action: str) -> StepResult:
        if self._height == self._breaks_at:
            raise EnvironmentFailed("the stairs broke; build them again")
        self._height += 1
        seen = Observation(text=f"Stair {self._height}.", goal=self._goal, step=self._height)
        return StepResult(observation=seen, reward=1, done=self._height == 4)

    def evaluate(self) -> EvalInfo:
        height = self._height
        if not self._is_counted:
            raise EnvironmentFailed("nobody counted the stairs")
        return EvalInfo(
            score=height, max_score=4, normalized=height / 4, won=height == 4, lost=False, steps=height
        )  # fmt: skip

    def close(self) -> None:
        pass


class StairsFamily:
    def claims(self, spec: str) -> bool:
        return spec.startswith("stairs")

    def open(self, spec: str, options: Mapping[str, Any]) -> Environment:
        breaks_at = 2 if "broken" in spec else None
        return Stairs(spec, options.get("goal", "Climb."), breaks_at=breaks_at, is_counted="uncounted" not in spec)

    def catalogue(self) -> Sequence[Mapping[str, Any]]:
        return [{"name": "stairs"}]


class Climber:
    name = "climber"
    looks_back = 0

    def query(self, observation: Observation, now: datetime, mind: Mind) -> Query:
        return Query(text=observation.goal, now=now)

    def act(self, observation: Observation, recollections: Sequence[Recollection], mind: Mind) -> Decision:
        return Decision(action="up", reason=f"{len(recollections)} events are remembered")


class Dizzy(Climber):
    """Climbs until nobody can tell it how."""

    name = "dizzy"

    def act(self, observation: Observation, recollections: Sequence[Recollection], mind: Mind) -> Decision:
        if observation.step == 2:
            raise LanguageUnavailable("the model is out; ask again later")
        return super().act(observation, recollections, mind)


class StairsPlugin:
    @hookimpl
    def agentmem_environments(self) -> Mapping[str, Any]:
        return {"stairs": StairsFamily}

    @hookimpl
    def agentmem_policies(self) -> Mapping[str, Any]:
        return {"climber": lambda settings: _climber(), "dizzy": lambda settings: Dizzy()}


def _climber() -> Policy:
    return Climber()


@pytest.fixture
def host() -> Host:
    return Host(plugins=["defaults", "baselines", StairsPlugin()])


def setup(folder: Path, game: str = "stairs", **others: Any) -> Setup:
    kept = {"store": str(folder / "kept" / "memory.db"), "trajectory": folder / "kept" / "steps.jsonl"}
    return Setup(**{"game": game, "name": "climb", "memory": "window", "policy": "climber", **kept, **others})


def test_an_episode_played_to_its_end_is_recorded_whole(tmp_path: Path, host: Host) -> None:
    with Episode(setup(tmp_path), host) as episode:
        reasons = [step.decision.reason for step in episode if step.decision]

    recorded = read(tmp_path / "kept" / "steps.jsonl")
    assert reasons == [f"{n} events are remembered" for n in (1, 2, 3, 4)]
    assert episode.result.evaluation.won
    assert (episode.result.ended, episode.result.set_aside) == ("over", ())
    assert recorded.ending is not None
    assert (recorded.ending.ended, len(recorded.steps)) == ("over", 5)


class Deaf(Notebook):
    """Takes in nothing."""

    name = "deaf"

    def write(self, event: Event, graph: MemoryGraph, language: Language) -> Changes:
        raise RuntimeError("I hear nothing")


def test_the_receipt_counts_what_was_set_aside(tmp_path: Path) -> None:
    class Offered:
        @hookimpl
        def agentmem_memories(self) -> Mapping[str, Any]:
            return {"deaf": lambda settings: Deaf()}

    with Episode(setup(tmp_path, memory="deaf"), Host(plugins=["defaults", StairsPlugin(), Offered()])) as episode:
        list(episode)

    assert len(episode.result.set_aside) == episode.result.receipt.set_aside == 5


@pytest.mark.parametrize("lines", [[0, 1, 3, 4, 5, 6], [0, 2, 1, 3, 4, 5, 6], [0, 1, 2, 2, 3, 4, 5, 6]])
def test_a_recording_with_lines_missing_or_moved_is_refused(tmp_path: Path, host: Host, lines: list[int]) -> None:
    with Episode(setup(tmp_path), host) as episode:
        list(episode)
    path = tmp_path / "kept" / "steps.jsonl"
    kept = path.read_text().splitlines(keepends=True)
    path.write_text("".join(kept[line] for line in lines))

    with pytest.raises(InvalidInput, match=r"where step \d should be: lines are missing, or in another order"):
        read(path)


def test_a_policy_made_for_conversations_plays_no_game(tmp_path: Path, host: Host) -> None:
    class Talker(Climber):
        plays = "chat"

    class Offered:
        @hookimpl
        def agentmem_policies(self) -> Mapping[str, Any]:
            return {"talker": lambda settings: Talker()}

    host = Host(plugins=["defaults", "baselines", StairsPlugin(), Offered()])

    with pytest.raises(InvalidInput, match="is made for conversations, and this is a game; leave --policy out"):
        Episode(setup(tmp_path, policy="talker"), host)

    assert not (tmp_path / "kept").exists()


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


@pytest.mark.parametrize(
    ("game", "told"), [("stairs:broken+uncounted", "the stairs broke"), ("stairs:uncounted", "nobody counted")]
)
def test_what_broke_first_is_told_when_the_score_cannot_be_told_either(
    tmp_path: Path, host: Host, game: str, told: str
) -> None:
    with pytest.raises(EnvironmentFailed, match=told), Episode(setup(tmp_path, game), host) as episode:
        list(episode)

    ending = read(tmp_path / "kept" / "steps.jsonl").ending
    assert not episode.is_summed_up
    assert ending is not None
    assert (ending.ended, ending.evaluation) == ("failed", None)


@pytest.mark.parametrize("odd", ["\u2028", "\u2029", "\u0085", "\x1c", "\r", "\r\n"], ids=ascii)
def test_a_recording_is_read_back_with_every_kind_of_line_break(tmp_path: Path, host: Host, odd: str) -> None:
    with Episode(setup(tmp_path, goal=f"Climb.{odd}Then rest."), host) as episode:
        list(episode)

    recorded = read(tmp_path / "kept" / "steps.jsonl")

    assert len(recorded.steps) == 5
    assert recorded.steps[0].observation.goal == f"Climb.{odd}Then rest."


def test_a_disk_that_fills_up_is_told_and_the_recording_is_whole_so_far(tmp_path: Path, host: Host) -> None:
    resource = pytest.importorskip("resource", reason="needs a system that can limit the size of files")
    with Episode(setup(tmp_path, goal="Climb."), host) as episode:
        steps = list(episode)
    full, (soft, hard) = tmp_path / "full.jsonl", resource.getrlimit(resource.RLIMIT_FSIZE)

    with Recorder(full, read(episode.setup.trajectory).header) as recorder:
        recorder.step(steps[0])
        resource.setrlimit(resource.RLIMIT_FSIZE, (full.stat().st_size + 10, hard))
        try:
            with pytest.raises(
                StoreUnavailable, match=r"cannot write on in the trajectory .*full\.jsonl: .*; make room"
            ):
                recorder.step(steps[1])
        finally:
            recorder.close()
            resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))

    assert (len(read(full).steps), read(full).ending) == (1, None)


def test_a_recording_cut_within_a_character_is_read_up_to_its_last_whole_line(tmp_path: Path, host: Host) -> None:
    with Episode(setup(tmp_path, goal="Climb, \u00fcber."), host) as episode:
        list(episode)
    kept = episode.setup.trajectory
    content = kept.read_bytes()
    kept.write_bytes(content[: content.rindex(b"\xc3\xbc") + 1])

    assert (len(read(kept).steps), read(kept).ending) == (4, None)


def test_a_recording_of_another_schema_is_refused_with_both_versions(tmp_path: Path, host: Host) -> None:
    with Episode(setup(tmp_path), host) as episode:
        list(episode)
    kept = tmp_path / "kept" / "steps.jsonl"
    kept.write_text(kept.read_text().replace('"schema_version":1', '"schema_version":7', 1))

    with pytest.raises(InvalidInput, match="of schema 7, and this agentmem reads 1"):
        read(kept)


def test_two_episodes_in_one_store_remember_nothing_of_each_other(tmp_path: Path, host: Host) -> None:
    recalled = []
    for name in ("monday", "tuesday"):
        with Episode(setup(tmp_path, name=name, trajectory=tmp_path / f"{name}.jsonl"), host) as episode:
            recalled.append([len(step.recollections) for step in episode])

    assert recalled[0] == recalled[1]


def test_where_nobody_can_decide_the_episode_ends_with_the_error_and_all_that_was_seen(
    tmp_path: Path, host: Host
) -> None:
    with (
        pytest.raises(LanguageUnavailable, match="the model is out"),
        Episode(setup(tmp_path, policy="dizzy"), host) as episode,
    ):
        list(episode)

    recorded = read(tmp_path / "kept" / "steps.jsonl")
    assert [line.event.text for line in recorded.steps] == ["The foot of the stairs.", "Stair 1.", "Stair 2."]
    assert [line.decision is not None for line in recorded.steps] == [True, True, False]
    assert recorded.ending is not None
    assert (recorded.ending.ended, recorded.ending.evaluation and recorded.ending.evaluation.score) == ("failed", 2)


def test_leaving_early_is_recorded_as_an_interruption(tmp_path: Path, host: Host) -> None:
    with Episode(setup(tmp_path), host) as episode:
        next(iter(episode))

    assert episode.result.ended == "interrupted"


@pytest.mark.parametrize("wrong", [{"memory": "widow"}, {"policy": "climbr"}, {"game": "stair"}], ids=str)
def test_a_name_nobody_offers_leaves_nothing_behind(tmp_path: Path, host: Host, wrong: dict[str, str]) -> None:
    with pytest.raises(UnknownName, match="did you mean"):
        Episode(setup(tmp_path).model_copy(update=wrong), host)

    assert list(tmp_path.iterdir()) == []
