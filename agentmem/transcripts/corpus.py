"""Conversations to measure a memory with: what was said, and what is asked about it."""

from __future__ import annotations

from datetime import datetime, timedelta

from pydantic import AwareDatetime, Field

from agentmem.events import Event, Value

LATER = timedelta(hours=1)
"""How long after the last event a question is asked that does not say when."""


class Question(Value):
    """One question about a conversation.

    Attributes:
        text: What is asked.
        category: What kind of question it is; scores are told for each kind.
        evidence: Ids of the events that hold the answer, each once. Without any, the
            question is asked but not scored.
        at: When it is asked; None: an hour after the last event.
        answer: What is right, where the data says it; nothing is measured by it.
        apart: Scored by itself, and left out of the overall score.
    """

    text: str = Field(min_length=1)
    category: str = Field(default="uncategorised", min_length=1)
    evidence: tuple[str, ...] = ()
    at: AwareDatetime | None = None
    answer: str | None = None
    apart: bool = False


class Conversation(Value):
    """Events in their order, and questions about them.

    Attributes:
        name: Names it among the others: its namespace.
        events: In the order in which they are remembered; ids are unique in here.
        questions: In the order in which they are asked, after all the events.
    """

    name: str
    events: tuple[Event, ...]
    questions: tuple[Question, ...] = ()

    @property
    def end(self) -> datetime:
        """When a question is asked that does not say when."""
        return max(event.at for event in self.events) + LATER


class Corpus(Value):
    """The conversations of one file.

    Attributes:
        format: The name of the format it was written in.
        conversations: At least one, each with at least one event.
        notes: What one should know of how it was read, in sentences: slips mended, what is not scored.
    """

    format: str
    conversations: tuple[Conversation, ...]
    notes: tuple[str, ...] = ()

    @property
    def events(self) -> int:
        """How many events all conversations have."""
        return sum(len(one.events) for one in self.conversations)

    @property
    def questions(self) -> tuple[Question, ...]:
        """Every question, conversation by conversation."""
        return tuple(question for one in self.conversations for question in one.questions)

    @property
    def categories(self) -> tuple[str, ...]:
        """The kinds of questions, by name; those scored by themselves last."""
        apart = {question.category: question.apart for question in self.questions}
        return tuple(sorted(apart, key=lambda category: (apart[category], category)))
