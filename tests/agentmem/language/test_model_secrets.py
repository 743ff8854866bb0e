"""A key is in the client and nowhere else."""

import logging
import traceback
from pathlib import Path

import pytest
from pydantic import SecretStr

from agentmem.agent_memory import AgentMemory
from agentmem.errors import LanguageError
from agentmem.language.charging import charged_to
from agentmem.language.chat_answers import ChatAnswers
from agentmem.language.facts_task import FACTS
from agentmem.language.model import ModelLanguage
from agentmem.language.openai_chat import OpenAIChat, openai_chat
from agentmem.testing.embedding import HashEmbedder
from agentmem.testing.model_faults import error, says
from agentmem.testing.model_server import ModelServer

from .conftest import KEY, Client, Purse, Serve, chat_of


@pytest.mark.parametrize(
    "fault",
    [
        error(401, f"Incorrect API key provided: {KEY}."),
        error(429, f"Rate limit reached for key {KEY}"),
        error(400, f"The header Authorization: Bearer {KEY} is odd"),
        error(500, f"could not look up {KEY}"),
        error(404, f"no model for {KEY}"),
        says(f"the key is {KEY}"),
    ],
    ids=["401", "429", "400", "500", "404", "says it"],
)
def test_a_key_is_never_in_an_error_a_log_a_name_or_a_bill(
    serve: Serve, client: Client, fault: object, caplog: pytest.LogCaptureFixture
) -> None:
    server: ModelServer = serve()
    server.fail(fault, times=None)  # type: ignore[arg-type]
    chat = chat_of(client, server)
    language = ModelLanguage(ChatAnswers(chat, sleep=lambda s: None), embedder=HashEmbedder())
    purse = Purse()

    with caplog.at_level(logging.DEBUG, logger="agentmem"), charged_to(purse) as charge:
        language.prefetch(FACTS, [{"text": "a", "action": None}])
        with pytest.raises(LanguageError) as caught:
            language.ask(FACTS, text="a", action=None)

    shown = [*traceback.format_exception(caught.value), repr(caught.value), str(caught.value.args)]
    shown += [language.name, repr(language), repr(chat), str(chat), chat.id, str(vars(language.receipt()))]
    shown += [str(purse.settled), str(purse.reserved), str(charge), caplog.text]
    assert not [one for one in shown if KEY in one]
    assert server.asked[0].key == KEY, "it has to be sent, once"


def test_a_key_is_not_in_the_store_when_an_event_is_set_aside(serve: Serve, client: Client, tmp_path: Path) -> None:
    server: ModelServer = serve()
    server.fail(says(f"the key is {KEY}"), times=None)
    language = ModelLanguage(ChatAnswers(chat_of(client, server)), embedder=HashEmbedder())

    with AgentMemory(tmp_path / "memory.db", memory="amem", language=language) as memory:
        memory.add("I drink tea.")
        assert memory.status().set_aside

    assert not [file for file in tmp_path.iterdir() if KEY.encode() in file.read_bytes()]


def test_a_key_from_the_environment_is_sent_and_not_kept(serve: Serve, monkeypatch: pytest.MonkeyPatch) -> None:
    server: ModelServer = serve()
    monkeypatch.setenv("OPENAI_API_KEY", KEY)
    chat = openai_chat(f"tiny@{server.url}")

    ChatAnswers(chat).answer(FACTS, {"text": "a", "action": None})

    assert server.asked[0].key == KEY
    assert KEY not in str({name: value for name, value in vars(chat).items() if name != "_client"})


def test_a_password_in_an_address_is_not_in_the_name() -> None:
    chat = OpenAIChat("tiny", base_url="http://mia:tea@localhost:9/v1/?key=tea", api_key=SecretStr(KEY))

    assert chat.id == "openai:tiny@http://localhost:9/v1"
