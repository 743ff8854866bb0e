"""A chat model of LangChain that answers by a script, and keeps what it was asked."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from langchain.agents import create_agent
from langchain_core.callbacks import CallbackManagerForLLMRun
from langchain_core.language_models import BaseChatModel
from langchain_core.messages import AIMessage, BaseMessage
from langchain_core.outputs import ChatGeneration, ChatResult
from pydantic import Field, SkipValidation

Asked = list[BaseMessage]


class Scripted(BaseChatModel):
    """Gives its answers in this order, the last one for ever; an answer may be a function of what was asked."""

    answers: list[SkipValidation[AIMessage | Callable[[Asked], AIMessage]]]
    asked: list[Asked] = Field(default_factory=list)

    @property
    def _llm_type(self) -> str:
        return "scripted"

    def bind_tools(self, tools: Sequence[Any], **options: Any) -> Any:
        """Return itself: the script knows which tools there are."""
        return self

    def _generate(
        self,
        messages: Asked,
        stop: list[str] | None = None,
        run_manager: CallbackManagerForLLMRun | None = None,
        **options: Any,
    ) -> ChatResult:
        self.asked.append(list(messages))
        answer = self.answers[min(len(self.asked), len(self.answers)) - 1]
        message = answer if isinstance(answer, AIMessage) else answer(messages)
        return ChatResult(generations=[ChatGeneration(message=message.model_copy())])

    def system(self, call: int = -1) -> str:
        """Return what the system message of a call said; "" without one."""
        return "\n".join(message.text for message in self.asked[call] if message.type == "system")

    def others(self, call: int = -1) -> Asked:
        """Return what else it was shown."""
        return [message for message in self.asked[call] if message.type != "system"]


def calls(tool: str, **arguments: Any) -> AIMessage:
    """Return an answer that calls a tool."""
    return AIMessage("", tool_calls=[{"name": tool, "args": arguments, "id": f"call-{tool}"}])


def new_agent(model: BaseChatModel, **options: Any) -> Any:
    """Return what `create_agent` does, whose overloads a type checker need not follow here."""
    return create_agent(model, **options)
