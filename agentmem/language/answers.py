"""The contract between a language and whoever makes its answers: a chat model, a recording, the rules.

A `ModelLanguage` keeps answers made ahead, counts, and pays; `Answers` only answers, once.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Generic, Protocol, runtime_checkable

from pydantic_core import to_jsonable_python

from agentmem.language.contract import Embedder, Language, Out, Task


@dataclass(frozen=True)
class Answered(Generic[Out]):
    """An answer, and what it took.

    Attributes:
        answer: Of the task's shape.
        by: Who said it: `openai:gpt-4o-mini`, "rules", or whom a recording names.
        calls: Calls that left, a repair included.
        read, written: Their tokens.
    """

    answer: Out
    by: str
    calls: int = 1
    read: int = 0
    written: int = 0


class Answers(Protocol):
    """Answers tasks, one at a time, from many threads. Keeps nothing.

    Attributes:
        name: Who answers; the language is named after it.
    """

    name: str

    def answer(self, task: Task[Out], inputs: Mapping[str, Any], /) -> Answered[Out]:
        """Return the answer, validated. Each call that leaves is asked of `charge_now()`'s payer first.

        Raises:
            LanguageUnavailable, BadAnswer, UnrecordedCall: as `Language.ask`.
        """
        ...

    def close(self) -> None:
        """Free what is held; may be called twice."""
        ...


@runtime_checkable
class MadeOfAnswers(Protocol):
    """A language that is made of `Answers`, which can be led through others: an optional power."""

    def through(self, around: Callable[[Answers], Answers], *, embedder: Embedder | None = None) -> Language:
        """Return the same language anew, asking what `around` makes of its answers; it keeps nothing from before."""
        ...


def question(task: str, inputs: Mapping[str, Any]) -> str:
    """Return what a call is known by.

    >>> question("facts", {"text": "it rains", "action": None})
    'facts {"action": null, "text": "it rains"}'
    """
    return f"{task} {json.dumps(as_json(inputs), sort_keys=True)}"


def as_json(inputs: Mapping[str, Any]) -> dict[str, Any]:
    """Return inputs as they are written down and compared: JSON values only."""
    said: dict[str, Any] = to_jsonable_python(inputs, fallback=str)
    return said
