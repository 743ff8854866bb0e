"""Calls show in OpenTelemetry and in LangChain's callbacks: who, what for, how much; never what was said."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

import pytest
from langchain_core.callbacks import BaseCallbackHandler
from langchain_openai import ChatOpenAI
from opentelemetry import trace
from opentelemetry.sdk.trace import ReadableSpan, TracerProvider
from opentelemetry.sdk.trace.export import SimpleSpanProcessor
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter
from opentelemetry.trace import SpanKind, StatusCode
from pydantic import SecretStr

from agentmem.errors import LanguageError
from agentmem.language.chat_answers import ChatAnswers
from agentmem.language.facts_task import FACTS
from agentmem.language.langchain_chat import LangChainChat
from agentmem.language.model import ModelLanguage
from agentmem.testing.embedding import HashEmbedder
from agentmem.testing.model_faults import cut_short, server_error, unauthorised

from .conftest import KEY, Ask, Serve

SAID = "Mia keeps her diary under the bed."


@pytest.fixture(scope="session")
def exporter() -> InMemorySpanExporter:
    exporter, provider = InMemorySpanExporter(), TracerProvider()
    provider.add_span_processor(SimpleSpanProcessor(exporter))
    trace.set_tracer_provider(provider)
    return exporter


@pytest.fixture
def spans(exporter: InMemorySpanExporter) -> Iterator[InMemorySpanExporter]:
    exporter.clear()
    yield exporter
    exporter.clear()


def attributes(span: ReadableSpan) -> dict[str, Any]:
    return dict(span.attributes or {})


def test_a_call_is_a_span_with_the_names_of_the_convention(serve: Serve, ask: Ask, spans: InMemorySpanExporter) -> None:
    answers = ask(serve(), max_tokens=500)

    answers.answer(FACTS, {"text": SAID, "action": None})

    (span,) = spans.get_finished_spans()
    about = attributes(span)
    assert span.kind is SpanKind.CLIENT
    assert span.name.startswith("chat ")
    assert span.name.endswith("tiny")
    assert about["gen_ai.operation.name"] == "chat"
    assert about["gen_ai.provider.name"] in ("openai", "langchain")
    assert about["gen_ai.request.model"].endswith("tiny")
    assert about["gen_ai.request.max_tokens"] == 500
    assert about["gen_ai.response.model"] == "tiny"
    assert about["gen_ai.response.finish_reasons"] == ("stop",)
    assert about["gen_ai.usage.input_tokens"] > about["gen_ai.usage.output_tokens"] > 0
    assert (about["agentmem.task"], about["agentmem.prompt"]) == ("facts", FACTS.prompt_hash)
    assert about["agentmem.form"] == "schema"


def test_each_try_is_a_span_of_its_own_and_says_how_it_ended(
    serve: Serve, ask: Ask, spans: InMemorySpanExporter
) -> None:
    server = serve()
    server.fail(server_error())
    server.fail(cut_short())

    ask(server).answer(FACTS, {"text": SAID, "action": None})

    failed, cut, whole = spans.get_finished_spans()
    assert failed.status.status_code is StatusCode.ERROR
    assert attributes(failed)["error.type"] == "LanguageUnavailable"
    assert attributes(cut)["gen_ai.response.finish_reasons"] == ("length",)
    assert attributes(whole)["gen_ai.response.finish_reasons"] == ("stop",)


def test_no_text_and_no_key_is_in_a_span(serve: Serve, ask: Ask, spans: InMemorySpanExporter) -> None:
    server = serve("nothing that can be read: diary")
    server.fail(unauthorised())
    answers = ask(server)

    for _ in range(2):
        with pytest.raises(LanguageError):
            answers.answer(FACTS, {"text": SAID, "action": None})

    shown = "".join(span.to_json() for span in spans.get_finished_spans())
    assert len(spans.get_finished_spans()) == 3
    assert "diary" not in shown
    assert KEY not in shown


def test_calls_made_ahead_belong_to_the_span_they_are_made_for(
    serve: Serve, ask: Ask, spans: InMemorySpanExporter
) -> None:
    language = ModelLanguage(ask(serve()), embedder=HashEmbedder())

    with trace.get_tracer("an application").start_as_current_span("remember") as outer:
        language.prefetch(FACTS, [{"text": str(number), "action": None} for number in range(5)])
    language.close()

    calls = [span for span in spans.get_finished_spans() if span.name != "remember"]
    assert len(calls) == 5
    assert {span.parent.span_id for span in calls if span.parent} == {outer.get_span_context().span_id}


class Overheard(BaseCallbackHandler):
    """Writes down what LangChain tells of each call."""

    def __init__(self) -> None:
        self.told: list[dict[str, Any]] = []

    def on_chat_model_start(self, serialized: dict[str, Any], messages: Sequence[Any], **told: Any) -> None:
        self.told.append(told)


def test_langchain_callbacks_hear_the_task_its_tags_and_its_prompt(serve: Serve) -> None:
    overheard, server = Overheard(), serve()
    model = ChatOpenAI(model="tiny", base_url=server.url, api_key=SecretStr(KEY), max_retries=0, callbacks=[overheard])

    ChatAnswers(LangChainChat(model)).answer(FACTS, {"text": SAID, "action": None})

    (told,) = overheard.told
    assert "agentmem" in told["tags"]
    assert told["metadata"]["agentmem_task"] == "facts"
    assert told["metadata"]["agentmem_prompt"] == FACTS.prompt_hash
