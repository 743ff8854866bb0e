"""The responders: `quote` by rule, from what was recalled alone; `chat` with a language, which by rule quotes too."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field

from agentmem.agent.environment import Observation
from agentmem.agent.policy import Decision, Mind, Turn
from agentmem.context import defused, render
from agentmem.events import Query, Recollection, Value
from agentmem.language.contract import Task
from agentmem.language.prompting import prompt_beside
from agentmem_chat.quoting import quote

LONGEST = 2_000
"""Characters of a message that a memory is asked about, and of one shown again."""


class QuoterSettings(BaseModel):
    """What can be set of `quote`.

    Attributes:
        recalled: The most recollections asked for.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    recalled: int = Field(default=20, ge=1, le=1000)


class ResponderSettings(BaseModel):
    """What can be set of `chat`.

    Attributes:
        recalled: The most recollections asked for.
        tokens: The most tokens of what was recalled that the language is shown.
        turns: The last turns it is shown again.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    recalled: int = Field(default=20, ge=1, le=1000)
    tokens: int = Field(default=1000, ge=50, le=100_000)
    turns: int = Field(default=6, ge=0, le=100)


class Answer(Value):
    """The answer to the task `chat.answer`.

    Attributes:
        answer: What is said.
        used: The ids of the events it was taken from.
        is_quoted: Whether it is no more than what was recalled; a model does not say.
    """

    answer: str = Field(min_length=1)
    used: tuple[str, ...] = ()
    is_quoted: bool = False


def _by_rule(*, message: str, passages: Sequence[dict[str, Any]], **_: object) -> Answer:
    reply = quote(message, [Recollection.model_validate(one) for one in passages])
    return Answer(answer=reply.answer, used=reply.used, is_quoted=True)


ANSWER = Task("chat.answer", Answer, prompt_beside(__file__, "answer.prompt.txt"), _by_rule, for_rules=("passages",))


class Quoter:
    """Quotes what answers best of what was recalled, and says that it does not know where nothing fits."""

    name = "quote"
    plays: Literal["game", "chat"] = "chat"
    looks_back = 0

    def __init__(self, settings: QuoterSettings | None = None) -> None:
        self.settings = settings or QuoterSettings()

    def query(self, observation: Observation, now: datetime, mind: Mind) -> Query:  # noqa: ARG002
        """Return the message as the question."""
        return Query(text=observation.text[:LONGEST], limit=self.settings.recalled, now=now)

    def act(self, observation: Observation, recollections: Sequence[Recollection], mind: Mind) -> Decision:  # noqa: ARG002
        """Return the quotation, and as the reason what it is taken from."""
        reply = quote(observation.text, recollections)
        return Decision(action=reply.answer, reason=", ".join(reply.used), is_news=False)


class Responder:
    """Answers messages; what it knows is what the memory recalls, and its last turns."""

    name = "chat"
    plays: Literal["game", "chat"] = "chat"

    def __init__(self, settings: ResponderSettings | None = None) -> None:
        self.settings = settings or ResponderSettings()
        self.looks_back = self.settings.turns

    def query(self, observation: Observation, now: datetime, mind: Mind) -> Query:  # noqa: ARG002
        """Return the message as the question."""
        return Query(text=observation.text[:LONGEST], limit=self.settings.recalled, now=now)

    def act(self, observation: Observation, recollections: Sequence[Recollection], mind: Mind) -> Decision:
        """Return what is said, and as the reason what it is taken from.

        Raises:
            LanguageUnavailable, BadAnswer: there is no answer, and none is made up.
        """
        answer = mind.language.ask(
            ANSWER,
            message=defused(observation.text),
            passages=[one.model_dump(mode="json") for one in recollections],
            recalled=str(render(recollections, self.settings.tokens)) or "Nothing was recalled.",
            conversation=defused("\n".join(map(_told, mind.turns))),
        )
        return Decision(action=answer.answer, reason=", ".join(answer.used), is_news=not answer.is_quoted)


def _told(turn: Turn) -> str:
    said = turn.observation.text[:LONGEST]
    return f"{turn.observation.speaker or 'user'}: {said}\nyou: {turn.decision.action[:LONGEST]}"
