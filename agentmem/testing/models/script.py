"""What a scripted model says: to every request, in order, by a function, or from a recording."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from threading import Lock
from typing import Any

from pydantic import BaseModel

from agentmem.language.contract import Task
from agentmem.language.prompting import filled
from agentmem.language.recording.cassette import Call


@dataclass(frozen=True)
class Asked:
    """One request, as it came in.

    Attributes:
        method, path: `POST`, `/v1/chat/completions`.
        headers: By name in lower case, with their values: a test may look at the key.
        body: The JSON that was sent; empty where none was.
        at_s: When, by the server's clock.
    """

    method: str
    path: str
    headers: Mapping[str, str]
    body: Mapping[str, Any]
    at_s: float

    @property
    def is_chat(self) -> bool:
        """Whether a chat model was asked."""
        return self.path.endswith("/chat/completions")

    @property
    def is_response(self) -> bool:
        """Whether a response was asked for: the other way to ask a chat model."""
        return self.path.endswith("/responses")

    @property
    def text(self) -> str:
        """The text of all messages, oldest first; of a response, of its instructions and its input."""
        given = self.body.get("messages", self.body.get("input", ()))
        messages = [{"content": given}] if isinstance(given, str) else given
        said = [self.body.get("instructions"), *(message.get("content") for message in messages)]
        return "\n\n".join(_text_of(content) for content in said if content is not None)

    @property
    def tool(self) -> str | None:
        """The name of the tool that has to be called: the first, where any is offered."""
        tools = self.body.get("tools") or []
        return None if not tools or self.body.get("tool_choice") == "none" else str(_function(tools[0])["name"])

    @property
    def model(self) -> str:
        """The model that was asked for."""
        return str(self.body.get("model", ""))

    @property
    def key(self) -> str:
        """The key that came along; "" for none."""
        return self.headers.get("authorization", "").removeprefix("Bearer ")

    @property
    def form(self) -> str:
        """How the answer is to look: `json_schema`, `json_object`, `tool`, or `text`."""
        if self.body.get("tools"):
            return "tool"
        return str((self.body.get("response_format") or {}).get("type", "text"))

    @property
    def schema(self) -> Mapping[str, Any]:
        """The JSON schema the answer is to have; empty where none was sent."""
        if tools := self.body.get("tools"):
            return dict(_function(tools[0]).get("parameters") or {})
        return dict((self.body.get("response_format") or {}).get("json_schema", {}).get("schema") or {})


@dataclass(frozen=True)
class Said:
    """One answer, with what can be said about it.

    Attributes:
        text: What the model wrote.
        end: The finish reason: `stop`, `length`, `content_filter`.
        refusal: Why it will not answer.
        in_words: It calls no tool, though one is offered.
        calls: Tools it calls in a chat completion, by name with arguments as JSON; empty for the first, with `text`.
        read, written: Tokens; None for a plain count, one for four characters.
    """

    text: str
    end: str = "stop"
    refusal: str | None = None
    in_words: bool = False
    calls: tuple[tuple[str, str], ...] = ()
    read: int | None = None
    written: int | None = None


Answer = str | Mapping[str, Any] | BaseModel | Said
"""What a model may say: text, or what is sent as JSON."""
Answers = Answer | Sequence[Answer] | Callable[[Asked], Answer]
"""The same answer always; answers in this order, each once; or a function of what was asked."""


class Unscripted(LookupError):
    """The model was asked something its script has no answer for."""


class Script:
    """The answers of a model, one request after the other. May be used from many threads."""

    def __init__(self, answers: Answers) -> None:
        self._lock = Lock()
        self._next: Callable[[Asked], Answer]
        if callable(answers):
            self._next = answers
        elif isinstance(answers, str | Mapping | BaseModel | Said):
            self._next = lambda asked: answers  # noqa: ARG005
        else:
            self._left = list(answers)
            self._next = self._in_order

    def answer(self, asked: Asked) -> Said:
        """Return what is said to `asked`.

        Raises:
            Unscripted: nothing is left.
        """
        return said(self._next(asked))

    def _in_order(self, asked: Asked) -> Answer:
        with self._lock:
            if not self._left:
                raise Unscripted(f"the script has no answer left; it was asked: {asked.text[-200:]!r}")
            return self._left.pop(0)


def said(answer: Answer) -> Said:
    """Return any answer as one that was said; what is not text is written as JSON.

    >>> said({"facts": []})
    Said(text='{"facts": []}', end='stop', refusal=None, in_words=False, calls=(), read=None, written=None)
    """
    if isinstance(answer, Said):
        return answer
    if isinstance(answer, BaseModel):
        return Said(answer.model_dump_json())
    return Said(answer if isinstance(answer, str) else json.dumps(answer, ensure_ascii=False))


def _function(tool: Mapping[str, Any]) -> Mapping[str, Any]:
    """Return what a tool is, as chat completions or responses have it."""
    function: Mapping[str, Any] = tool.get("function", tool)
    return function


def _text_of(content: object) -> str:
    """Return the text of a message, given as such or in parts."""
    if isinstance(content, str):
        return content
    parts = content if isinstance(content, list) else []
    return "".join(str(part.get("text", "")) for part in parts if isinstance(part, dict))


def as_recorded(calls: Iterable[Call], tasks: Sequence[Task[Any]]) -> Callable[[Asked], Answer]:
    """Return a script that gives recorded answers to the prompts they were given to.

    A recording keeps the inputs of a question and not its prompt, so the tasks are needed to
    tell one from the other. A question recorded several times is answered in that order, and
    the last answer stays. Recorded failures are left out: put a `Fault` in their place.

    Args:
        calls: As `read_cassette(path).calls` gives them.
        tasks: Those that were recorded; calls of others are left out.
    """
    prompts = {task.name: task.prompt for task in tasks}
    left: dict[str, list[Any]] = {}
    for call in calls:
        if call.task in prompts and call.failure is None:
            left.setdefault(filled(prompts[call.task], call.inputs).strip(), []).append(call.answer)
    lock = Lock()

    def answer(asked: Asked) -> Answer:
        prompt = max((prompt for prompt in left if prompt in asked.text), key=len, default=None)
        if prompt is None:
            raise Unscripted(f"no recorded prompt is in what was asked: {asked.text[-200:]!r}")
        with lock:
            answers = left[prompt]
            recorded: Answer = answers.pop(0) if len(answers) > 1 else answers[0]
        return recorded

    return answer
