"""The loop: observe, write, recall, decide, act. The only code that sees the whole line."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import partial
from typing import TypeVar

from agentmem.agent.environment import Environment, Observation, StepResult
from agentmem.agent.policy import Decision, Policy
from agentmem.agent_memory import AgentMemory
from agentmem.events import Event, Query, Recollection, new_event
from agentmem.language.contract import Receipt

Result = TypeVar("Result")
Clock = Callable[[], datetime]


@dataclass(frozen=True)
class Step:
    """One turn of the loop.

    Attributes:
        event: What was remembered of it: the action that led here, and what was seen.
        observation: What the agent saw.
        reward: The change of the score; for the log, no policy sees it.
        done: Whether the episode is over.
        query: What the memory was asked; None at the end.
        recollections: What it recalled.
        decision: What to do next, and why; None at the end.
        receipt: What the write cost.
        set_aside: Ids of events the memory could not take in at this step.
        milliseconds: Wall time by part: environment, write, recall, policy.
    """

    event: Event
    observation: Observation
    reward: float
    done: bool
    query: Query | None = None
    recollections: Sequence[Recollection] = ()
    decision: Decision | None = None
    receipt: Receipt = field(default_factory=Receipt)
    set_aside: tuple[str, ...] = ()
    milliseconds: dict[str, float] = field(default_factory=dict)


def play(
    environment: Environment,
    policy: Policy,
    memory: AgentMemory,
    *,
    max_steps: int = 150,
    episode: str = "episode",
    clock: Clock = lambda: datetime.now(UTC),
) -> Iterator[Step]:
    """Yield steps until the episode is over or `max_steps` actions were taken.

    Every observation is in the journal before anything is decided on it, and
    what it taught is recalled with the rest: which way the agent came, and what
    just failed, is in no text, only in what the memory made of text and action.
    The memory is not closed, nor is the environment.

    Args:
        environment: Reset first.
        policy: Sees the observation and what was recalled, nothing else.
        memory: Written and asked once per step.
        max_steps: The most actions.
        episode: Ids of the events are `{episode}/{step}`: playing the same episode
            again into one namespace remembers nothing twice.
        clock: Gives the world's time of each observation.

    Raises:
        EnvironmentFailed: the world broke; what was seen is remembered.
    """
    result, spent = _timed(lambda: StepResult(observation=environment.reset()))
    action: str | None = None
    for number in range(max_steps + 1):
        watch = {"environment": spent}
        event = new_event(seen(result.observation), at=clock(), id=f"{episode}/{number}", action=action, **_who(result))
        added, watch["write"] = _timed(partial(memory.add_many, [event]))
        event = next(iter(added.events), event)
        last = result.done or number == max_steps
        step = Step(event, result.observation, result.reward, result.done, receipt=added.receipt,
                    set_aside=added.set_aside, milliseconds=watch)  # fmt: skip
        if last:
            yield step
            return
        step = _decide(step, policy, memory)
        yield step
        assert step.decision is not None
        action = step.decision.action
        result, spent = _timed(partial(environment.step, action))


def seen(observation: Observation) -> str:
    """Return what an observation shows, as one text: the event's text.

    >>> print(seen(Observation(text="A kitchen.", inventory="You carry a knife.")).replace(chr(10), "|"))
    A kitchen.||You carry a knife.
    """
    return f"{observation.text}\n\n{observation.inventory}" if observation.inventory else observation.text


def _decide(step: Step, policy: Policy, memory: AgentMemory) -> Step:
    """Return the step with what was asked, recalled and decided."""
    started = time.perf_counter()
    query = policy.query(step.observation, step.event.at)
    asked = time.perf_counter()
    found = memory.search(query)
    recalled = time.perf_counter()
    decision = policy.act(step.observation, found)
    spent = {"recall": (recalled - asked) * 1e3, "policy": (asked - started + time.perf_counter() - recalled) * 1e3}
    return Step(
        step.event, step.observation, step.reward, step.done, query, found, decision,
        step.receipt, step.set_aside, step.milliseconds | spent,
    )  # fmt: skip


def _who(result: StepResult) -> dict[str, str | None]:
    shown = result.observation
    return {"role": shown.role, "speaker": shown.speaker, "session": shown.session}


def _timed(work: Callable[[], Result]) -> tuple[Result, float]:
    started = time.perf_counter()
    done = work()
    return done, (time.perf_counter() - started) * 1e3
