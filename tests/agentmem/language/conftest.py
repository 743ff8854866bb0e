"""A scripted model behind a real socket, asked by the real clients."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import ExitStack, closing, contextmanager
from typing import Any, Literal

import pytest
from pydantic import SecretStr

from agentmem.errors import LanguageError
from agentmem.events import Value
from agentmem.language.answers import Answered
from agentmem.language.charging import Estimate, Spent
from agentmem.language.chat import Chat
from agentmem.language.chat_answers import ChatAnswers
from agentmem.language.contract import Out, Task
from agentmem.language.model import ModelLanguage
from agentmem.language.paying import paid
from agentmem.testing.embedding import HashEmbedder
from agentmem.testing.model_script import Answers
from agentmem.testing.model_server import ModelServer

KEY = "gsk4711SecretOfMia0815"
"""Of no shape by which it could be told from other words."""
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
    with ExitStack() as served:

        def serve_(answers: Answers | None = None, **options: Any) -> ModelServer:
            return served.enter_context(ModelServer(READING if answers is None else answers, **options))

        yield serve_


@pytest.fixture(params=["openai", "langchain"])
def client(request: pytest.FixtureRequest) -> Client:
    """Which client asks; what is true of one is true of both."""
    return request.param  # type: ignore[no-any-return]


@pytest.fixture
def ask(client: Client) -> Iterator[Ask]:
    """Open answers from the model of a server; waits between tries take no time, and are noted."""
    with ExitStack() as opened:

        def ask_(server: ModelServer, *, waits: list[float] | None = None, **options: Any) -> ChatAnswers:
            slept = [] if waits is None else waits
            answers = ChatAnswers(chat_of(client, server), sleep=slept.append, **options)
            return opened.enter_context(closing(answers))

        yield ask_


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


class Length(Value):
    letters: int


LENGTH = Task(name="length", output=Length, prompt="How long is {text}?", rules=lambda text: Length(letters=len(text)))


class Scripted:
    """Answers by a function, one paid call each; `asked` are the texts, in order."""

    name = "scripted:one"

    def __init__(self, script: Callable[[str], LanguageError | None] = lambda text: None, wait_s: float = 0) -> None:
        self.script, self.wait_s = script, wait_s
        self.asked: list[str] = []
        self.is_closed = False
        self.at_once = self.most_at_once = 0
        self._lock = threading.Lock()

    def answer(self, task: Task[Out], inputs: Mapping[str, Any], /) -> Answered[Out]:
        text = inputs["text"]
        with self._lock:
            self.asked.append(text)
        with paid(Estimate(task.name, task.prompt_hash, self.name, 10, 5)), self._one_more():
            time.sleep(self.wait_s)
            error = self.script(text)
        if error is not None:
            raise error
        return Answered(task.rules(text=text), self.name, calls=1, read=10, written=5)

    def close(self) -> None:
        self.is_closed = True

    @contextmanager
    def _one_more(self) -> Iterator[None]:
        with self._lock:
            self.at_once += 1
            self.most_at_once = max(self.most_at_once, self.at_once)
        yield
        with self._lock:
            self.at_once -= 1


def language_of(answers: Scripted, **options: Any) -> ModelLanguage:
    return ModelLanguage(answers, embedder=HashEmbedder(), **options)
