"""The scripted server answers the real clients as OpenAI does."""

from __future__ import annotations

import gc
import json
import socket
import time
import warnings
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import httpx
import numpy as np
import pytest
from langchain_core.messages import HumanMessage
from langchain_openai import ChatOpenAI
from openai import NotFoundError, OpenAI
from pydantic import BaseModel

from agentmem.language.contract import Task
from agentmem.language.recording.cassette import Call
from agentmem.testing.embedding import HashEmbedder
from agentmem.testing.models.script import Asked, Said, Unscripted, as_recorded
from agentmem.testing.models.server import ModelServer

Connect = Callable[..., OpenAI]


@pytest.fixture
def connect() -> Iterator[Connect]:
    """The real client, of a server."""
    opened: list[OpenAI] = []

    def connect(server: ModelServer, **options: Any) -> OpenAI:
        given: dict[str, Any] = {"base_url": server.url, "api_key": "a key", "max_retries": 0} | options
        opened.append(OpenAI(**given))
        return opened[-1]

    yield connect
    for client in opened:
        client.close()


def ask(client: OpenAI, text: str, **options: Any) -> Any:
    return client.chat.completions.create(model="any", messages=[{"role": "user", "content": text}], **options)


def where(server: ModelServer) -> tuple[str, int]:
    url = httpx.URL(server.url)
    assert url.port
    return url.host, url.port


class City(BaseModel):
    """Where somebody lives."""

    city: str


def test_answers_come_in_order(connect: Connect) -> None:
    with ModelServer(["one", {"two": 2}, City(city="Oslo")]) as server:
        client = connect(server)
        said = [ask(client, f"question {n}").choices[0].message.content for n in range(3)]

    assert said == ["one", '{"two": 2}', '{"city":"Oslo"}']
    assert [asked.text for asked in server.asked] == ["question 0", "question 1", "question 2"]


def test_a_function_sees_what_is_asked(connect: Connect) -> None:
    def answer(asked: Asked) -> str:
        return f"{asked.model} {asked.form} {asked.text.upper()}"

    with ModelServer(answer) as server:
        reply = ask(connect(server), "hello", response_format={"type": "json_object"})

    assert reply.choices[0].message.content == "any json_object HELLO"


def test_several_tools_may_be_called_at_once(connect: Connect) -> None:
    tools = [{"type": "function", "function": {"name": name, "parameters": {}}} for name in ("keep", "drop")]

    with ModelServer(Said("", calls=(("drop", '{"id": 1}'), ("keep", '{"id": 2}')))) as server:
        (choice,) = ask(connect(server), "tidy up", tools=tools).choices

    called = [(call.function.name, call.function.arguments) for call in choice.message.tool_calls]
    assert called == [("drop", '{"id": 1}'), ("keep", '{"id": 2}')]
    assert len({call.id for call in choice.message.tool_calls}) == 2
    assert choice.finish_reason == "tool_calls"


def test_usage_is_a_plain_count_or_what_the_script_says_or_left_out(connect: Connect) -> None:
    with ModelServer(["abcdefgh", Said("a", read=70, written=7)]) as server, ModelServer("a", usage=False) as mute:
        counted, told = (ask(connect(server), "abcdef").usage for _ in range(2))
        untold = ask(connect(mute), "abcdef").usage

    assert (counted.prompt_tokens, counted.completion_tokens) == (2, 2)
    assert (told.prompt_tokens, told.completion_tokens, told.total_tokens) == (70, 7, 77)
    assert untold is None


def test_an_answer_can_be_streamed(connect: Connect) -> None:
    text = "a longer answer that comes in several pieces, one after the other"
    with ModelServer(text) as server:
        chunks = list(ask(connect(server), "?", stream=True, stream_options={"include_usage": True}))

    assert "".join(chunk.choices[0].delta.content or "" for chunk in chunks if chunk.choices) == text
    assert [chunk.choices[0].finish_reason for chunk in chunks if chunk.choices][-1] == "stop"
    assert chunks[-1].usage.completion_tokens == 17


def test_structured_output_is_parsed_by_the_client(connect: Connect) -> None:
    with ModelServer({"city": "Oslo"}) as server:
        reply = connect(server).chat.completions.parse(
            model="any", messages=[{"role": "user", "content": "?"}], response_format=City
        )

    assert reply.choices[0].message.parsed == City(city="Oslo")
    assert server.asked[0].form == "json_schema"


@pytest.mark.parametrize("method", ["json_schema", "json_mode", "function_calling"])
def test_langchain_gets_structured_output_by_each_of_its_methods(method: Any) -> None:
    with ModelServer({"city": "Oslo"}) as server, httpx.Client() as http:
        model = ChatOpenAI(model="any", base_url=server.url, api_key=lambda: "a key", http_client=http)
        found = model.with_structured_output(City, method=method).invoke([HumanMessage("?")])

    assert found == City(city="Oslo")
    assert server.asked[0].form == {"json_mode": "json_object", "function_calling": "tool"}.get(method, method)


def test_the_same_text_has_the_same_vector_however_it_is_sent(connect: Connect) -> None:
    with ModelServer() as server:
        client = connect(server)
        numbers = client.embeddings.create(model="any", input=["a red key", "rain"], encoding_format="float")
        packed = client.embeddings.create(model="any", input=["a red key", "rain"])

    assert [asked.body["encoding_format"] for asked in server.asked] == ["float", "base64"]
    for made in (numbers, packed):
        assert np.allclose([row.embedding for row in made.data], HashEmbedder().embed(["a red key", "rain"]))
        assert made.usage.prompt_tokens == 4


def test_vectors_can_be_given_and_shortened(connect: Connect) -> None:
    with ModelServer(embed=lambda texts: np.full((len(texts), 8), 0.5, np.float32)) as server:
        made = connect(server).embeddings.create(model="any", input="rain", dimensions=3)

    assert made.data[0].embedding == [0.5, 0.5, 0.5]


def test_it_lists_its_models_and_knows_no_others(connect: Connect) -> None:
    with ModelServer("yes", models=["any", "tiny"]) as server:
        client = connect(server)

        assert [model.id for model in client.models.list()] == ["any", "tiny"]
        assert client.models.retrieve("tiny").id == "tiny"
        with pytest.raises(NotFoundError, match="The model `large` does not exist"):
            client.models.retrieve("large")


def test_it_keeps_the_key_that_came_for_tests_to_look_at(connect: Connect) -> None:
    with ModelServer("yes") as server:
        ask(connect(server, api_key="very secret"), "?")

    assert server.asked[0].key == "very secret"


def test_it_counts_how_many_are_answered_at_once(connect: Connect) -> None:
    def answer(asked: Asked) -> str:
        time.sleep(0.1)
        return "late"

    with ModelServer(answer) as server, ThreadPoolExecutor(4) as pool:
        client = connect(server)
        list(pool.map(lambda n: ask(client, str(n)), range(8)))

    assert server.most_at_once == 4


def test_a_connection_is_kept_alive() -> None:
    with ModelServer("yes") as server, socket.create_connection(where(server)) as connection:
        for _ in range(2):
            connection.sendall(b"GET /v1/models HTTP/1.1\r\nHost: here\r\n\r\n")
            assert json.loads(connection.recv(65536).split(b"\r\n\r\n")[1])["object"] == "list"


def test_what_a_script_raises_is_heard_when_the_server_is_closed(connect: Connect) -> None:
    def check(asked: Asked) -> str:
        assert asked.form == "json_schema", "ask for a schema"
        return "{}"

    with pytest.raises(AssertionError, match="ask for a schema"), ModelServer(check) as server:  # noqa: SIM117
        with pytest.raises(Exception, match="the script of this server raised AssertionError"):
            ask(connect(server), "?")


def test_an_unscripted_question_is_heard_too(connect: Connect) -> None:
    with pytest.raises(Unscripted, match="was asked: 'one'"), ModelServer([]) as server:  # noqa: SIM117 - reads better
        with pytest.raises(Exception, match="Unscripted"):
            ask(connect(server), "one")


def test_a_request_that_is_no_json_is_heard_too() -> None:
    with pytest.raises(json.JSONDecodeError), ModelServer("yes") as server:  # noqa: SIM117
        with pytest.raises(httpx.RemoteProtocolError):
            httpx.post(f"{server.url}/chat/completions", content=b"{")


def test_recorded_answers_are_given_to_their_prompts(connect: Connect) -> None:
    lives = Task("city", City, "Where does {who} live?", lambda who: City(city=""))
    calls = [
        Call(task="city", inputs={"who": "Mia"}, answer={"city": "Oslo"}),
        Call(task="city", inputs={"who": "Mia"}, answer={"city": "Bergen"}),
        Call(task="city", inputs={"who": "Bob"}, answer={"city": "Rome"}),
        Call(task="other", inputs={"who": "Bob"}, answer={"city": "Paris"}),
    ]

    with ModelServer(as_recorded(calls, [lives])) as server:
        client = connect(server)
        said = [
            ask(client, f"Be brief. Where does {who} live? In JSON.").choices[0].message.content
            for who in ("Bob", "Mia", "Mia", "Mia")
        ]

    assert [json.loads(text)["city"] for text in said] == ["Rome", "Oslo", "Bergen", "Bergen"]


def test_it_closes_at_once_and_leaves_nothing_open(connect: Connect) -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        started = time.monotonic()
        with ModelServer("yes") as server:
            ask(connect(server), "?")
        gc.collect()

    assert time.monotonic() - started < 2
    with pytest.raises(ConnectionRefusedError):
        socket.create_connection(where(server))
