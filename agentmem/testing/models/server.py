"""A scripted model behind a real HTTP server on this machine, that speaks OpenAI's API and fails on demand.

What talks to a model can be tested with its real client over a real socket, without a key:

>>> from openai import OpenAI
>>> from agentmem.testing.models.faults import server_error
>>> with ModelServer(["Oslo.", {"city": "Oslo"}]) as server:
...     with OpenAI(base_url=server.url, api_key="any", max_retries=1) as client:
...         ask = [{"role": "user", "content": "Where does Mia live?"}]
...         one = client.chat.completions.create(model="any", messages=ask)
...         server.fail(server_error())
...         two = client.chat.completions.create(model="any", messages=ask)
>>> one.choices[0].message.content, two.choices[0].message.content
('Oslo.', '{"city": "Oslo"}')
>>> [asked.text for asked in server.asked][0], len(server.asked)
('Where does Mia live?', 3)

In pytest, a fixture is all it takes:

    @pytest.fixture
    def server() -> Iterator[ModelServer]:
        with ModelServer(lambda asked: {"facts": []}) as server:
            yield server
"""

from __future__ import annotations

import json
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from types import TracebackType
from typing import NamedTuple, Self

from agentmem.testing.embedding import HashEmbedder
from agentmem.testing.models import responses, wire
from agentmem.testing.models.faults import Fault, error, unauthorised, unknown_model
from agentmem.testing.models.http import Listener, Response
from agentmem.testing.models.script import Answers, Asked, Script

PATHS = ("/chat/completions", "/embeddings", "/models", "/responses")


class ModelServer:
    """An OpenAI-compatible server on a loopback port: chat completions, responses, embeddings, models.

    What a script raises, a failed `assert` included, is raised again when the server is
    closed: so a script may check what it is asked. May be asked from many threads.

    Args:
        answers: One answer for all, several in order, or a function of what is `Asked`;
            `as_recorded` makes one from a recording.
        embed: Texts to vectors, shape (n, dim); by default `HashEmbedder(64).embed`.
        models: The names it knows; empty for any.
        key: The only key it lets in; None for any, or none.
        usage: Whether it says how many tokens it took.
        clock: Seconds, for faults that last a while.

    Attributes:
        asked: All requests, in the order they came in.
        most_at_once: The most requests that were being answered at one time.
        watch: Called with each request as it comes in, whatever becomes of it, in its own thread.
    """

    def __init__(
        self,
        answers: Answers = (),
        *,
        embed: wire.Embed | None = None,
        models: Sequence[str] = (),
        key: str | None = None,
        usage: bool = True,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self.asked: list[Asked] = []
        self.most_at_once = 0
        self.watch: Callable[[Asked], None] = lambda asked: None  # noqa: ARG005
        self._script = Script(answers)
        self._embed = embed or HashEmbedder().embed
        self._models, self._key, self._usage, self._clock = tuple(models), key, usage, clock
        self._at_once = 0
        self._faults: list[_Due] = []
        self._raised: list[Exception] = []
        self._lock = threading.Lock()
        self._closing = threading.Event()
        self._listener = Listener(self._answered, failed=self._raised.append)

    @property
    def url(self) -> str:
        """What a client takes as its base URL."""
        return f"http://127.0.0.1:{self._listener.port}/v1"

    def fail(self, fault: Fault, *, times: int | None = 1, seconds: float | None = None) -> None:
        """Have `fault` happen to the next requests it bears on, after those that are to fail already.

        Args:
            fault: One of `agentmem.testing.models.faults`, or one's own.
            times: To how many; None for all, until `mend`. One that lets an answer through, late
                or changed, takes it from a script that gives them in order.
            seconds: Until this long from now, however many are asked meanwhile.
        """
        until = None if seconds is None else self._clock() + seconds
        with self._lock:
            self._faults.append(_Due(fault, times if seconds is None else None, until))

    def mend(self) -> None:
        """Fail no more."""
        with self._lock:
            self._faults.clear()

    @contextmanager
    def failing(self, fault: Fault) -> Iterator[None]:
        """Have `fault` happen to all requests it bears on, inside the `with`."""
        self.fail(fault, times=None)
        try:
            yield
        finally:
            self.mend()

    @contextmanager
    def refusing(self) -> Iterator[None]:
        """Refuse connections inside the `with`, and hang up on those there are; the port stays ours."""
        self._listener.refuse()
        try:
            yield
        finally:
            self._listener.listen()

    def close(self) -> None:
        """Hang up and free the port; nobody waits for what is slow. May be called twice."""
        self._closing.set()
        self._listener.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()
        if self._raised and error is None:
            raise self._raised[0]

    def _answered(self, method: str, path: str, headers: dict[str, str], sent: bytes) -> Response:
        """Answer one request; runs in the thread of its connection."""
        asked = Asked(method, path, headers, json.loads(sent) if sent else {}, self._clock())
        with self._lock:
            self.asked.append(asked)
            number = len(self.asked)
            self._at_once += 1
            self.most_at_once = max(self.most_at_once, self._at_once)
            fault = self._fault_of(asked) or self._refused(asked) or Fault()
        try:
            self.watch(asked)
            self._closing.wait(fault.wait_s)
            body = fault.body if fault.body is not None else self._body(asked, fault, number)
        except Exception as raised:  # noqa: BLE001 - a script may raise anything, and must be heard
            with self._lock:
                self._raised.append(raised)
            fault = error(501, f"the script of this server raised {type(raised).__name__}")
            body = fault.body or ""
        finally:
            with self._lock:
                self._at_once -= 1
        kind = "text/event-stream" if fault.body is None and asked.body.get("stream") else fault.kind
        return Response(fault.status, {"Content-Type": kind, **fault.headers}, body.encode(), fault.cut_after)

    def _body(self, asked: Asked, fault: Fault, number: int) -> str:
        """Return what is answered, as it is, or as the fault changes it."""
        if asked.path.endswith("/embeddings"):
            return json.dumps(wire.embeddings(asked, self._embed, usage=self._usage))
        if asked.is_response:
            whole = responses.response(asked, self._script.answer(asked), number=number, usage=self._usage)
            return responses.streamed(whole) if asked.body.get("stream") else json.dumps(whole)
        if not asked.is_chat:
            return json.dumps(self._listed(asked))
        said = wire.completion(asked, self._script.answer(asked), number=number, usage=self._usage)
        said = fault.change(asked, said) if fault.change else said
        return wire.streamed(said) if asked.body.get("stream") else json.dumps(said)

    def _listed(self, asked: Asked) -> wire.Json:
        name = asked.path.partition("/models/")[2]
        if name:
            return wire.model(name)
        return {"object": "list", "data": [wire.model(name) for name in self._models or ("scripted",)]}

    def _refused(self, asked: Asked) -> Fault | None:
        """Return why this is not answered, whatever the script says."""
        if self._key is not None and asked.key != self._key:
            return unauthorised()
        if not asked.path.removeprefix("/v1").startswith(PATHS):
            return error(404, f"no such address: {asked.method} {asked.path}; the base URL ends in /v1")
        model = asked.model or asked.path.partition("/models/")[2]
        return unknown_model(model) if model and self._models and model not in self._models else None

    def _fault_of(self, asked: Asked) -> Fault | None:
        """Take the first fault that bears on a request; called with the lock held."""
        now = self._clock()
        self._faults = [kept for kept in self._faults if kept.until is None or now < kept.until]
        for place, (fault, times, _) in enumerate(self._faults):
            if fault.when(asked):
                left = None if times is None else times - 1
                self._faults[place : place + 1] = [] if left == 0 else [self._faults[place]._replace(times=left)]
                return fault
        return None


class _Due(NamedTuple):
    """A fault that is to happen: how many times yet, and until when."""

    fault: Fault
    times: int | None
    until: float | None
