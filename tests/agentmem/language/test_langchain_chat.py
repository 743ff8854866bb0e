"""LangChain's chat models: what each can do is used, and whatever goes wrong is told apart."""

from __future__ import annotations

from traceback import format_exception
from typing import Any

import pytest
from langchain_core.language_models import BaseChatModel
from langchain_core.messages import AIMessage, BaseMessage
from langchain_core.outputs import ChatGeneration, ChatResult
from langchain_openai import ChatOpenAI
from langchain_openai.chat_models.base import BaseChatOpenAI
from pydantic import SecretStr

from agentmem.errors import BadAnswer, InvalidInput, LanguageMisconfigured, LanguageUnavailable, MissingExtra
from agentmem.language.chat.answering import ChatAnswers
from agentmem.language.chat.langchain import LangChainChat, langchain_chat
from agentmem.language.facts_task import FACTS
from agentmem.language.paying.charging import charged_to
from agentmem.testing.models.faults import refusal
from agentmem.testing.models.server import ModelServer

from .conftest import KEY, READING, Purse, Serve

ASKED = {"text": "Mia likes tea.", "action": None}


class Plain(BaseChatModel):
    """A model that writes words and has no tools, as many local ones; raises what it is told to."""

    said: AIMessage = AIMessage(content=str(READING))
    raises: Any = None

    @property
    def _llm_type(self) -> str:
        return "plain"

    def _generate(self, messages: list[BaseMessage], *unused: object, **options: object) -> ChatResult:
        if self.raises is not None:
            raise self.raises
        return ChatResult(generations=[ChatGeneration(message=self.said)])


def facts(model: BaseChatModel) -> Any:
    return ChatAnswers(LangChainChat(model), sleep=lambda s: None).answer(FACTS, ASKED)


def model_at(server: ModelServer, kind: type[BaseChatOpenAI] = ChatOpenAI, **options: Any) -> BaseChatOpenAI:
    return kind(model="tiny", base_url=server.url, api_key=SecretStr(KEY), max_retries=0, **options)


def test_a_model_without_structured_output_is_asked_in_words() -> None:
    assert LangChainChat(Plain()).forms == ("text",)
    assert facts(Plain()).answer.facts[0].object == "tea"


def test_a_model_that_answers_through_a_tool_is_read_from_its_call(serve: Serve) -> None:
    server: ModelServer = serve()

    said = facts(model_at(server, BaseChatOpenAI))

    assert server.asked[0].form == "tool"
    assert said.answer.facts[0].object == "tea"


def test_a_tool_call_that_is_no_json_is_mended_or_sent_back(serve: Serve) -> None:
    server: ModelServer = serve([str(READING), "no json at all", READING])
    model = model_at(server, BaseChatOpenAI)

    assert facts(model).answer == facts(model).answer
    assert len(server.asked) == 3


def test_a_refusal_through_a_tool_is_one(serve: Serve) -> None:
    server: ModelServer = serve()
    server.fail(refusal())

    with pytest.raises(BadAnswer, match="refused"):
        facts(model_at(server))


def test_the_length_a_model_is_set_to_holds(serve: Serve) -> None:
    server: ModelServer = serve()

    facts(model_at(server, max_tokens=123))
    facts(model_at(server))

    limits = [asked.body.get("max_completion_tokens", asked.body.get("max_tokens")) for asked in server.asked]
    assert limits == [123, 2048]


@pytest.mark.parametrize(
    ("reason", "said"),
    [
        ({"stop_reason": "max_tokens"}, "cut off"),
        ({"finish_reason": "MAX_TOKENS"}, "cut off"),
        ({"done_reason": "length"}, "cut off"),
        ({"finish_reason": "SAFETY"}, "filter"),
        ({"stop_reason": "refusal"}, "refused"),
    ],
)
def test_every_provider_says_in_its_own_words_how_a_reply_ended(reason: dict[str, str], said: str) -> None:
    with pytest.raises(BadAnswer, match=said):
        facts(Plain(said=AIMessage(content=str(READING), response_metadata=reason)))


class Refused(Exception):
    """As the clients of several providers raise it."""

    def __init__(self, status: int) -> None:
        super().__init__("no")
        self.status_code = status


@pytest.mark.parametrize(
    ("error", "kind"),
    [
        (Refused(401), LanguageMisconfigured),
        (Refused(404), LanguageMisconfigured),
        (Refused(429), LanguageUnavailable),
        (Refused(529), LanguageUnavailable),
        (Refused(400), BadAnswer),
        (ConnectionError("reset"), LanguageUnavailable),
        (TimeoutError("slow"), LanguageUnavailable),
        (RuntimeError("never heard of"), LanguageUnavailable),
    ],
    ids=lambda value: repr(value)[:40],
)
def test_what_a_client_raises_is_told_apart_by_its_status(error: Exception, kind: type[Exception]) -> None:
    with pytest.raises(kind) as caught:
        facts(Plain(raises=error))

    assert type(caught.value) is kind


def test_it_is_called_after_its_class_and_its_model(serve: Serve) -> None:
    assert LangChainChat(model_at(serve())).id == "langchain:ChatOpenAI:tiny"
    assert LangChainChat(Plain()).id == "langchain:Plain"


def test_one_that_langchain_opens_by_name(serve: Serve, monkeypatch: pytest.MonkeyPatch) -> None:
    server: ModelServer = serve()
    monkeypatch.setenv("OPENAI_API_KEY", KEY)
    monkeypatch.setenv("OPENAI_API_BASE", server.url)

    chat = langchain_chat("openai:tiny")

    assert chat.id == "langchain:openai:tiny"
    assert ChatAnswers(chat).answer(FACTS, ASKED).answer.facts[0].object == "tea"


@pytest.mark.parametrize(
    ("typed", "kind", "cure"),
    [
        ("openai:gpt-4o-mini", LanguageMisconfigured, "OPENAI_API_KEY"),
        ("mistralai:small", MissingExtra, "pip install langchain langchain-mistralai"),
        ("nobody:nothing", InvalidInput, "langchain:PROVIDER:MODEL"),
        ("", InvalidInput, "langchain:PROVIDER:MODEL"),
    ],
)
def test_what_langchain_cannot_open_names_the_cure(typed: str, kind: type[Exception], cure: str) -> None:
    with pytest.raises(kind, match=cure):
        langchain_chat(typed)


def test_a_limit_of_the_models_own_is_what_a_call_is_estimated_at(serve: Serve) -> None:
    purse = Purse()

    with charged_to(purse):
        facts(model_at(serve(), max_tokens=9000))

    assert [estimate.written for estimate in purse.reserved] == [9000]


def test_no_traceback_shows_what_a_client_said_of_an_address_with_a_key() -> None:
    model = Plain(raises=OSError(f"cannot reach https://models.example/v1?key={KEY}"))

    with pytest.raises(LanguageUnavailable) as raised:
        facts(model)

    assert KEY not in "".join(format_exception(raised.value))
