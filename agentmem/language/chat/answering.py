"""Answers from a chat model: asked in the strictest form it takes, read, and mended once where need be."""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from agentmem.errors import BadAnswer, FormRefused, LanguageMisconfigured, OptionRefused
from agentmem.language.answers import Answered
from agentmem.language.chat.contract import Chat, End, Message, Reply, Request
from agentmem.language.chat.parsing import LONGEST, Unreadable, read_answer, valid
from agentmem.language.chat.schemas import schema_of
from agentmem.language.chat.tracing import traced
from agentmem.language.contract import Embedder, Out, Rule, Task
from agentmem.language.model import ModelLanguage
from agentmem.language.paying.charging import Estimate
from agentmem.language.paying.metering import paid, tokens_in
from agentmem.language.prompting import filled, prompt_beside
from agentmem.language.providers.retrying import Patience
from agentmem.language.rules import RuleLanguage

REPAIR = prompt_beside(__file__, "repair.prompt.txt")
SHAPE = prompt_beside(__file__, "shape.prompt.txt")
SHOWN = 6_000
"""Characters of an answer that are shown to be mended."""
ENDED: Mapping[End, str] = {
    "refused": "the model refused to answer",
    "filtered": "the provider's content filter held the answer back",
}


@dataclass
class _Tally:
    """The calls one answer took, and their tokens."""

    calls: int = 0
    read: int = 0
    written: int = 0


class ChatAnswers:
    """Answers tasks by asking a chat model. May be used from many threads.

    A form the model refuses is not tried again. A reply cut off at the token limit is asked for
    once more, with twice the limit, and never completed by guessing. An answer that cannot be
    read is shown to the model once, with what is wrong with it.

    Args:
        chat: The model.
        max_tokens: The most an answer may be long, thinking included.
        tries: The most calls made for one reply while the provider is out.
        wait_s: Seconds after which no further try is begun.
        repairs: How often an unusable answer is sent back; 0 or 1.
        sleep: What waits between tries.
    """

    def __init__(
        self,
        chat: Chat,
        *,
        max_tokens: int = 2048,
        tries: int = 3,
        wait_s: float = 60.0,
        repairs: int = 1,
        sleep: Callable[[float], None] = time.sleep,
    ) -> None:
        self.name = chat.id
        self._chat = chat
        self._max_tokens, self._repairs = max_tokens, repairs
        self._patience = Patience(tries=tries, wait_s=wait_s, sleep=sleep)
        self._forms = chat.forms

    def answer(self, task: Task[Out], inputs: Mapping[str, Any], /) -> Answered[Out]:
        """Return the model's answer.

        Raises:
            LanguageUnavailable: nobody answered, or the budget does not allow it.
            BadAnswer: it refused, or what it said cannot be used.
        """
        tally = _Tally()
        prompt = filled(task.prompt, inputs)
        reply = self._reply(task, prompt, tally)
        for _ in range(self._repairs):
            try:
                return _answered(self._read(reply, task), self.name, tally)
            except Unreadable as problem:
                mended = {"prompt": prompt, "answer": _shown(reply), "problem": problem}
            reply = self._reply(task, filled(REPAIR, mended), tally)
        try:
            return _answered(self._read(reply, task), self.name, tally)
        except Unreadable as problem:
            raise BadAnswer(f"the answer of {self.name} to task {task.name!r} cannot be used: {problem}") from None

    def check(self) -> None:
        """Find out, for nothing, whether the model can be asked at all.

        Raises:
            LanguageUnavailable, LanguageMisconfigured: with the cure.
        """
        self._chat.check()

    def close(self) -> None:
        """Let the client go, where it has to be."""
        close = getattr(self._chat, "close", None)
        if close is not None:
            close()

    def _reply(self, task: Task[Out], prompt: str, tally: _Tally) -> Reply:
        """Return a whole reply.

        Raises:
            BadAnswer: it refused, was held back, was cut off twice, or is far too long.
        """
        for max_tokens in (self._max_tokens, 2 * self._max_tokens):
            reply = self._in_some_form(task, prompt, max_tokens, tally)
            if reply.end != "cut":
                break
        said = f"no answer from {self.name} to task {task.name!r}"
        if reply.end == "cut":
            raise BadAnswer(f"{said}: it was cut off at {max_tokens} tokens; allow for more, or add shorter texts")
        if reply.end != "whole":
            raise BadAnswer(f"{said}: {ENDED[reply.end]}")
        if len(reply.text) > LONGEST:
            raise BadAnswer(f"{said}: what came is {len(reply.text):,} characters long, {LONGEST:,} are the most")
        return reply

    def _in_some_form(self, task: Task[Out], prompt: str, max_tokens: int, tally: _Tally) -> Reply:
        """Ask in the strictest form that was not refused yet."""
        while self._forms:
            form = self._forms[0]
            text = prompt if form == "schema" or _shows_shape(task) else _with_shape(task, prompt)
            text = text.encode("utf-8", "replace").decode()  # half a surrogate pair cannot be sent
            request = Request(
                messages=(Message(role="user", text=text),),
                output=task.output,
                form=form,
                max_tokens=max_tokens,
                name=task.name,
                metadata={"prompt": task.prompt_hash},
            )
            try:
                return self._patience(lambda: self._call(request, tally))  # noqa: B023 - called at once
            except OptionRefused:
                continue
            except FormRefused:
                if self._forms[:1] == (form,):  # another thread may have found out before
                    self._forms = self._forms[1:]
        raise LanguageMisconfigured(f"{self.name} cannot be asked for text at all; choose another model")

    def _call(self, request: Request, tally: _Tally) -> Reply:
        """Make one call, paid and traced."""
        read = sum(tokens_in(message.text) for message in request.messages)
        most = max(request.max_tokens, getattr(self._chat, "longest", 0))  # where it has a limit of its own
        estimate = Estimate(request.name, str(request.metadata["prompt"]), self.name, read, most)
        with paid(estimate) as bill, traced(request, model=self.name) as trace:
            tally.calls += 1
            reply = self._chat.complete(request)
            trace.came(reply)
            bill.reply, bill.usable = reply, reply.end == "whole"
        tally.read += read if reply.read is None else reply.read
        tally.written += tokens_in(reply.text) if reply.written is None else reply.written
        return reply

    def _read(self, reply: Reply, task: Task[Out]) -> Out:
        return read_answer(reply.text, task.output) if reply.data is None else valid(reply.data, task.output)


def chat_language(chat: Chat, embedder: Embedder, rules: Mapping[str, Sequence[Rule]]) -> ModelLanguage:
    """Return the language of a chat model, with the rules at hand for what is left to them."""
    return ModelLanguage(ChatAnswers(chat), embedder=embedder, rules=RuleLanguage(embedder, rules))


def _answered(answer: Out, by: str, tally: _Tally) -> Answered[Out]:
    return Answered(answer, by, calls=tally.calls, read=tally.read, written=tally.written)


def _shown(reply: Reply) -> str:
    try:
        text = reply.text if reply.data is None else json.dumps(reply.data, ensure_ascii=False)
    except RecursionError:
        text = reply.text
    text = text.replace("</answer", "<\\/answer")  # it stays inside its fence
    return text if len(text) <= SHOWN else f"{text[:SHOWN]} [...]"


def _shows_shape(task: Task[Any]) -> bool:
    """Return whether the prompt shows the JSON it wants, field by field."""
    return "JSON" in task.prompt and all(f'"{name}"' in task.prompt for name in task.output.model_fields)


def _with_shape(task: Task[Any], prompt: str) -> str:
    schema = json.dumps(schema_of(task.output).body, separators=(",", ":"))
    return filled(SHAPE, {"prompt": prompt, "schema": schema})
