"""Any app that speaks OpenAI's API remembers, once it is pointed at the server."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator

import httpx
import pytest
from openai import OpenAI

from agentmem.connect.server.keys import KeyFile
from agentmem.testing.models.faults import disconnect, server_error
from agentmem.testing.models.server import ModelServer
from agentmem.testing.serving import MemoryServer

Serve = Callable[..., MemoryServer]
Ask = Callable[..., httpx.Client]
Error = Callable[[httpx.Response], tuple[int, str]]
MOVED = "My sister Mia moved to Oslo last week."
ASKED = {"model": "any", "messages": [{"role": "user", "content": "Where does Mia live?"}]}


@pytest.fixture
def model() -> Iterator[ModelServer]:
    with ModelServer("In Oslo, as far as I know, since last week.") as server:
        yield server


@pytest.fixture
def server(serve: Serve, model: ModelServer) -> MemoryServer:
    return serve("--upstream", model.url, environment={"OPENAI_API_KEY": "sk-of-the-server"})


def client(server: MemoryServer, user: str, key: str = "sk-of-ada") -> OpenAI:
    headers = {"X-Agentmem-User": user}
    return OpenAI(base_url=f"{server.url}/v1", api_key=key, default_headers=headers, max_retries=0)


def say(to: OpenAI, text: str) -> str | None:
    said = to.chat.completions.create(model="any", messages=[{"role": "user", "content": text}])
    return said.choices[0].message.content


def test_what_was_said_is_in_the_next_conversation(server: MemoryServer, model: ModelServer) -> None:
    with client(server, "ada") as ada, client(server, "bob") as bob:
        say(ada, MOVED)
        say(ada, "Where does Mia live?")
        say(bob, "Where does Mia live?")

    told = [asked.text for asked in model.asked]
    assert "<recalled>" not in told[0]
    assert "<recalled>" in told[1]
    assert MOVED in told[1]
    assert MOVED not in told[2]


def test_responses_are_recalled_for_and_remembered_too(server: MemoryServer, model: ModelServer, ask: Ask) -> None:
    with client(server, "ada") as ada:
        ada.responses.create(model="any", input=MOVED)
        answer = ada.responses.create(model="any", input="Where does Mia live?").output_text

    assert MOVED in model.asked[1].body["instructions"]
    kept = [item["text"] for item in ask(server, "ada").get("/v1/memories").json()["items"]]
    assert kept == [MOVED, answer, "Where does Mia live?", answer]


def test_each_message_is_remembered_once_with_its_answer(server: MemoryServer, ask: Ask) -> None:
    with client(server, "ada") as ada:
        answer = say(ada, MOVED)
        messages = [{"role": "user", "content": MOVED}, {"role": "assistant", "content": answer}]
        ada.chat.completions.create(model="any", messages=[*messages, {"role": "user", "content": "Really?"}])  # type: ignore[list-item]

    items = ask(server, "ada").get("/v1/memories").json()["items"]
    assert [item["role"] for item in items] == ["user", "assistant", "user", "assistant"]
    assert [item["text"] for item in items[:3]] == [MOVED, answer, "Really?"]


@pytest.mark.parametrize("stream", [False, True])
def test_an_answer_is_passed_on_byte_for_byte(serve: Serve, ask: Ask, stream: bool) -> None:
    bodies = []
    for through in (False, True):
        with ModelServer("In Oslo, as far as I know, since last week.") as model:
            url = f"{serve('--upstream', model.url).url}/v1" if through else model.url
            answer = httpx.post(f"{url}/chat/completions", json=ASKED | {"stream": stream}, timeout=60)
            bodies.append((answer.status_code, answer.headers["Content-Type"], answer.content))

    assert bodies[0] == bodies[1]


def test_a_streamed_answer_is_remembered_whole(server: MemoryServer, ask: Ask) -> None:
    with client(server, "ada") as ada:
        asked = [{"role": "user", "content": "Where does Mia live?"}]
        pieces = ada.chat.completions.create(model="any", messages=asked, stream=True)  # type: ignore[arg-type]
        told = "".join(piece.choices[0].delta.content or "" for piece in pieces if piece.choices)  # type: ignore[union-attr]

    assert told == "In Oslo, as far as I know, since last week."
    until = time.monotonic() + 30  # who reads a stream has its end before it is remembered
    while not (kept := ask(server, "ada").get("/v1/memories").json()["items"]) and time.monotonic() < until:
        time.sleep(0.05)
    assert kept[-1]["text"] == told


def test_what_the_model_refuses_is_passed_on_and_not_remembered(
    server: MemoryServer, model: ModelServer, ask: Ask
) -> None:
    ada = ask(server, "ada")
    model.fail(server_error())

    answer = ada.post("/v1/chat/completions", json=ASKED)

    assert answer.status_code == 500
    assert ada.get("/v1/memories").json()["items"] == []


def test_an_answer_that_breaks_off_breaks_off_here_too_and_is_not_remembered(
    server: MemoryServer, model: ModelServer, ask: Ask
) -> None:
    ada = ask(server, "ada")
    model.fail(disconnect(after=600))

    with pytest.raises(httpx.TransportError):
        ada.post("/v1/chat/completions", json=ASKED | {"stream": True})

    assert ada.get("/v1/memories").json()["items"] == []


def test_a_model_that_is_away_is_said_to_be(server: MemoryServer, model: ModelServer, ask: Ask, error: Error) -> None:
    with model.refusing():
        assert error(ask(server, "ada").post("/v1/chat/completions", json=ASKED)) == (503, "LanguageUnavailable")


def test_without_keys_the_model_sees_the_key_of_who_asks(server: MemoryServer, model: ModelServer) -> None:
    with client(server, "ada") as ada:
        say(ada, "Hi!")
        ada.models.list()

    assert [asked.key for asked in model.asked] == ["sk-of-ada", "sk-of-ada"]
    assert not [name for asked in model.asked for name in asked.headers if name.startswith("x-agentmem")]


def test_with_keys_the_model_sees_the_key_of_the_server(
    serve: Serve, model: ModelServer, keys: KeyFile, ask: Ask, error: Error
) -> None:
    key, _ = keys.add(user="ada")
    environment = {"OPENAI_API_KEY": "sk-of-the-server"}
    server = serve("--upstream", model.url, "--keys", str(keys.path), environment=environment)

    with client(server, "ada", key) as ada:
        say(ada, MOVED)
        say(ada, "Where does Mia live?")

    assert {asked.key for asked in model.asked} == {"sk-of-the-server"}
    assert MOVED in model.asked[1].text
    assert error(ask(server, "ada").post("/v1/chat/completions", json=ASKED)) == (401, "UnknownKey")
    assert len(model.asked) == 2


def test_a_read_only_key_recalls_and_does_not_remember(
    serve: Serve, model: ModelServer, keys: KeyFile, ask: Ask
) -> None:
    (full, _), (looks, _) = keys.add(user="ada"), keys.add(user="ada", read_only=True)
    server = serve("--upstream", model.url, "--keys", str(keys.path))
    ask(server, key=full).post("/v1/memories", json={"content": MOVED})

    ask(server, key=looks).post("/v1/chat/completions", json=ASKED)

    assert MOVED in model.asked[0].text
    assert len(ask(server, key=full).get("/v1/memories").json()["items"]) == 1


def test_what_is_no_chat_is_refused(server: MemoryServer, model: ModelServer, ask: Ask, error: Error) -> None:
    ada = ask(server, "ada")

    for body in (b"", b"\xff\x00", b"[]", b'"x"', b'{"messages":'):
        assert error(ada.post("/v1/chat/completions", content=body)) == (400, "BadRequest"), body
    assert model.asked == []


def test_without_a_model_there_is_no_proxy(shared: MemoryServer, ask: Ask, error: Error) -> None:
    assert error(ask(shared, "ada").post("/v1/chat/completions", json=ASKED)) == (404, "NotFound")
