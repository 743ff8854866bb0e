"""Each fault, as the real `openai` client sees it; and for how long it lasts."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import Any

import openai
import pytest
from openai import OpenAI

from agentmem.testing.models import faults
from agentmem.testing.models.server import ModelServer

TEXT = '{"facts": [{"subject": "Mia", "relation": "lives in", "object": "Oslo"}]}'


@pytest.fixture
def server() -> Iterator[ModelServer]:
    with ModelServer(TEXT, key="a key") as server:
        yield server


@pytest.fixture
def client(server: ModelServer) -> Iterator[OpenAI]:
    with connected(server) as client:
        yield client


def connected(server: ModelServer, **options: Any) -> OpenAI:
    given: dict[str, Any] = {"base_url": server.url, "api_key": "a key", "max_retries": 0, "timeout": 5} | options
    return OpenAI(**given)


def ask(client: OpenAI, **options: Any) -> Any:
    return client.chat.completions.create(model="any", messages=[{"role": "user", "content": "?"}], **options)


@pytest.mark.parametrize(
    ("fault", "seen"),
    [
        (faults.too_many_requests(3), openai.RateLimitError),
        (faults.server_error(), openai.InternalServerError),
        (faults.server_error(503), openai.InternalServerError),
        (faults.unauthorised(), openai.AuthenticationError),
        (faults.unknown_model("any"), openai.NotFoundError),
        (faults.refuses_form("text"), openai.BadRequestError),
        (faults.disconnect(), openai.APIConnectionError),
        (faults.disconnect(after=0), openai.APIConnectionError),
        (faults.not_json(), json.JSONDecodeError),
    ],
)
def test_what_the_client_raises(
    server: ModelServer, client: OpenAI, fault: faults.Fault, seen: type[Exception]
) -> None:
    server.fail(fault)

    with pytest.raises(seen):
        ask(client)

    assert ask(client).choices[0].message.content == TEXT


@pytest.mark.parametrize(
    ("fault", "end", "text"),
    [
        (faults.cut_short(0.5), "length", TEXT[: len(TEXT) // 2]),
        (faults.content_filter(), "content_filter", ""),
        (faults.says("Mia wohnt in Oslo."), "stop", "Mia wohnt in Oslo."),
        (faults.refusal("no"), "stop", None),
    ],
)
def test_what_the_model_says(
    server: ModelServer, client: OpenAI, fault: faults.Fault, end: str, text: str | None
) -> None:
    server.fail(fault)

    choice = ask(client).choices[0]

    assert (choice.finish_reason, choice.message.content) == (end, text)
    assert choice.message.refusal == ("no" if text is None else None)


def test_an_answer_without_choices(server: ModelServer, client: OpenAI) -> None:
    server.fail(faults.no_choices())

    assert ask(client).choices == []


def test_a_huge_answer_arrives(server: ModelServer, client: OpenAI) -> None:
    server.fail(faults.huge())

    assert len(ask(client).choices[0].message.content) > 10_000_000


def test_a_page_where_an_answer_should_be(server: ModelServer, client: OpenAI) -> None:
    server.fail(faults.html_page())

    assert ask(client).startswith("<!DOCTYPE html>"), "the client gives it out as text"


def test_the_time_to_wait_comes_in_seconds_or_as_a_date(server: ModelServer, client: OpenAI) -> None:
    server.fail(faults.too_many_requests(2.5))
    server.fail(faults.too_many_requests(60, as_date=True))

    told = []
    for _ in range(2):
        with pytest.raises(openai.RateLimitError) as raised:
            ask(client)
        told.append(raised.value.response.headers["retry-after"])

    assert told[0] == "2.5"
    assert 50 < (parsedate_to_datetime(told[1]) - datetime.now(UTC)).total_seconds() <= 60


def test_a_form_is_refused_to_those_who_ask_for_it(server: ModelServer, client: OpenAI) -> None:
    schema: Any = {"type": "json_schema", "json_schema": {"name": "any", "schema": {"type": "object"}}}

    with server.failing(faults.refuses_form()):
        with pytest.raises(openai.BadRequestError, match="'response_format' of this type is not supported"):
            ask(client, response_format=schema)
        plain = ask(client, response_format={"type": "json_object"})

    assert plain.choices[0].message.content == TEXT


def test_what_is_too_slow_runs_into_the_time_limit_of_the_client(server: ModelServer, client: OpenAI) -> None:
    server.fail(faults.slow(30))

    with pytest.raises(openai.APITimeoutError):
        ask(client, timeout=0.2)


def test_connections_are_refused_for_a_while_also_those_kept_alive(server: ModelServer, client: OpenAI) -> None:
    ask(client)

    with server.refusing(), pytest.raises(openai.APIConnectionError):
        ask(client)

    assert ask(client).choices[0].message.content == TEXT


def test_faults_happen_one_after_the_other(server: ModelServer, client: OpenAI) -> None:
    server.fail(faults.server_error(), times=2)
    server.fail(faults.too_many_requests())

    seen = []
    for _ in range(4):
        try:
            seen.append(ask(client).choices[0].finish_reason)
        except openai.APIStatusError as error:
            seen.append(error.status_code)

    assert seen == [500, 500, 429, "stop"]


def test_a_fault_lasts_as_long_as_it_is_told_by_the_servers_clock() -> None:
    times = [0.0]
    with ModelServer(TEXT, clock=lambda: times[-1]) as server, connected(server) as client:
        server.fail(faults.server_error(), seconds=60)
        for now in (1.0, 59.0):
            times.append(now)
            with pytest.raises(openai.InternalServerError):
                ask(client)
        times.append(60.0)

        assert ask(client).choices[0].finish_reason == "stop"


def test_a_wrong_key_is_not_let_in(server: ModelServer) -> None:
    with connected(server, api_key="another") as client, pytest.raises(openai.AuthenticationError):
        ask(client)


def test_a_wrong_address_is_told(server: ModelServer) -> None:
    with connected(server, base_url=server.url + "/v2") as client, pytest.raises(openai.NotFoundError, match="no such"):
        ask(client)


def test_a_fault_of_the_model_is_streamed_too(server: ModelServer, client: OpenAI) -> None:
    server.fail(faults.cut_short())

    chunks = list(ask(client, stream=True))

    assert chunks[-2].choices[0].finish_reason == "length"
