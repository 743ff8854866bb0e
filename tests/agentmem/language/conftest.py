"""A scripted model behind a real socket, asked by the real clients."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import Literal

import pytest
from pydantic import SecretStr

from agentmem.language.charging import Estimate, Spent
from agentmem.language.chat import Chat
from agentmem.language.chat_answers import ChatAnswers
from agentmem.testing.model_script import Answers
from agentmem.testing.model_server import ModelServer

KEY = "sk-test-0123456789abcdef"
TEA = {"subject": "mia", "relation": "likes", "object": "tea", "slot": None}
READING = {"facts": [TEA], "place": None, "heading": None}

Client = Literal["openai", "langchain"]
Serve = Callable[..., ModelServer]
Ask = Callable[..., ChatAnswers]


@pytest.fixture(autouse=True)
def _no_key_at_hand(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("OPENAI_API_KEY", "OPENAI_BASE_URL", "OPENAI_API_BASE"):
        monkeypatch.delenv(name, raising=False)


@pytest.fixture
def serve() -> Iterator[Serve]:
    """Serve a model that always says the same, answers in order, or does as a function says."""
    served: list[ModelServer] = []

    def serve_(answers: Answers | None = None, **options: object) -> ModelServer:
        served.append(ModelServer(READING if answers is None else answers, **options))  # type: ignore[arg-type]
        return served[-1]

    yield serve_
    for server in served:
        server.__exit__(None, None, None)  # raises what a script raised


@pytest.fixture(params=["openai", "langchain"])
def client(request: pytest.FixtureRequest) -> Client:
    """Which client asks; what is true of one is true of both."""
    return request.param  # type: ignore[no-any-return]


@pytest.fixture
def ask(client: Client) -> Iterator[Ask]:
    """Open answers from the model of a server; waits between tries take no time, and are noted."""
    opened: list[ChatAnswers] = []

    def ask_(server: ModelServer, *, waits: list[float] | None = None, **options: object) -> ChatAnswers:
        slept = [] if waits is None else waits
        answers = ChatAnswers(chat_of(client, server), sleep=slept.append, **options)  # type: ignore[arg-type]
        opened.append(answers)
        return answers

    yield ask_
    for answers in opened:
        answers.close()


def chat_of(client: Client, server: ModelServer, *, model: str = "tiny") -> Chat:
    """Return the chat of a server, by one client or the other."""
    if client == "openai":
        from agentmem.language.openai_chat import OpenAIChat

        return OpenAIChat(model, base_url=server.url, api_key=SecretStr(KEY))
    from langchain_openai import ChatOpenAI

    from agentmem.language.langchain_chat import LangChainChat

    return LangChainChat(ChatOpenAI(model=model, base_url=server.url, api_key=SecretStr(KEY), max_retries=0))


class Purse:
    """Pays for so many calls, and keeps the bills; then refuses, or leaves them to the rules."""

    def __init__(self, calls: int = 1000, *, then: Exception | None = None) -> None:
        self.left, self.then = calls, then
        self.reserved: list[Estimate] = []
        self.settled: list[Spent] = []

    def reserve(self, estimate: Estimate) -> bool:
        self.left -= 1
        if self.left < 0:
            if self.then is not None:
                raise self.then
            return False
        self.reserved.append(estimate)
        return True

    def settle(self, estimate: Estimate, spent: Spent) -> None:
        assert estimate in self.reserved
        self.settled.append(spent)

    def failed(self) -> Sequence[int]:
        return [spent.failed for spent in self.settled]
