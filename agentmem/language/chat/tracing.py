"""Calls to models as OpenTelemetry spans: nothing, unless the user has set up an SDK.

Names are those of the semantic conventions for generative AI. No text and no key is ever put in.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from agentmem.language.chat.contract import Reply, Request

if TYPE_CHECKING:
    from opentelemetry.trace import Span

FINISHED = {"whole": "stop", "cut": "length", "refused": "refusal", "filtered": "content_filter"}


class Traced:
    """One call being traced."""

    def __init__(self, span: Span | None) -> None:
        self._span = span

    def came(self, reply: Reply) -> None:
        """Note what the reply came to."""
        if self._span is None:
            return
        seen: dict[str, Any] = {
            "gen_ai.response.model": reply.model or None,
            "gen_ai.response.finish_reasons": (FINISHED[reply.end],),
            "gen_ai.usage.input_tokens": reply.read,
            "gen_ai.usage.output_tokens": reply.written,
        }
        self._span.set_attributes({name: value for name, value in seen.items() if value is not None})


@contextmanager
def traced(request: Request, *, model: str) -> Iterator[Traced]:
    """Trace a call to a model, named as after `--language`, while it is made."""
    try:
        from opentelemetry import trace
    except ImportError:
        yield Traced(None)
        return
    tracer = trace.get_tracer("agentmem")
    with tracer.start_as_current_span(
        f"chat {_named(model)}",
        kind=trace.SpanKind.CLIENT,
        attributes=_about(request, model),
        record_exception=False,
        set_status_on_exception=False,
    ) as span:
        try:
            yield Traced(span)
        except Exception as error:  # its text may hold what a user said, so only its kind is noted
            _note(span, error)
            raise


def _named(model: str) -> str:
    """Return a model's own name, of what is typed after `--language`."""
    return model.partition(":")[2].partition("@http")[0]


def _about(request: Request, model: str) -> dict[str, str | int]:
    return {
        "gen_ai.operation.name": "chat",
        "gen_ai.provider.name": model.partition(":")[0],
        "gen_ai.request.model": _named(model),
        "gen_ai.request.max_tokens": request.max_tokens,
        "agentmem.task": request.name,
        "agentmem.form": request.form,
        "agentmem.prompt": request.prompt_hash,
    }


def _note(span: Span, error: Exception) -> None:
    from opentelemetry.trace import Status, StatusCode

    span.set_attribute("error.type", type(error).__name__)
    span.set_status(Status(StatusCode.ERROR))
