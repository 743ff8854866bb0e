"""Vectors over real sockets, by the real clients: batches, faults, payment, and what is never sent."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterator, Sequence
from typing import Any, Literal

import numpy as np
import pytest
from pydantic import SecretStr

from agentmem.errors import BadAnswer, BudgetExceeded, InvalidInput, LanguageMisconfigured, LanguageUnavailable
from agentmem.host import Host
from agentmem.language.contract import RemoteEmbedder
from agentmem.language.embedding.calls import LONGEST
from agentmem.language.embedding.kept import EmbeddedTexts
from agentmem.language.embedding.langchain import LangChainEmbedder
from agentmem.language.embedding.openai import OpenAIEmbedder, openai_embedder
from agentmem.language.paying.charging import Estimate, Spent, charged_to
from agentmem.language.providers.retrying import Patience
from agentmem.testing.embedding import HashEmbedder
from agentmem.testing.models.faults import (
    Fault,
    disconnect,
    error,
    html_page,
    server_error,
    too_many_requests,
    unauthorised,
    unknown_model,
)
from agentmem.testing.models.server import ModelServer
from agentmem.vectors import Vectors

KEY = "sk-test-0123456789abcdef"
Client = Literal["openai", "langchain"]
Open = Callable[..., RemoteEmbedder]


@pytest.fixture(autouse=True)
def _no_key_at_hand(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("OPENAI_API_KEY", "OPENAI_BASE_URL", "OPENAI_API_BASE"):
        monkeypatch.delenv(name, raising=False)


@pytest.fixture
def server() -> Iterator[ModelServer]:
    with ModelServer() as server:
        yield server


@pytest.fixture
def waits() -> list[float]:
    """The seconds that were waited between tries."""
    return []


@pytest.fixture(params=["openai", "langchain"])
def embedder(request: pytest.FixtureRequest, server: ModelServer, waits: list[float]) -> RemoteEmbedder:
    """An embedder by one client or the other: what is true of one is true of both."""
    return by(request.param, server, waits)


def by(client: Client, server: ModelServer, waits: list[float]) -> RemoteEmbedder:
    patience = Patience(sleep=waits.append)
    if client == "openai":
        return OpenAIEmbedder("tiny", base_url=server.url, api_key=SecretStr(KEY), patience=patience)
    from langchain_openai import OpenAIEmbeddings

    made = OpenAIEmbeddings(
        model="tiny", base_url=server.url, api_key=SecretStr(KEY), max_retries=0, check_embedding_ctx_length=False
    )
    return LangChainEmbedder(made, patience=patience)


def sent(server: ModelServer) -> list[list[str]]:
    return [asked.body["input"] for asked in server.asked]


def test_vectors_are_of_unit_length_and_in_the_order_of_the_texts(embedder: RemoteEmbedder) -> None:
    texts = ["red key", "it rains", "the chest"]

    vectors = embedder.embed(texts)

    assert np.allclose(vectors, HashEmbedder().embed(texts), atol=1e-6)
    assert vectors.dtype == np.float32


def test_the_dimension_is_known_from_the_first_vector_on(embedder: RemoteEmbedder, server: ModelServer) -> None:
    assert embedder.dim == 0
    assert server.asked == []

    embedder.embed(["red key"])

    assert embedder.dim == 64


def test_an_id_names_the_model_and_never_the_key(embedder: RemoteEmbedder) -> None:
    assert embedder.id in ("openai:tiny", "langchain:OpenAIEmbeddings:tiny")


def test_many_texts_go_in_few_calls(embedder: RemoteEmbedder, server: ModelServer) -> None:
    texts = [f"text {number}" for number in range(300)]

    vectors = embedder.embed(texts)

    assert np.allclose(vectors, HashEmbedder().embed(texts), atol=1e-6)
    assert [len(batch) for batch in sent(server)] == [256, 44]


def test_long_texts_go_in_calls_of_a_bounded_size(embedder: RemoteEmbedder, server: ModelServer) -> None:
    embedder.embed(["word " * 4000 for _ in range(12)])

    assert all(sum(map(len, batch)) <= 100_000 for batch in sent(server))
    assert sum(map(len, sent(server))) == 12


def test_an_empty_text_is_zeros_and_is_not_sent(embedder: RemoteEmbedder, server: ModelServer) -> None:
    vectors = embedder.embed(["", "red key", "  \n"])

    assert vectors.any(axis=1).tolist() == [False, True, False]
    assert sent(server) == [["red key"]]
    assert embedder.embed([""]).shape == (1, 64)
    assert len(server.asked) == 1


def test_a_text_that_is_too_long_is_cut_and_that_is_logged(
    embedder: RemoteEmbedder, server: ModelServer, caplog: pytest.LogCaptureFixture
) -> None:
    with caplog.at_level(logging.WARNING):
        embedder.embed(["x" * (LONGEST + 5)])

    assert [len(text) for text in sent(server)[0]] == [LONGEST]
    assert "24005 characters is too long" in caplog.text
    assert "xxx" not in caplog.text


def test_where_the_model_takes_less_the_text_is_cut_further(embedder: RemoteEmbedder, server: ModelServer) -> None:
    refused = error(400, "This model's maximum context length is 8192 tokens, however you requested 9000 tokens.")
    server.fail(_when(refused, lambda texts: max(map(len, texts)) > 300), times=None)

    vectors = embedder.embed(["short", "y" * 1000, "short too"])

    assert np.allclose(vectors, HashEmbedder().embed(["short", "y" * 250, "short too"]), atol=1e-6)


def test_a_busy_provider_is_asked_again_when_it_said(
    embedder: RemoteEmbedder, server: ModelServer, waits: list[float]
) -> None:
    server.fail(too_many_requests(7))

    assert embedder.embed(["red key"]).any()

    assert waits == [7]
    assert len(server.asked) == 2


def test_an_outage_is_waited_out_a_few_times_and_no_more(embedder: RemoteEmbedder, server: ModelServer) -> None:
    with server.failing(server_error(503)), pytest.raises(LanguageUnavailable, match="503"):
        embedder.embed(["red key"])

    assert len(server.asked) == 3


@pytest.mark.parametrize("fault", [server_error(500), disconnect(0), disconnect(250)], ids=["500", "early", "amid"])
def test_one_fault_is_mended_by_trying_again(embedder: RemoteEmbedder, server: ModelServer, fault: Fault) -> None:
    server.fail(fault)

    assert np.allclose(embedder.embed(["red key"]), HashEmbedder().embed(["red key"]), atol=1e-6)


def test_a_server_that_is_not_there_is_an_outage(embedder: RemoteEmbedder, server: ModelServer) -> None:
    with server.refusing(), pytest.raises(LanguageUnavailable):
        embedder.embed(["red key"])


@pytest.mark.parametrize(
    ("fault", "said"),
    [(unauthorised(), "key"), (unknown_model("tiny"), "404"), (error(400, "not for embeddings"), "400")],
)
def test_what_waiting_does_not_mend_is_not_tried_again(
    embedder: RemoteEmbedder, server: ModelServer, fault: Fault, said: str
) -> None:
    server.fail(fault, times=None)

    with pytest.raises(LanguageMisconfigured, match=said) as problem:
        embedder.embed(["red key"])

    assert len(server.asked) == 1
    assert KEY not in str(problem.value)
    assert "6789" not in str(problem.value)


def test_a_web_page_is_no_model_server(server: ModelServer) -> None:
    server.fail(html_page(), times=None)

    with pytest.raises(LanguageMisconfigured, match=r"web page.*/v1"):
        by("openai", server, []).embed(["red key"])


def _nan(texts: Sequence[str]) -> Vectors:
    return np.full((len(texts), 8), np.nan, np.float32)


def _one_less(texts: Sequence[str]) -> Vectors:
    return HashEmbedder().embed(texts)[1:]


@pytest.mark.parametrize(
    ("embed", "kind", "said"), [(_nan, BadAnswer, "NaN"), (_one_less, LanguageUnavailable, "1 vectors for 2 texts")]
)
@pytest.mark.parametrize("client", ["openai", "langchain"])
def test_what_is_no_vector_is_refused(client: Client, embed: Any, kind: type[Exception], said: str) -> None:
    with ModelServer(embed=embed) as server, pytest.raises(kind, match=said):
        by(client, server, []).embed(["red key", "it rains"])


@pytest.mark.parametrize("client", ["openai", "langchain"])
def test_another_model_behind_the_same_name_is_noticed(client: Client) -> None:
    dim = [64]
    with ModelServer(embed=lambda texts: HashEmbedder(dim[0]).embed(texts)) as server:
        embedder = by(client, server, [])
        embedder.embed(["red key"])
        dim[0] = 32

        with pytest.raises(LanguageMisconfigured, match=r"32 numbers where it gave 64.*agentmem reembed"):
            embedder.embed(["it rains"])


def test_known_texts_are_not_sent_again_however_long(embedder: RemoteEmbedder, server: ModelServer) -> None:
    texts, long = EmbeddedTexts(embedder), "word " * 3000

    texts.embed(["red key", long])
    texts.embed([long, "it rains", "red key"])

    assert [list(map(len, batch)) for batch in sent(server)] == [[7, 15000], [8]]
    assert texts.receipt().calls == 2
    assert texts.receipt().embedded == 3
    assert texts.receipt().cached == 2
    assert texts.receipt().tokens > 3000


def test_what_came_before_an_outage_is_kept(embedder: RemoteEmbedder, server: ModelServer) -> None:
    texts, many = EmbeddedTexts(embedder), [f"text {number}" for number in range(600)]
    server.fail(_when(server_error(), lambda batch: "text 300" in batch), times=3)

    with pytest.raises(LanguageUnavailable):
        texts.embed(many)
    texts.embed(many)

    assert [len(batch) for batch in sent(server)] == [256, 256, 256, 256, 256, 88]


class Purse:
    def __init__(self, calls: int) -> None:
        self.left = calls
        self.reserved: list[Estimate] = []
        self.settled: list[Spent] = []

    def reserve(self, estimate: Estimate) -> bool:
        if not self.left:
            raise BudgetExceeded("no more")
        self.left -= 1
        self.reserved.append(estimate)
        return True

    def settle(self, estimate: Estimate, spent: Spent) -> None:
        self.settled.append(spent)


def test_each_call_is_paid_for_before_it_is_made(embedder: RemoteEmbedder, server: ModelServer) -> None:
    purse = Purse(calls=2)
    server.fail(server_error())

    with charged_to(purse):
        embedder.embed(["red key"])
        with pytest.raises(BudgetExceeded):
            embedder.embed(["it rains"])

    assert len(server.asked) == 2
    assert [(one.task, one.model.partition("@")[0]) for one in purse.reserved] == [("embed", embedder.id)] * 2
    assert [(one.calls, one.failed, one.read) for one in purse.settled] == [(1, 1, 0), (1, 0, 2)]


def test_an_embedder_of_langchain_that_stays_on_the_machine_makes_no_calls() -> None:
    from langchain_core.embeddings import DeterministicFakeEmbedding

    embedder = LangChainEmbedder(DeterministicFakeEmbedding(size=12), leaves=False)
    purse = Purse(calls=0)

    with charged_to(purse):
        counted = embedder.embed_counted(["red key", ""])

    assert counted.vectors.shape == (2, 12)
    assert np.vecdot(counted.vectors, counted.vectors).tolist() == pytest.approx([1, 0])
    assert (counted.calls, counted.tokens) == (0, 0)


def test_a_model_can_be_asked_for_fewer_dimensions(server: ModelServer) -> None:
    embedder = OpenAIEmbedder("tiny", base_url=server.url, dimensions=16)

    vectors = embedder.embed(["red key"])

    assert vectors.shape == (1, 16)
    assert embedder.id == "openai:tiny?dimensions=16"
    assert server.asked[0].body["dimensions"] == 16


def test_a_server_of_ones_own_needs_no_key(server: ModelServer) -> None:
    embedder = Host().embedder(f"openai:nomic-embed-text:v1.5@{server.url}")

    assert embedder.embed(["red key"]).shape == (1, 64)
    assert embedder.id == "openai:nomic-embed-text:v1.5"
    assert server.asked[0].body["model"] == "nomic-embed-text:v1.5"


def test_the_key_comes_from_the_environment(server: ModelServer, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OPENAI_API_KEY", KEY)
    monkeypatch.setenv("OPENAI_BASE_URL", server.url)

    Host().embedder("openai:tiny").embed(["red key"])

    assert server.asked[0].key == KEY


def test_without_a_key_the_variable_and_what_needs_none_are_named() -> None:
    with pytest.raises(LanguageMisconfigured, match=r"OPENAI_API_KEY.*openai:tiny@http.*--embedder wordllama"):
        Host().embedder("openai:tiny")


@pytest.mark.parametrize("argument", ["", "?dimensions=8", "tiny?dimensions=many", "tiny?dimensions=0"])
def test_what_names_no_model_is_refused(argument: str) -> None:
    with pytest.raises(InvalidInput, match="openai:MODEL"):
        openai_embedder(argument)


def test_an_embedder_that_takes_no_argument_says_so() -> None:
    with pytest.raises(InvalidInput, match="'wordllama' takes no argument, not 'big'"):
        Host().embedder("wordllama:big")


def _when(fault: Fault, condition: Callable[[list[str]], bool]) -> Fault:
    return Fault(fault.status, fault.headers, fault.body, when=lambda asked: condition(asked.body["input"]))


def test_a_key_that_a_provider_repeats_is_not_passed_on(server: ModelServer) -> None:
    from langchain_openai import OpenAIEmbeddings

    key = "gsk4711SecretOfMia0815"
    made = OpenAIEmbeddings(
        model="tiny", base_url=server.url, api_key=SecretStr(key), max_retries=0, check_embedding_ctx_length=False
    )
    server.fail(error(429, f"too many calls with {key}"))

    with pytest.raises(LanguageUnavailable, match=r"with \*\*\*") as raised:
        LangChainEmbedder(made, patience=Patience(tries=1)).embed(["red key"])

    assert key not in str(raised.value)
