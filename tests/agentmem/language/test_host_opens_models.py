"""Models by what is typed after `--language`, or given in Python; with memories, over real sockets."""

from collections.abc import Mapping
from pathlib import Path

import pytest
from langchain_openai import ChatOpenAI
from pydantic import SecretStr

from agentmem.agent_memory import AgentMemory
from agentmem.errors import InvalidInput, LanguageMisconfigured, UnknownName
from agentmem.host import Host
from agentmem.language.facts_task import FACTS
from agentmem.language.rules import RuleLanguage
from agentmem.testing.embedding import HashEmbedder
from agentmem.testing.languages import PretendModel
from agentmem.testing.model_faults import server_error, unauthorised
from agentmem.testing.model_script import Asked
from agentmem.testing.model_server import ModelServer
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
        (Notebook(), InvalidInput, "a Notebook is no language"),
    ],
    ids=["no key", "no model", "misspelt", "no language"],
)
def test_what_cannot_be_opened_leaves_nothing_behind(
    host: Host, tmp_path: Path, spec: str, kind: type[Exception], cure: str
) -> None:
    with pytest.raises(kind, match=cure):
        AgentMemory(tmp_path / "memory.db", language=spec, host=host)

    assert not list(tmp_path.iterdir())
