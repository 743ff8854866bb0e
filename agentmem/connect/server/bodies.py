"""What is sent and answered, where that is no value of ours already."""

from __future__ import annotations

from typing import Annotated, Any

from pydantic import AwareDatetime, BaseModel, ConfigDict, Discriminator, Field, Tag

from agentmem.events import Recollection, Trust, Value
from agentmem.remembered import Remembered


class Message(BaseModel):
    """One message: `{"content": "..."}` is enough. One of OpenAI is taken as it is, with parts and calls of tools."""

    model_config = ConfigDict(frozen=True, extra="allow")

    role: str = "user"
    content: str | list[Any] | None = None
    id: str | None = Field(None, description="Sending a known id again changes nothing.")
    at: AwareDatetime | None = Field(None, description="The world's time, with its zone; now by default.")
    speaker: str | None = None
    session: str | None = None
    trust: Trust | None = None


def _form(body: object) -> str:
    return "many" if isinstance(body, list) else "one"


Messages = Annotated[Annotated[Message, Tag("one")] | Annotated[list[Message], Tag("many")], Discriminator(_form)]


class Asked(Value):
    """A question."""

    query: str
    limit: int = Field(10, ge=1, le=1000)
    min_score: float = Field(0.0, ge=0, le=1)
    min_trust: Trust = "low"


class Search(Asked):
    """A question, and of when."""

    now: AwareDatetime | None = Field(None, description="The world's time of the asking; now by default.")
    as_of: int | AwareDatetime | None = Field(None, description="As it was: at a position of the journal, or a time.")


class ContextAsked(Asked):
    """A question, and how long the block for a prompt may be."""

    limit: int = Field(20, ge=1, le=1000)
    max_tokens: int = Field(1000, ge=1, le=1_000_000)


class Found(Value):
    """What is recalled, best first."""

    recollections: list[Recollection]


class Page(Value):
    """What holds, in the order of the journal; `next` is the `after` of the next page, None on the last."""

    items: list[Remembered]
    next: int | None


class Correction(Value):
    """What a message should have said."""

    text: str
    at: AwareDatetime | None = None


class Moment(Value):
    """The world's time; now by default."""

    now: AwareDatetime | None = None
