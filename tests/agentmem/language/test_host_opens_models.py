"""Models by what is typed after `--language`, or given in Python; with memories, over real sockets."""

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import pytest
from langchain_core.embeddings import DeterministicFakeEmbedding
from langchain_openai import ChatOpenAI
from pydantic import SecretStr

from agentmem.agent_memory import AgentMemory
from agentmem.errors import InvalidInput, LanguageMisconfigured, UnknownName
from agentmem.hookspecs import hookimpl
from agentmem.host import Host
from agentmem.language.contract import Embedder
from agentmem.language.facts_task import FACTS
from agentmem.language.rules import RuleLanguage
from agentmem.testing.embedding import HashEmbedder
from agentmem.testing.languages import PretendModel
from agentmem.testing.models.faults import server_error, unauthorised
from agentmem.testing.models.script import Asked
from agentmem.testing.models.server import ModelServer
from agentmem.testing.notebook import Notebook

from .conftest import KEY, Serve

NOTE: Mapping[str, object] = {"keywords": ["tea"], "context": "Mia drinks tea.", "tags": ["drinks"]}
EVOLUTION: Mapping[str, object] = {"links": ["n1"], "tags": ["drinks"], "neighbours": []}


def says(asked: Asked) -> Mapping[str, object]:
    return NOTE if "Write a note" in asked.text else EVOLUTION


@pytest.fixture(scope="module")
def host() -> Host:
    return Host()


@pytest.mark.parametrize("by", ["openai", "langchain"])
def test_a_memory_thinks_with_a_model_and_says_so(serve: Serve, host: Host, tmp_path: Path, by: str) -> None:
    server: ModelServer = serve(says)
    model = ChatOpenAI(model="tiny", base_url=server.url, api_key=SecretStr(KEY), max_retries=0)
    language = f"openai:tiny@{server.url}" if by == "openai" else model

    with AgentMemory(tmp_path / "memory.db", memory="amem", language=language, host=host) as memory:
        added = [memory.add(text, speaker="Mia").receipt for text in ("I drink tea.", "I drink more tea.")]
        best = memory.search("tea", limit=1)[0]

    assert [receipt.calls for receipt in added] == [1, 2], "A-MEM asks for evolution only where there are neighbours"
    assert all(receipt.tokens > 0 for receipt in added)
    assert "tea" in best.text


def test_a_model_that_is_out_loses_no_event(serve: Serve, host: Host, tmp_path: Path) -> None:
    server: ModelServer = serve(says)
    spec = f"openai:tiny@{server.url}"

    with AgentMemory(tmp_path / "memory.db", memory="amem", language=spec, host=host) as memory:
        with server.failing(unauthorised()):
            assert memory.add("I drink tea.", speaker="Mia").receipt.deferred == 1
        assert memory.search("tea"), "what is not folded yet is found all the same"
        memory.catch_up()

        assert memory.status().folded == 1


def test_the_rules_stand_in_where_that_was_chosen(serve: Serve, host: Host) -> None:
    server: ModelServer = serve()
    server.fail(unauthorised(), times=None)
    language = host.language(f"openai:tiny@{server.url}", HashEmbedder(), on_failure="rules")

    said = language.ask(FACTS, text="I love jazz.", action=None)

    assert said == RuleLanguage(HashEmbedder()).ask(FACTS, text="I love jazz.", action=None)
    assert language.receipt().by_rules == 1


def test_they_are_the_rules_that_plugins_offer(serve: Serve, host: Host) -> None:
    server: ModelServer = serve()
    server.fail(server_error(), times=None)
    server.fail(unauthorised(), times=None)
    room = "-= Kitchen =-\nYou find yourself in a kitchen. There is an exit to the north."
    language = host.language(f"openai:tiny@{server.url}", HashEmbedder(), on_failure="rules")

    assert language.ask(FACTS, text=room, action=None).place == "kitchen"


def test_with_rules_there_is_nothing_to_stand_in_for(host: Host) -> None:
    assert host.language("rules", HashEmbedder(), on_failure="rules").name == "rules"


def test_a_language_the_rules_cannot_stand_in_for_says_so(host: Host) -> None:
    pretending = PretendModel(RuleLanguage(HashEmbedder()))

    with pytest.raises(InvalidInput, match="cannot stand in for the language 'pretend-model'"):
        host.language(pretending, on_failure="rules")


def test_a_language_is_returned_as_it_is(host: Host) -> None:
    language = RuleLanguage(HashEmbedder())

    assert host.language(language) is language


@pytest.mark.parametrize(
    ("spec", "kind", "cure"),
    [
        ("openai:gpt-4o-mini", LanguageMisconfigured, "OPENAI_API_KEY.* --language rules"),
        ("openai", InvalidInput, "openai:MODEL"),
        ("openia:gpt-4o-mini", UnknownName, "did you mean 'openai'"),
        ("gpt-4o-mini", UnknownName, "openai:MODEL"),
        ("openai:llama3@localhost:11434/v1", InvalidInput, "write llama3@http://localhost:11434/v1"),
        ("openai:llama3@10.0.0.7:8000", InvalidInput, "write llama3@http://10.0.0.7:8000"),
        ("openai:claude@20240229", LanguageMisconfigured, "no key for openai:claude@20240229"),
        ("replay:", InvalidInput, "replay:FILE"),
        (Notebook(), InvalidInput, "a Notebook is no language"),
        (3, InvalidInput, "a int is no language"),
    ],
    ids=lambda given: given if isinstance(given, str) else type(given).__name__,
)
def test_what_cannot_be_opened_leaves_nothing_behind(
    host: Host, tmp_path: Path, spec: str, kind: type[Exception], cure: str
) -> None:
    with pytest.raises(kind, match=cure):
        AgentMemory(tmp_path / "memory.db", language=spec, host=host)

    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize(
    ("given", "cure"),
    [
        ({"on_failure": "panic"}, "it is one of: defer, rules"),
        ({"embedder": 3}, "a int is no embedder: pass an embedder, its name"),
        ({"embedder": "text-embedding-3-small"}, "openai:MODEL"),
        ({"budget": 3}, r"write Budget\(calls=100\)"),
        ({"budget": {"calls": 3}}, r"write Budget\(calls=100\)"),
    ],
    ids=str,
)
def test_what_goes_with_a_language_is_checked_before_any_file_is_made(
    host: Host, tmp_path: Path, given: dict[str, Any], cure: str
) -> None:
    with pytest.raises(InvalidInput, match=cure):
        AgentMemory(tmp_path / "memory.db", host=host, **given)

    assert not list(tmp_path.iterdir())


def test_embeddings_of_langchain_are_an_embedder(host: Host, tmp_path: Path) -> None:
    with AgentMemory(tmp_path / "memory.db", embedder=DeterministicFakeEmbedding(size=8), host=host) as memory:
        memory.add("The key is under the mat.")

        assert memory.search("The key is under the mat.")[0].text.endswith("The key is under the mat.")
        assert memory.language.embedder.dim == 8


def test_an_embedder_opened_by_name_is_closed_and_one_that_was_given_is_not(host: Host, tmp_path: Path) -> None:
    own = ClosedOnce()
    AgentMemory(tmp_path / "memory.db", embedder=own, host=host).close()

    offers = Host(["defaults", "episodic", OffersEmbedder()])
    named = AgentMemory(tmp_path / "memory.db", embedder="own", host=offers)
    offered = named.language.embedder
    named.close()

    assert isinstance(offered, ClosedOnce)
    assert (own.closed, offered.closed) == (0, 1)


class ClosedOnce(HashEmbedder):
    """Counts how often it is closed."""

    closed = 0

    def close(self) -> None:
        self.closed += 1


class OffersEmbedder:
    """A plugin with an embedder that holds something."""

    @hookimpl
    def agentmem_embedders(self) -> Mapping[str, Callable[[str], Embedder]]:
        return {"own": lambda argument: ClosedOnce()}
