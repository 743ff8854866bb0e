"""Without a model: weak, but it finds what lies open, and every memory can be played with."""

from __future__ import annotations

from pathlib import Path

import pytest

from agentmem.agent.ariadne import by_rules
from agentmem.agent.ariadne.answers import Act, PlanStep
from agentmem.agent.episode import Episode, Setup
from agentmem.host import Host

SHOWN = {"goal": "Take the lamp.", "history": "", "observation": "A hall.", "exits": "", "actions": ""}


def acts(*, is_free: bool = True, **shown: str) -> str:
    return by_rules.act(Act, is_free, **SHOWN | shown).action


def test_a_plan_that_seeks_something_needs_exploring() -> None:
    assert by_rules.explore("s1. Find the lamp.").explore
    assert by_rules.explore("s1. Take the lamp. (Not found yet.)").explore
    assert not by_rules.explore("s1. Take the lamp. (lamp: is in hall)").explore


def test_each_sentence_of_the_goal_is_a_sub_goal_with_what_is_known_of_it() -> None:
    told = by_rules.plan(goal="Take the lamp. Light it up.", facts="lamp: is in hall", observation="", plan="")

    assert told.steps[0] == PlanStep(sub_goal="Take the lamp.", reason="lamp: is in hall")
    assert told.steps[1] == PlanStep(sub_goal="Light it up.", reason="Not found yet.")


def test_a_plan_there_is_goes_on() -> None:
    told = by_rules.plan(goal="Take the lamp.", facts="", observation="", plan="s1. Find a lamp. (so)\ns2. Take it.")

    assert [step.sub_goal for step in told.steps] == ["s1", "s2"]


def test_what_the_goal_names_is_taken_before_anything_else() -> None:
    told = "drop key\ntake lamp from table\nexamine lamp\ngo east\nopen lamp"

    assert acts(actions=told, is_free=False, exits="hall (here): east") == "take lamp from table"
    assert acts(observation="A lamp stands here.", exits="hall (here): east") == "take lamp"


@pytest.mark.parametrize(
    ("exits", "action"), [("hall (here): east, up", "go east"), ("attic: north\nloft: up", "go to attic")]
)
def test_the_nearest_way_nobody_has_gone_is_gone(exits: str, action: str) -> None:
    assert acts(exits=exits) == action


def test_a_way_that_was_in_vain_is_not_tried_again_at_once() -> None:
    assert acts(exits="hall (here): east, up", history="A hall.\n> go east") == "go up"


def test_ways_in_sight_are_taken_where_no_memory_tells_any() -> None:
    assert acts(observation="An exit leads north.") == "go north"


def test_where_only_some_actions_are_possible_one_of_them_is_taken() -> None:
    assert acts(actions="sing", is_free=False, history="x\n> sing", exits="hall (here): east") == "sing"


@pytest.mark.parametrize("memory", ["arigraph", "tim", "window"])
def test_a_game_is_played_with_any_memory(tmp_path: Path, memory: str) -> None:
    pytest.importorskip("textworld", reason="needs TextWorld: pip install 'agentmem-graph[textworld]'")
    setup = Setup(
        game="coin:10", store=":memory:", trajectory=tmp_path / "t.jsonl", name="coin", memory=memory,
        policy="ariadne", max_steps=30,
    )  # fmt: skip

    with Episode(setup, Host()) as episode:
        steps = list(episode)

    assert episode.result.evaluation.won == (memory != "window")
    assert [step.event.id for step in steps] == [f"coin/{n}" for n in range(len(steps))]
    assert steps[0].thought.asked == 2  # plan and act: without a plan nobody is asked about exploring
