"""What every environment must do, as tests to inherit.

```python
class TestMyGameKeepsTheContract(EnvironmentContract):
    def new_environment(self) -> Environment:
        return MyGame(seed=1)

    def some_actions(self) -> Sequence[str]:
        return ["look", "go north", "take key"]
```
"""

from __future__ import annotations

import json
from abc import ABC, abstractmethod
from collections.abc import Iterator, Sequence

import pytest

from agentmem.agent.environment import Environment, Observation, StepResult
from agentmem.errors import EnvironmentFailed

ODD_ACTIONS = {
    "nonsense": "florble the unlikely wug",
    "empty": "",
    "blank": "   ",
    "100 kB": "take lamp " * 10_000,
    "control characters": "look\x00\x07\x1b[2J\x7f",
    "line breaks": "look\r\nlook\n",
    "other scripts": "東へ行く 🚪 ±½",
    "lone surrogate": "look \ud800",
}


class EnvironmentContract(ABC):
    """The promises of `Environment`. Inherit it, and say how to open one and what to do in it."""

    @abstractmethod
    def new_environment(self) -> Environment:
        """Return an environment not yet reset; the same world at each call."""

    @abstractmethod
    def some_actions(self) -> Sequence[str]:
        """Return a few actions that make sense one after another and do not end the episode."""

    def actions_to_the_end(self) -> Sequence[str]:
        """Return actions that end the episode, the last of them only; empty where there is no end."""
        return ()

    @pytest.fixture
    def environment(self) -> Iterator[Environment]:
        """Open an environment for one test, and close it after."""
        environment = self.new_environment()
        yield environment
        environment.close()

    def test_the_same_actions_give_the_same_transcript(self) -> None:
        """Two fresh ones answer alike. If this fails, no trajectory can be replayed: fix the seed of all dice."""
        assert _played(self.new_environment(), self.some_actions()) == _played(
            self.new_environment(), self.some_actions()
        )

    def test_reset_starts_over(self, environment: Environment) -> None:
        """A second reset is like the first. If this fails, something of the last episode is left over."""
        first, told_first = environment.reset(), environment.evaluate()
        for action in self.some_actions():
            environment.step(action)

        again, told_again = environment.reset(), environment.evaluate()

        assert (again, told_again) == (first, told_first)

    def test_an_observation_is_all_the_agent_gets(self, environment: Environment) -> None:
        """Plain `Observation`s, no subclass. If this fails, an agent may see what was meant for the evaluation."""
        seen = [environment.reset(), *(environment.step(action).observation for action in self.some_actions())]

        assert {type(observation) for observation in seen} == {Observation}

    def test_the_goal_is_told_apart_from_the_text(self, environment: Environment) -> None:
        """It has a field of its own. If this fails, cut it out of the text, or a memory takes it for an event."""
        observation = environment.reset()

        assert not observation.goal or observation.goal not in observation.text

    def test_steps_are_counted_from_zero(self, environment: Environment) -> None:
        """0 after reset, then one more per action, sensible or not. If this fails, limits and trajectories are off."""
        steps = [environment.reset().step]
        for action in [*self.some_actions(), ODD_ACTIONS["nonsense"]]:
            steps.append(environment.step(action).observation.step)  # noqa: PERF401 (one line does one thing)

        assert steps == list(range(len(steps)))
        assert environment.evaluate().steps == steps[-1]

    def test_rewards_add_up_to_the_score(self, environment: Environment) -> None:
        """A reward is the change of the score. If this fails, the log of rewards contradicts the evaluation."""
        environment.reset()

        rewards = [environment.step(action).reward for action in self.actions_to_the_end() or self.some_actions()]

        assert sum(rewards) == pytest.approx(environment.evaluate().score)

    def test_the_normalized_score_is_a_share(self, environment: Environment) -> None:
        """Within [0, 1] from the first moment on, or None. If this fails, means over games are worth nothing."""
        environment.reset()
        shares = [environment.evaluate().normalized]
        for action in self.some_actions():
            environment.step(action)
            shares.append(environment.evaluate().normalized)

        assert shares == [None] * len(shares) or all(share is not None and 0 <= share <= 1 for share in shares)

    @pytest.mark.parametrize("kind", ODD_ACTIONS)
    def test_an_odd_action_is_answered(self, environment: Environment, kind: str) -> None:
        """Answered in words, and the world goes on. If this fails, one bad word of a model ends a whole run."""
        environment.reset()

        answer = environment.step(ODD_ACTIONS[kind])

        assert isinstance(answer, StepResult)
        assert environment.step(self.some_actions()[0]).observation.step == 2

    def test_a_step_before_reset_is_refused(self, environment: Environment) -> None:
        """EnvironmentFailed. If this fails, a forgotten reset plays on in nobody knows which world."""
        with pytest.raises(EnvironmentFailed):
            environment.step(self.some_actions()[0])

    def test_a_step_after_the_end_is_refused(self, environment: Environment) -> None:
        """EnvironmentFailed, and the result stays. If this fails, an episode may be played on and change its score."""
        ending = self.actions_to_the_end()
        if not ending:
            pytest.skip("no way to the end is given: override actions_to_the_end")
        environment.reset()
        done = [environment.step(action).done for action in ending]
        result = environment.evaluate()

        with pytest.raises(EnvironmentFailed):
            environment.step(ending[0])

        assert done == [False] * (len(ending) - 1) + [True]
        assert environment.evaluate() == result

    def test_closing_twice_does_no_harm(self) -> None:
        """Close is idempotent, before and after reset. If this fails, clean-up after an error hides that error."""
        for begin in (False, True):
            environment = self.new_environment()
            if begin:
                environment.reset()
            environment.close()
            environment.close()

    def test_nothing_happens_after_closing(self) -> None:
        """EnvironmentFailed. If this fails, a world that was freed is still touched."""
        environment = self.new_environment()
        environment.reset()
        environment.close()

        with pytest.raises(EnvironmentFailed):
            environment.step(self.some_actions()[0])

    def test_two_side_by_side_do_not_disturb_each_other(self) -> None:
        """Interleaved, each goes its own way. If this fails, they share state: a global, or one cache entry."""
        alone = _played(self.new_environment(), self.some_actions())
        one, other = self.new_environment(), self.new_environment()

        together: list[Observation | StepResult] = [one.reset()]
        other.reset()
        for action, opposite in zip(self.some_actions(), reversed(self.some_actions()), strict=True):
            together.append(one.step(action))
            other.step(opposite)
        one.close()
        other.close()

        assert together == alone

    def test_the_spec_fits_into_a_trajectory(self, environment: Environment) -> None:
        """JSON values only. If this fails, a recorded run cannot say what it was played in."""
        spec = environment.spec

        assert json.loads(json.dumps(spec.options)) == spec.options


def _played(environment: Environment, actions: Sequence[str]) -> list[Observation | StepResult]:
    seen: list[Observation | StepResult] = [environment.reset(), *map(environment.step, actions)]
    environment.close()
    return seen
