"""The small port to a chat model: messages in, one reply out. What answers tasks is built on it.

An adapter knows one client and nothing of tasks, memories or budgets: it makes one call,
once, and tells failures apart. Retries, repair and parsing are not its business.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal, Protocol

from pydantic import BaseModel, field_validator

from agentmem.events import Value

Form = Literal["schema", "object", "text"]
"""How an answer is asked for: held to a JSON schema, to any JSON object, or in plain words."""
End = Literal["whole", "cut", "refused", "filtered"]
"""How a reply ended: by itself, at the token limit, with a refusal, or in the provider's filter."""


MOST_TOKENS = 10**9
"""Of one reply; more than any model reads or writes."""


class Message(Value):
    """One message. There are no system messages: some models take none, and none needs them here."""

    role: Literal["user", "assistant"]
    text: str


@dataclass(frozen=True)
class Request:
    """One call.

    Attributes:
        messages: Oldest first.
        output: The shape the answer is to have; its JSON schema is what "schema" holds it to.
        form: How strictly that is asked for.
        max_tokens: The most the reply may be long.
        name: What traces call it: the task's name.
        metadata: For traces: strings and numbers, never a user's text.
    """

    messages: Sequence[Message]
    output: type[BaseModel]
    form: Form
    max_tokens: int
    name: str
    metadata: Mapping[str, str | int] = field(default_factory=dict)


class Reply(Value):
    """What came back.

    Attributes:
        text: As the model wrote it; "" where it gave `data` only.
        data: JSON values, where the client has parsed them itself (tool calls).
        read, written: Tokens as the provider counted them; None where it does not say, or cannot have counted.
        end: How it ended.
        model: As the provider names it.
    """

    text: str
    data: Any = None
    read: int | None = None
    written: int | None = None
    end: End = "whole"
    model: str = ""

    @field_validator("read", "written")
    @classmethod
    def _counted(cls, tokens: int | None) -> int | None:
        """Take what is no count of tokens for none: a bill below 0 would give back what others have spent."""
        return tokens if tokens is not None and 0 < tokens <= MOST_TOKENS else None


class Chat(Protocol):
    """A chat model, reached by one client. May be used from many threads.

    Attributes:
        id: As typed after `--language`: `openai:gpt-4o-mini`. Holds no key.
        forms: The forms it may be asked in, the strictest first; "text" is always one.
    """

    id: str
    forms: tuple[Form, ...]

    def complete(self, request: Request) -> Reply:
        """Make one call.

        Raises:
            LanguageUnavailable: nobody answered; `retry_after_s` where the provider said how long.
            LanguageMisconfigured: the key, the model or the address is wrong; asking again is no use.
            FormRefused: the model cannot be asked in this form; ask in the next.
            OptionRefused: it does not take an option, which is left out from now on; ask the same again.
        """
        ...

    def check(self) -> None:
        """Find out, without an answer being made, whether the model can be asked at all.

        Raises:
            LanguageUnavailable, LanguageMisconfigured: with the cure.
        """
        ...
