"""A simulated user: tells, changes, takes back, and asks."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any

import pytest

from agentmem.agent.environment import Environment
from agentmem.errors import InvalidInput, UnknownSetting
from agentmem.testing.environment_contract import EnvironmentContract
from agentmem_chat.attributes import ATTRIBUTES
from agentmem_chat.family import ChatFamily
from agentmem_chat.options import Simulated
from agentmem_chat.simulated import simulate


def opened(**options: Any) -> Environment:
    return ChatFamily().open("chat:simulated", options)


class TestASimulatedUserKeepsTheContract(EnvironmentContract):
    def new_environment(self) -> Environment:
        return opened(turns=12, facts=3, unknown=1)

    def some_actions(self) -> Sequence[str]:
        return ["I will remember that.", "Noted.", "In Oslo.", ""]

    def actions_to_the_end(self) -> Sequence[str]:
        return ["I do not know."] * 16


def test_one_seed_gives_one_talk_and_another_seed_another() -> None:
    assert simulate(Simulated(seed=3)) == simulate(Simulated(seed=3))
    assert simulate(Simulated(seed=3)) != simulate(Simulated(seed=4))


def test_as_much_is_told_and_asked_as_was_chosen() -> None:
    script = simulate(Simulated(turns=80, facts=10, unknown=5))

    assert script.most == 15
    assert len(script.lines) == 80 + 15 + 1
    assert sum(line.expected is not None and line.expected.answer is None for line in script.lines) == 5


@pytest.mark.parametrize("seed", range(1, 21))
def test_every_question_comes_after_the_last_word_on_what_it_asks(seed: int) -> None:
    lines = simulate(Simulated(seed=seed)).lines

    for asked, line in enumerate(lines):
        if line.expected is not None and line.expected.answer is not None:
            telling = [place for place, one in enumerate(lines) if re.search(rf"\b{line.expected.answer}\b", one.text)]
            assert telling, f"nobody ever said {line.expected.answer}"
            assert max(telling) < asked


@pytest.mark.parametrize("seed", range(1, 21))
def test_no_question_tells_an_answer(seed: int) -> None:
    values = {value for attribute in ATTRIBUTES for value in attribute.values}

    for line in simulate(Simulated(seed=seed)).lines:
        if line.expected is not None:
            assert not values.intersection(line.text.replace("?", "").split())


def test_a_change_that_is_taken_back_leaves_the_first_value() -> None:
    lines = simulate(Simulated(turns=3, facts=1, changes=1, undone=1, unknown=0)).lines
    told, changed, undone, asked, _ = lines

    assert asked.expected is not None
    assert asked.expected.answer is not None
    assert asked.expected.answer in told.text
    assert asked.expected.answer not in changed.text
    assert asked.expected.answer in undone.text


def test_a_change_leaves_the_new_value() -> None:
    told, changed, asked, _ = simulate(Simulated(turns=2, facts=1, changes=1, undone=0, unknown=0)).lines

    assert asked.expected is not None
    assert asked.expected.answer is not None
    assert asked.expected.answer not in told.text
    assert asked.expected.answer in changed.text


def test_values_of_an_attribute_are_enough_and_share_no_word() -> None:
    for attribute in ATTRIBUTES:
        words = [word for value in attribute.values for word in value.lower().split()]
        assert len(attribute.values) >= 16
        assert len(words) == len(set(words))


def test_the_largest_number_of_facts_can_be_told() -> None:
    assert simulate(Simulated(turns=200, facts=40, changes=1, undone=1, unknown=16)).most == 56


def test_the_users_name_the_session_and_the_time_of_the_talk_are_seen() -> None:
    environment = opened(turns=30)
    first = environment.reset()
    later = [environment.step("Yes.").observation for _ in range(20)]

    assert first.at is not None
    assert (first.role, first.session, first.at.year) == ("user", "session_1", 2024)
    assert {one.speaker for one in later} == {first.speaker}
    assert {one.session for one in later} == {"session_1", "session_2"}
    assert [one.at for one in later if one.at] == sorted(one.at for one in later if one.at)


def test_too_few_turns_for_the_facts_are_refused() -> None:
    with pytest.raises(InvalidInput, match="12 facts with their changes are 20 turns, and turns is 10; raise turns"):
        opened(turns=10)


def test_an_option_nobody_reads_is_refused() -> None:
    with pytest.raises(UnknownSetting, match="no setting named 'turn'; did you mean 'turns'"):
        opened(turn=10)


def test_an_option_out_of_its_range_is_refused() -> None:
    with pytest.raises(UnknownSetting, match=r"setting 'changes' is '1\.5'; it should be less than or equal to 1"):
        opened(changes="1.5")
