"""The loop: observe, write, recall, decide, act. The only code that sees the whole line."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from functools import partial
from typing import Any, TypeVar

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
        query: What the memory was asked; None at the end, and for what was only overheard.
        recollections: What it recalled.
        decision: What to do next, and why; None at the end.
        receipt: What the write cost.
        thought: What deciding cost.
        set_aside: Ids of events the memory could not take in at this step.
        answer: In a conversation, the event of the answer that led here: a message of its own.
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
    answer: Event | None = None
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
    What is said to an agent is remembered under its own time, and not recalled for itself; what
    is answered is remembered with what is said next, as an echo if it only repeats what was
    recalled. What is overheard is remembered, and nothing is decided on it.
    The memory is not closed, nor is the environment.

    Args:
        environment: Reset first.
        policy: Sees the observation, what was recalled and its own last turns, nothing else.
        memory: Written and asked once per step.
        max_steps: The most actions.
        episode: Ids of the events are `{episode}/{step}`: playing the same episode
            again into one namespace remembers nothing twice.
        clock: Gives the world's time of each observation that has none of its own.

    Raises:
        EnvironmentFailed: the world broke; what was seen is remembered.
        LanguageError: the policy could not decide. The step was yielded, without a decision.
    """
    result, spent = _timed(lambda: StepResult(observation=environment.reset()))
    before: Turn | None = None
    turns: Sequence[Turn] = ()
    at: datetime | None = None
    for number in range(max_steps + 1):
        watch = {"environment": spent}
        answer = _answer(before, at, f"{episode}/{number}/answer")
        event = _event(result.observation, before, clock, f"{episode}/{number}")
        added, watch["write"] = _timed(partial(memory.add_many, [event] if answer is None else [answer, event]))
        event = next((one for one in added.events if one.id == event.id), event)
        last = result.done or number == max_steps
        step = Step(event, result.observation, result.reward, result.done, receipt=added.receipt,
                    set_aside=added.set_aside, answer=answer, milliseconds=watch)  # fmt: skip
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
        before, at = Turn(observation=step.observation, decision=step.decision), step.event.at
        turns = turns if before.observation.is_overheard else last_turns((*turns, before), policy.looks_back)
        result, spent = _timed(partial(environment.step, step.decision.action))


def seen(observation: Observation) -> str:
    """Return what an observation shows, as one text: the event's text.

    >>> print(seen(Observation(text="A kitchen.", inventory="You carry a knife.")).replace(chr(10), "|"))
    A kitchen.||You carry a knife.
    """
    return f"{observation.text}\n\n{observation.inventory}" if observation.inventory else observation.text


def _event(shown: Observation, before: Turn | None, clock: Clock, id_: str) -> Event:
    """Return what is remembered of an observation; an answer is no part of it, but remembered by itself."""
    did = before and not (before.observation.is_said or before.observation.is_overheard)
    action = before.decision.action if before and did else None
    who: dict[str, Any] = {"role": shown.role, "speaker": shown.speaker, "session": shown.session}
    return new_event(seen(shown), at=shown.at or clock(), id=id_, action=action, **who)


def _answer(before: Turn | None, at: datetime | None, id_: str) -> Event | None:
    """Return what was answered, at the time of what it answers; None where nothing was said."""
    if before is None or not before.observation.is_said or not before.decision.action.strip():
        return None
    said, session = before.decision, before.observation.session
    return new_event(said.action, at=at, id=id_, role="assistant", session=session, echo=not said.is_news)


def _decide(step: Step, policy: Policy, memory: AgentMemory, turns: Sequence[Turn]) -> Step:
    """Return the step with what was asked, recalled and decided; what the policy asks of a model, the memory pays."""
    if step.observation.is_overheard:
        return replace(step, decision=Decision(action="", reason="it was said to somebody else", is_news=False))
    payer, spent = f"policy/{policy.name}", memory.language.receipt
    receipts = [spent()]
    with memory.charged(payer) as language:
        query, asking = _timed(lambda: policy.query(step.observation, step.event.at, Mind(language, turns)))
    receipts.append(spent())
    if step.observation.is_said:
        query = query.model_copy(update={"exclude": (*query.exclude, step.event.id)})
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


def _timed(work: Callable[[], Result]) -> tuple[Result, float]:
    started = time.perf_counter()
    done = work()
    return done, (time.perf_counter() - started) * 1e3
