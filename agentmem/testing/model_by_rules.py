"""A model that says what the rules say, over a real socket: so what is right is known, and what went wrong shows."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any

from agentmem.language.answers import Answered, Answers
from agentmem.language.contract import Language, Out, Task
from agentmem.language.prompting import filled
from agentmem.testing.model_script import Answer, Asked, Unscripted


class ModelByRules:
    """A script for a `ModelServer`; `told` lets it know what the prompts that will come mean.

    Args:
        rules: Who really answers.
        watch: Called whenever a question is put, in the thread that puts it, before anything leaves.
    """

    def __init__(self, rules: Language, *, watch: Callable[[], None] = lambda: None) -> None:
        self._rules, self._watch = rules, watch
        self._right: dict[str, str] = {}

    def told(self, answers: Answers, *, name: str) -> Answers:
        """Return `answers`, which ask the server, so that it knows what is right before it is asked.

        Args:
            answers: Stay the caller's to close.
            name: Who is said to have answered, at whatever address.
        """
        return _Told(answers, self._learn, name=name)

    def __call__(self, asked: Asked) -> Answer:
        """Return what the rules said to the prompt that is in what was asked."""
        prompt = max((prompt for prompt in self._right if prompt in asked.text), key=len, default=None)
        if prompt is None:
            raise Unscripted(f"no rule was told of this question: {asked.text[-200:]!r}")
        return self._right[prompt]

    def _learn(self, task: Task[Any], inputs: Mapping[str, Any]) -> None:
        self._watch()
        prompt = filled(task.prompt, inputs).strip()
        if prompt not in self._right:
            self._right[prompt] = self._rules.ask(task, **inputs).model_dump_json()


class _Told:
    def __init__(self, inner: Answers, learn: Callable[[Task[Any], Mapping[str, Any]], None], *, name: str) -> None:
        self.name = name
        self._inner, self._learn = inner, learn

    def answer(self, task: Task[Out], inputs: Mapping[str, Any], /) -> Answered[Out]:
        self._learn(task, inputs)
        return replace(self._inner.answer(task, inputs), by=self.name)

    def close(self) -> None:
        """Close nothing."""
