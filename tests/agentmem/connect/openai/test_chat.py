"""Chat completions with memory: recalled into the system message, and each message remembered once."""

from __future__ import annotations

import logging
from contextvars import ContextVar
from pathlib import Path
from typing import Any

import pytest
from openai import AuthenticationError, OpenAI
from pydantic import BaseModel

from agentmem import AgentMemory, Host
from agentmem.connect.openai import Recalls, wrap_openai
from agentmem.context import OPENING
from agentmem.errors import InvalidInput
from agentmem.testing.models.faults import server_error, unauthorised
from agentmem.testing.models.script import Said
from agentmem.testing.models.server import ModelServer
from tests.agentmem.connect.openai.conftest import assistant, kept, user

ANSWER = "Oslo is lovely in autumn, and so is the train to Bergen."


class Visit(BaseModel):
    """Where to go."""

    city: str


def ask(client: OpenAI, *messages: object) -> str | None:
    """Return what is answered to these messages."""
    said = client.chat.completions.create(model="any", messages=list(messages))  # type: ignore[arg-type]
    return said.choices[0].message.content


def test_what_was_said_before_stands_in_the_system_message(
    client: OpenAI, ada: AgentMemory, server: ModelServer
) -> None:
    ada.add("My sister Mia moved to Oslo.")
    instructions = {"role": "system", "content": "Be brief."}

    ask(client, instructions, user("Where does Mia live?"))

    system, question = server.asked[0].body["messages"]
    assert system["role"] == "system"
    assert system["content"].startswith(f"Be brief.\n\n{OPENING}")
    assert "My sister Mia moved to Oslo." in system["content"]
    assert question == user("Where does Mia live?")


def test_a_request_for_which_nothing_is_recalled_is_sent_as_it_is(
    client: OpenAI, bare: OpenAI, server: ModelServer
) -> None:
    ask(client, user("Where does Mia live?"))
    ask(bare, user("Where does Mia live?"))

    with_memory, without = server.asked
    assert with_memory.body == without.body
    assert with_memory.headers == without.headers


def test_each_message_is_remembered_once_though_all_are_sent_at_every_turn(client: OpenAI, ada: AgentMemory) -> None:
    history = [{"role": "system", "content": "You are a guide."}]
    for text in ("I like trains.", "yes", "yes"):
        history.append(user(text))
        history.append(assistant(ask(client, *history) or ""))

    said = [one for one in kept(ada) if one[0] == "user"]
    assert said == [("user", "I like trains."), ("user", "yes"), ("user", "yes")]
    assert len(kept(ada)) == 6, "neither the instructions nor what was recalled"
    assert not any(OPENING in text or "guide" in text for _, text in kept(ada))


def test_a_turn_sent_again_changes_nothing(client: OpenAI, ada: AgentMemory) -> None:
    ask(client, user("I like trains."))
    ask(client, user("I like trains."))

    assert kept(ada) == [("user", "I like trains."), ("assistant", ANSWER)]


def test_what_began_another_conversation_can_be_said_again(client: OpenAI, ada: AgentMemory) -> None:
    for text in ("I live in Oslo.", "I live in Bonn now.", "I live in Oslo."):
        ask(client, user(text))
    history = [user("I live in Oslo."), assistant(ANSWER)]
    ask(client, *history, user("Where do I live?"))

    said = [text for role, text in kept(ada) if role == "user"]
    assert said == ["I live in Oslo.", "I live in Bonn now.", "I live in Oslo.", "Where do I live?"]

    ada.delete_all()
    ask(client, *history, user("Where do I live, then?"))
    assert [text for role, text in kept(ada) if role == "user"] == ["Where do I live, then?"]
    ask(client, user("I live in Oslo."))
    assert [text for role, text in kept(ada) if role == "user"] == ["Where do I live, then?", "I live in Oslo."]


def test_one_message_that_cannot_be_remembered_takes_no_other_with_it(
    bare: OpenAI, ada: AgentMemory, caplog: pytest.LogCaptureFixture
) -> None:
    client = wrap_openai(bare, ada)

    ask(client, user("x" * 2_000_001), assistant("That is long."), user("I like trains."))

    assert [text for role, text in kept(ada) if role == "user"] == ["I like trains."]
    assert "a message cannot be remembered (InvalidInput)" in caplog.text


def test_the_calls_of_tools_are_kept_with_what_they_gave(ada: AgentMemory) -> None:
    def script(asked: object) -> Said:
        return Said('{"city": "Oslo"}') if len(server.asked) == 1 else Said("It rains in Oslo.", in_words=True)

    tools: Any = [{"type": "function", "function": {"name": "weather", "parameters": {"type": "object"}}}]
    with ModelServer(script) as server, OpenAI(base_url=server.url, api_key="a key") as bare:
        client = wrap_openai(bare, ada, on_error="raise")
        history: list[Any] = [user("How is the weather?")]
        called = client.chat.completions.create(model="any", messages=history, tools=tools)
        message: Any = called.choices[0].message
        history += [message, {"role": "tool", "tool_call_id": message.tool_calls[0].id, "content": "rain, 4 degrees"}]
        client.chat.completions.create(model="any", messages=history, tools=tools)

    assert message.tool_calls[0].function.arguments == '{"city": "Oslo"}'
    assert kept(ada) == [
        ("user", "How is the weather?"),
        ("assistant", 'calls weather({"city": "Oslo"})'),
        ("tool", "rain, 4 degrees"),
        ("assistant", "It rains in Oslo."),
    ]


def test_a_turn_the_client_tries_again_is_remembered_once(
    client: OpenAI, ada: AgentMemory, server: ModelServer
) -> None:
    server.fail(server_error())

    ask(client, user("I like trains."))

    assert len(server.asked) == 2
    assert len(kept(ada)) == 2


def test_errors_are_those_of_the_client_and_a_turn_that_fails_is_not_remembered(
    client: OpenAI, ada: AgentMemory, server: ModelServer
) -> None:
    server.fail(unauthorised())

    with pytest.raises(AuthenticationError, match="Incorrect API key"):
        ask(client, user("I like trains."))
    assert kept(ada) == []


def test_all_other_ways_to_ask_are_turns_too(client: OpenAI, ada: AgentMemory) -> None:
    raw = client.with_raw_response.chat.completions.create(model="any", messages=[user("I like trains.")])
    assert raw.parse().choices[0].message.content == ANSWER
    assert ask(client.with_options(timeout=9), user("I like ships.")) == ANSWER

    with ModelServer({"city": "Oslo"}) as server:
        parsing = client.with_options(base_url=server.url)
        parsed = parsing.chat.completions.parse(model="any", messages=[user("Where to?")], response_format=Visit)

    assert parsed.choices[0].message.parsed == Visit(city="Oslo")
    assert [text for role, text in kept(ada) if role == "user"] == ["I like trains.", "I like ships.", "Where to?"]


def test_all_else_of_the_client_works_as_before(client: OpenAI, bare: OpenAI, ada: AgentMemory) -> None:
    assert [model.id for model in client.models.list()] == ["scripted"]
    assert len(client.embeddings.create(model="any", input="trains").data) == 1
    assert type(client) is OpenAI
    assert (client.timeout, client.max_retries, client.api_key) == (bare.timeout, bare.max_retries, bare.api_key)
    assert ask(bare, user("Nobody shall remember this.")) == ANSWER
    assert kept(ada) == []

    client.close()

    assert bare.is_closed()


def test_a_client_outlives_the_one_it_was_made_of(server: ModelServer, ada: AgentMemory) -> None:
    client = wrap_openai(OpenAI(base_url=server.url, api_key="a key"), ada)

    assert ask(client, user("I like trains.")) == ANSWER
    client.close()


def test_each_turn_has_the_memory_of_its_user(bare: OpenAI, tmp_path: Path, plugins: Host) -> None:
    who: ContextVar[str | None] = ContextVar("who")
    store = tmp_path / "chat.db"
    with AgentMemory(store, user="ada", host=plugins) as ada, AgentMemory(store, user="bob", host=plugins) as bob:
        users = {"ada": ada, "bob": bob}
        client = wrap_openai(bare, lambda: users.get(who.get() or ""), on_error="raise")
        for name in ("ada", "bob", "nobody"):
            who.set(name)
            ask(client, user(f"I am {name}."))

        assert kept(ada)[0] == ("user", "I am ada.")
        assert kept(bob)[0] == ("user", "I am bob.")
        assert len(kept(ada)) == len(kept(bob)) == 2


def test_a_memory_that_fails_is_told_in_the_log_without_what_was_said(
    bare: OpenAI, caplog: pytest.LogCaptureFixture
) -> None:
    def memory() -> AgentMemory:
        raise ValueError("Ada likes trains.")

    with caplog.at_level(logging.WARNING):
        assert ask(wrap_openai(bare, memory), user("I like trains.")) == ANSWER

    assert "the memory could not recall (ValueError)" in caplog.text
    assert "trains" not in caplog.text


def test_a_memory_that_cannot_write_fails_no_turn_unless_asked(
    bare: OpenAI, place: str, plugins: Host, caplog: pytest.LogCaptureFixture
) -> None:
    memory = AgentMemory(place, host=plugins)
    memory.close()

    assert ask(wrap_openai(bare, memory), user("I like trains.")) == ANSWER
    assert "the memory could not remember" in caplog.text
    with pytest.raises(Exception, match="closed"):
        ask(wrap_openai(bare, memory, on_error="raise"), user("I like trains."))


def test_how_much_is_recalled_can_be_said(bare: OpenAI, ada: AgentMemory, server: ModelServer) -> None:
    ada.add_many([f"Train {number} goes to Bergen." for number in range(9)])

    ask(wrap_openai(bare, ada, recalls=Recalls(limit=2)), user("Which train goes to Bergen?"))

    assert server.asked[0].text.count("goes to Bergen.") == 2


def test_a_client_is_given_one_memory(client: OpenAI, ada: AgentMemory) -> None:
    with pytest.raises(InvalidInput, match="has a memory already"):
        wrap_openai(client, ada)
    with pytest.raises(InvalidInput, match="a str over a"):
        wrap_openai("client", ada)  # type: ignore[call-overload]


def test_what_was_recalled_is_never_remembered_as_news(client: OpenAI, ada: AgentMemory, server: ModelServer) -> None:
    ada.add("My sister Mia moved to Oslo.")
    ask(client, user("Where does Mia live?"))
    block = server.asked[0].body["messages"][0]["content"]

    ask(client, user(f"{block}\nWhere does Mia live, really?"), assistant(block))

    assert not any(OPENING in text for _, text in kept(ada))
    assert [text for _, text in kept(ada) if "Mia" in text] == [
        "My sister Mia moved to Oslo.", "Where does Mia live?", "Where does Mia live, really?",
    ]  # fmt: skip


def test_what_was_deleted_does_not_come_back_with_the_history(client: OpenAI, ada: AgentMemory) -> None:
    ask(client, user("My secret is the blue door."))
    ada.delete([one.id for one in ada.get_all()])

    ask(client, user("My secret is the blue door."), assistant(ANSWER), user("I like trains."))

    assert kept(ada) == [("user", "I like trains."), ("assistant", ANSWER)]
