"""A conversation with somebody who remembers: each message is remembered, answered from what is recalled, and so on."""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

from agentmem.agent.environment import Observation
from agentmem.agent.policy import Mind, Policy, Turn, check_plays, last_turns
from agentmem.agent_memory import AgentMemory
from agentmem.events import Event, Recollection
from agentmem.language.contract import Receipt
from agentmem.messages import event_of


@dataclass(frozen=True)
class Reply:
    """What was answered.

    Attributes:
        text: The answer.
        used: What it was taken from, as far as the policy says; else nothing.
        recollections: All that was recalled for it.
        said: The event of the message.
        receipt: What the whole turn cost.
    """

    text: str
    used: tuple[Recollection, ...]
    recollections: tuple[Recollection, ...]
    said: Event
    receipt: Receipt


class Conversation:
    """A conversation of one person with a policy, in one session of a memory.

    Args:
        memory: What is said is remembered there; stays the caller's to close.
        policy: Answers, with the language of the memory.
        speaker: Who talks.
        session: What the conversation is called; by default a new name.

    Raises:
        InvalidInput: the policy is made for games.
    """

    def __init__(
        self, memory: AgentMemory, policy: Policy, *, speaker: str | None = None, session: str | None = None
    ) -> None:
        check_plays(policy, "chat")
        self._memory, self._policy, self._speaker = memory, policy, speaker
        self.session = session or memory.scope.session or f"chat-{uuid.uuid4().hex[:12]}"
        self._turns: Sequence[Turn] = ()

    def say(self, text: str) -> Reply:
        """Remember a message, answer it, and remember the answer.

        Raises:
            InvalidInput: the message cannot be remembered.
            LanguageError: nobody could answer; the message is remembered all the same.
        """
        memory, policy, spent = self._memory, self._policy, self._memory.language.receipt
        before = spent()
        now = datetime.now(UTC)
        seen = Observation(text=text, speaker=self._speaker, session=self.session, role="user")
        added = memory.add(text, at=now, speaker=self._speaker, session=self.session)
        said = added.events[0]
        with memory.charged(f"policy/{policy.name}") as language:
            query = policy.query(seen, now, Mind(language, self._turns))
        found = memory.search(query.model_copy(update={"exclude": (*query.exclude, said.id)}))
        with memory.charged(f"policy/{policy.name}") as language:
            decision = policy.act(seen, found, Mind(language, self._turns))
        answer = event_of(decision.action, role="assistant", session=self.session)
        memory.add(answer if decision.is_news else answer.model_copy(update={"echo": True}))
        self._turns = last_turns((*self._turns, Turn(observation=seen, decision=decision)), policy.looks_back)
        named = {name.strip() for name in decision.reason.split(",")}
        used = tuple(one for one in found if named.intersection(one.sources))
        return Reply(decision.action, used, tuple(found), said, spent().since(before))
