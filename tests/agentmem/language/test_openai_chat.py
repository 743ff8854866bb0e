"""The `openai` client as a chat model: what is sent, what is typed after `openai:`, and how it is set up wrongly."""

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace

import pytest
from pydantic import SecretStr

from agentmem.errors import BudgetExceeded, InvalidInput, LanguageMisconfigured, LanguageUnavailable
from agentmem.events import Value
from agentmem.language.chat.answering import ChatAnswers
from agentmem.language.chat.contract import Message, Request
from agentmem.language.chat.openai import OpenAIChat, openai_chat
from agentmem.language.facts import Reading
from agentmem.language.facts_task import FACTS
from agentmem.language.paying.charging import charged_to
from agentmem.testing.models.faults import Fault, error, html_page, not_json, server_error, slow, unknown_model
from agentmem.testing.models.server import ModelServer

from .conftest import KEY, Purse, Serve

ASKED = {"text": "Mia likes tea.", "action": None}


def chat_at(server: ModelServer, model: str = "tiny", **options: float) -> OpenAIChat:
    return OpenAIChat(model, base_url=server.url, api_key=SecretStr(KEY), **options)


@pytest.mark.parametrize("form", ["schema", "object", "text"])
def test_a_request_is_sent_as_it_is_and_the_reply_told(serve: Serve, form: str) -> None:
    server: ModelServer = serve("Hello.")
    said = (Message(role="user", text="Hi."), Message(role="assistant", text="Yes?"), Message(role="user", text="Go."))
    request = Request(
        messages=said,
        output=Reading,
        form=form,  # type: ignore[arg-type]
        max_tokens=77,
        name="greeting",
    )

    reply = chat_at(server, temperature=0.5).complete(request)

    sent = server.asked[0].body
    assert [(one["role"], one["content"]) for one in sent["messages"]] == [(one.role, one.text) for one in said]
    assert (sent["model"], sent["max_tokens"], sent["temperature"]) == ("tiny", 77, 0.5)
    assert server.asked[0].form == {"schema": "json_schema", "object": "json_object", "text": "text"}[form]
    assert (reply.text, reply.end, reply.model) == ("Hello.", "whole", "tiny")


def test_a_shape_with_free_names_is_not_held_to_strictly(serve: Serve) -> None:
    class Ages(Value):
        ages: dict[str, int]

    server: ModelServer = serve({"ages": {"mia": 7}})
    request = Request((Message(role="user", text="?"),), Ages, "schema", 50, "ages")

    chat_at(server).complete(request)

    assert server.asked[0].body["response_format"]["json_schema"]["strict"] is False


@pytest.mark.parametrize(
    ("refusal", "gone", "there"),
    [
        (
            "Unsupported parameter: 'max_tokens' is not supported. Use 'max_completion_tokens' instead.",
            "max_tokens",
            "max_completion_tokens",
        ),
        ("Unsupported value: 'temperature' does not support 0 with this model.", "temperature", "max_tokens"),
    ],
    ids=["limit", "temperature"],
)
def test_an_option_the_model_refuses_is_left_out_from_then_on(
    serve: Serve, refusal: str, gone: str, there: str
) -> None:
    server: ModelServer = serve()
    server.fail(error(400, refusal, code="unsupported_parameter"))
    answers = ChatAnswers(chat_at(server))

    for _ in range(2):
        answers.answer(FACTS, ASKED)

    assert [gone in asked.body for asked in server.asked] == [True, False, False]
    assert there in server.asked[-1].body


def test_a_call_that_an_option_was_refused_in_is_paid_as_any_other(serve: Serve) -> None:
    server: ModelServer = serve()
    server.fail(error(400, "Unsupported value: 'temperature' does not support 0 with this model."))

    with charged_to(Purse(1, then=BudgetExceeded("one call"))), pytest.raises(BudgetExceeded):
        ChatAnswers(chat_at(server)).answer(FACTS, ASKED)

    assert len(server.asked) == 1


def test_an_option_refused_to_many_at_once_is_left_out_for_all(serve: Serve) -> None:
    server: ModelServer = serve()
    said = "Unsupported parameter: 'max_tokens' is not supported. Use 'max_completion_tokens' instead."
    refused = replace(error(400, said), wait_s=0.1, when=lambda asked: "max_tokens" in asked.body)
    server.fail(refused, times=None)
    answers = ChatAnswers(chat_at(server))

    with ThreadPoolExecutor(4) as pool:
        answered = list(pool.map(lambda n: answers.answer(FACTS, {"text": str(n), "action": None}), range(4)))

    assert [len(one.answer.facts) for one in answered] == [1] * 4


@pytest.mark.parametrize(
    "body",
    ["{}", '{"error": {"message": "no"}}', "[]", "null", '{"choices": [{"message": null}]}', "", "[" * 100_000],
    ids=lambda body: body[:40],
)
def test_what_is_no_reply_is_an_outage(serve: Serve, body: str) -> None:
    server: ModelServer = serve()
    server.fail(Fault(body=body), times=None)

    with pytest.raises(LanguageUnavailable, match=r"no reply|broke off"):
        ChatAnswers(chat_at(server), tries=1).answer(FACTS, ASKED)


def test_a_server_that_refuses_every_option_is_not_asked_for_ever(serve: Serve) -> None:
    server: ModelServer = serve()
    both = "Unsupported parameter: neither max_tokens nor max_completion_tokens nor temperature is supported"
    server.fail(error(400, both), times=None)

    with pytest.raises(LanguageMisconfigured, match="does not take an option"):
        ChatAnswers(chat_at(server)).answer(FACTS, ASKED)

    assert len(server.asked) == 3


@pytest.mark.parametrize(
    ("typed", "model", "address"),
    [
        ("qwen2.5:7b", "qwen2.5:7b", ""),
        ("org/model-1", "org/model-1", ""),
        ("@cf/meta/llama", "@cf/meta/llama", ""),
        ("claude@20240620", "claude@20240620", ""),
        ("qwen2.5:7b@{url}", "qwen2.5:7b", "{url}"),
        ("org/model-1@{url}/", "org/model-1", "{url}"),
    ],
)
def test_what_is_typed_is_a_model_and_perhaps_an_address(
    serve: Serve, monkeypatch: pytest.MonkeyPatch, typed: str, model: str, address: str
) -> None:
    server: ModelServer = serve()
    monkeypatch.setenv("OPENAI_API_KEY", KEY)

    chat = openai_chat(typed.format(url=server.url))

    assert chat.id == f"openai:{model}@{server.url}" if address else f"openai:{model}"
    if address:
        ChatAnswers(chat).answer(FACTS, ASKED)
        assert server.asked[0].model == model


@pytest.mark.parametrize("typed", ["", "@http://localhost:11434/v1"])
def test_no_model_named_is_an_error_that_shows_how(typed: str) -> None:
    with pytest.raises(InvalidInput, match="no model is named: write --language openai:MODEL"):
        openai_chat(typed)


@pytest.mark.parametrize("url", ["http://", "http://[bad", "https://host:port/v1", "http://:8080/v1"])
def test_an_address_that_is_none_is_an_error_that_shows_how(url: str) -> None:
    with pytest.raises(InvalidInput, match="write it like http://localhost:11434/v1"):
        openai_chat(f"tiny@{url}")


def test_without_a_key_the_error_names_the_variable_and_what_needs_none() -> None:
    with pytest.raises(LanguageMisconfigured) as caught:
        openai_chat("gpt-4o-mini")

    assert "OPENAI_API_KEY" in str(caught.value)
    assert "--language rules" in str(caught.value)
    assert "\n" not in str(caught.value)


def test_a_server_of_ones_own_needs_no_key(serve: Serve) -> None:
    server: ModelServer = serve()

    ChatAnswers(openai_chat(f"tiny@{server.url}")).answer(FACTS, ASKED)

    assert server.asked[0].key == "no-key-needed"


def test_openai_by_its_full_address_needs_one() -> None:
    with pytest.raises(LanguageMisconfigured, match="OPENAI_API_KEY"):
        openai_chat("gpt-4o-mini@https://api.openai.com/v1")


def test_the_address_may_come_from_the_environment(serve: Serve, monkeypatch: pytest.MonkeyPatch) -> None:
    server: ModelServer = serve()
    monkeypatch.setenv("OPENAI_BASE_URL", server.url)

    assert openai_chat("tiny").id == f"openai:tiny@{server.url}"


def test_whether_a_model_is_there_can_be_found_out_for_nothing(serve: Serve) -> None:
    server: ModelServer = serve(models=["qwen2.5:latest", "llama3:8b"])

    for model in ("llama3:8b", "qwen2.5"):
        chat_at(server, model).check()

    assert not [asked for asked in server.asked if asked.is_chat]


def test_an_unknown_model_is_told_with_the_nearest_that_are_there(serve: Serve) -> None:
    server: ModelServer = serve(models=["llama3:8b", "llama3:70b", "qwen2.5:7b"])

    with pytest.raises(LanguageMisconfigured, match=r"no model 'llama3:7b' at http\S+; the nearest it has: llama3:"):
        chat_at(server, "llama3:7b").check()


def test_a_model_that_is_there_and_not_listed_will_do(serve: Serve) -> None:
    server: ModelServer = serve()  # lists one model, and knows any

    chat_at(server, "tiny").check()

    assert [asked.path for asked in server.asked] == ["/v1/models", "/v1/models/tiny"]


@pytest.mark.parametrize("status", [404, 405, 501])
def test_a_server_without_a_list_of_models_will_do(serve: Serve, status: int) -> None:
    server: ModelServer = serve()
    server.fail(error(status, "no such address"), times=None)

    chat_at(server).check()


@pytest.mark.parametrize(
    ("fault", "error_kind", "said"),
    [
        (html_page(), LanguageMisconfigured, "web page"),
        (error(401, "who are you?"), LanguageMisconfigured, "does not take the key"),
        (server_error(), LanguageUnavailable, "answered 500"),
        (not_json(), LanguageUnavailable, "broke off"),
    ],
    ids=["page", "key", "500", "no json"],
)
def test_what_is_wrong_shows_when_it_is_checked(
    serve: Serve, fault: object, error_kind: type[Exception], said: str
) -> None:
    server: ModelServer = serve()
    server.fail(fault, times=None)  # type: ignore[arg-type]

    with pytest.raises(error_kind, match=said):
        chat_at(server).check()


def test_a_web_site_that_knows_no_such_page_names_the_cure(serve: Serve) -> None:
    server: ModelServer = serve()
    server.fail(Fault(404, body="<html>Not Found</html>", kind="text/html"), times=None)

    for ask in (chat_at(server).check, lambda: ChatAnswers(chat_at(server)).answer(FACTS, ASKED)):
        with pytest.raises(LanguageMisconfigured, match="usually ends in /v1"):
            ask()


def test_nobody_there_is_an_outage_when_it_is_checked(serve: Serve) -> None:
    server: ModelServer = serve()
    chat = chat_at(server)

    with server.refusing(), pytest.raises(LanguageUnavailable, match="cannot be reached"):
        chat.check()


def test_a_name_that_does_not_resolve_is_an_outage() -> None:
    chat = OpenAIChat("tiny", base_url="http://nowhere.invalid/v1", api_key=SecretStr(KEY))

    with pytest.raises(LanguageUnavailable, match="cannot be reached"):
        chat.check()


def test_a_model_that_takes_too_long_is_an_outage(serve: Serve) -> None:
    server: ModelServer = serve()
    server.fail(slow(5), times=None)

    with pytest.raises(LanguageUnavailable, match="cannot be reached"):
        ChatAnswers(chat_at(server, timeout_s=0.2), tries=1).answer(FACTS, ASKED)


def test_an_unknown_model_names_the_cure_when_it_is_asked(serve: Serve) -> None:
    server: ModelServer = serve()
    server.fail(unknown_model("tiny"))

    with pytest.raises(LanguageMisconfigured, match="there is no such model at http"):
        ChatAnswers(chat_at(server)).answer(FACTS, ASKED)
