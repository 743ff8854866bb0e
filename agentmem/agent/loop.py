"""The loop: observe, write, recall, decide, act. The only code that sees the whole line."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from functools import partial
from typing import TypeVar

from agentmem.agent.environment import Environment, Observation, StepResult
from agentmem.agent.policy import Decision, Mind, Policy, Turn, last_turns
from agentmem.agent_memory import AgentMemory
from agentmem.errors import LanguageError
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
        thought: What deciding cost.
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
    thought: Receipt = field(default_factory=Receipt)
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
        policy: Sees the observation, what was recalled and its own last turns, nothing else.
        memory: Written and asked once per step.
        max_steps: The most actions.
        episode: Ids of the events are `{episode}/{step}`: playing the same episode
            again into one namespace remembers nothing twice.
        clock: Gives the world's time of each observation.

    Raises:
        EnvironmentFailed: the world broke; what was seen is remembered.
        LanguageError: the policy could not decide. The step was yielded, without a decision.
    """
    result, spent = _timed(lambda: StepResult(observation=environment.reset()))
    action: str | None = None
    turns: Sequence[Turn] = ()
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
        try:
            step = _decide(step, policy, memory, turns)
        except LanguageError:
            yield step  # what was seen is told, though nobody could decide on it
            raise
        yield step
        assert step.decision is not None
        action = step.decision.action
        turns = last_turns((*turns, Turn(observation=step.observation, decision=step.decision)), policy.looks_back)
        result, spent = _timed(partial(environment.step, action))


def seen(observation: Observation) -> str:
    """Return what an observation shows, as one text: the event's text.

    >>> print(seen(Observation(text="A kitchen.", inventory="You carry a knife.")).replace(chr(10), "|"))
    A kitchen.||You carry a knife.
    """
    return f"{observation.text}\n\n{observation.inventory}" if observation.inventory else observation.text


def _decide(step: Step, policy: Policy, memory: AgentMemory, turns: Sequence[Turn]) -> Step:
    """Return the step with what was asked, recalled and decided; what the policy asks of a model, the memory pays."""
    payer, spent = f"policy/{policy.name}", memory.language.receipt
    receipts = [spent()]
    with memory.charged(payer) as language:
        query, asking = _timed(lambda: policy.query(step.observation, step.event.at, Mind(language, turns)))
    receipts.append(spent())
    found, recall = _timed(lambda: memory.search(query))
    receipts.append(spent())
    with memory.charged(payer) as language:
        decision, deciding = _timed(lambda: policy.act(step.observation, found, Mind(language, turns)))
    return replace(
        step,
        query=query,
        recollections=found,
        decision=decision,
        thought=receipts[1].since(receipts[0]) + spent().since(receipts[2]),
        milliseconds=step.milliseconds | {"recall": recall, "policy": asking + deciding},
    )


def _who(result: StepResult) -> dict[str, str | None]:
    shown = result.observation
    return {"role": shown.role, "speaker": shown.speaker, "session": shown.session}


def _timed(work: Callable[[], Result]) -> tuple[Result, float]:
    started = time.perf_counter()
    done = work()
    return done, (time.perf_counter() - started) * 1e3
