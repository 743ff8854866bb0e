"""A model that says what another language says, over a real socket: what is right is known, what goes wrong shows."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any

from agentmem.language.answers import Answered, Answers
from agentmem.language.contract import Language, Out, Task
from agentmem.language.prompting import filled
from agentmem.testing.model_script import Answer, Asked, Unscripted


class LanguageAsModel:
    """A script for a `ModelServer`, and what tells it beforehand what each prompt means.

        model = LanguageAsModel(RuleLanguage(embedder))
        with ModelServer(model) as server:
            answers = model.told(ChatAnswers(OpenAIChat("any", base_url=server.url)), name="a-model")
            language = ModelLanguage(answers, embedder=embedder)

    Args:
        language: Who really answers: the rules, or a recording.
        watch: Called whenever a question is put, in the thread that puts it, before anything leaves.
    """

    def __init__(self, language: Language, *, watch: Callable[[], None] = lambda: None) -> None:
        self._language, self._watch = language, watch
        self._right: dict[str, str] = {}

    def told(self, answers: Answers, *, name: str) -> Answers:
        """Return `answers`, which ask the server, with this told beforehand what is right.

        Args:
            answers: Stay the caller's to close.
            name: Who is said to have answered, at whatever address.
        """
        return _Told(answers, self._learn, name=name)

    def __call__(self, asked: Asked) -> Answer:
        """Return what is right for the prompt that is in what was asked."""
        prompt: str | None = asked.text.strip()
        if prompt not in self._right:  # a schema, or the question to mend an answer, came with it
            prompt = max((known for known in list(self._right) if known in asked.text), key=len, default=None)
        if prompt is None:
            raise Unscripted(f"nobody told of this question beforehand: {asked.text[-200:]!r}")
        return self._right[prompt]

    def _learn(self, task: Task[Any], inputs: Mapping[str, Any]) -> None:
        self._watch()
        prompt = filled(task.prompt, inputs).strip()
        if prompt not in self._right:
            self._right[prompt] = self._language.ask(task, **inputs).model_dump_json()


class _Told:
    def __init__(self, inner: Answers, learn: Callable[[Task[Any], Mapping[str, Any]], None], *, name: str) -> None:
        self.name = name
        self._inner, self._learn = inner, learn

    def answer(self, task: Task[Out], inputs: Mapping[str, Any], /) -> Answered[Out]:
        self._learn(task, inputs)
        return replace(self._inner.answer(task, inputs), by=self.name)

    def close(self) -> None:
        """Close nothing."""
