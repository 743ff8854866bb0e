"""Replay: the same commands in a fresh environment, or the same events into another memory."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from agentmem.agent.environment import Environment
from agentmem.agent.loop import seen
from agentmem.agent.trajectory import Trajectory
from agentmem.agent_memory import AgentMemory
from agentmem.errors import ReplayMismatch


@dataclass(frozen=True)
class Compared:
    """One step replayed: what was seen then and now, with what was carried."""

    step: int
    action: str | None
    recorded: str
    replayed: str

    @property
    def same(self) -> bool:
        """Whether the environment showed the same, letter by letter."""
        return self.recorded == self.replayed


@dataclass(frozen=True)
class Refed:
    """One event fed to another memory, and how much it recalled for the recorded question."""

    step: int
    recalled: int
    recalled_then: int


def replay(trajectory: Trajectory, environment: Environment) -> Iterator[Compared]:
    """Yield each step compared, executing the recorded commands in `environment`.

    Raises:
        ReplayMismatch: the environment is another one than was recorded.
    """
    was, is_ = trajectory.header.spec.fingerprint, environment.spec.fingerprint
    if was and is_ and was != is_:
        raise ReplayMismatch(
            f"{trajectory.header.spec.name} is another game than was recorded ({is_[:12]} against {was[:12]}); "
            "replay with the versions in the header: " + str(trajectory.header.versions)
        )
    action: str | None = None
    for number, line in enumerate(trajectory.steps):
        shown = environment.reset() if action is None else environment.step(action).observation
        yield Compared(number, action, seen(line.observation), seen(shown))
        action = None if line.decision is None else line.decision.action


def refeed(trajectory: Trajectory, memory: AgentMemory) -> Iterator[Refed]:
    """Yield one line per step, adding the recorded events to `memory` and asking it the recorded questions.

    Needs neither the environment nor a policy.
    """
    for number, line in enumerate(trajectory.steps):
        memory.add_many([line.event] if line.answer is None else [line.answer, line.event])
        found = [] if line.query is None else memory.search(line.query)
        yield Refed(number, len(found), line.recalled_count)
