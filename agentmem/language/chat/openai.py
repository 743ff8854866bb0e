"""The `openai` client as a chat model: OpenAI itself, and every server that speaks its language.

Ollama, vLLM, llama.cpp and many providers do; their address is the base URL.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from pydantic import SecretStr, ValidationError

from agentmem.errors import InvalidInput, LanguageUnavailable, OptionRefused
from agentmem.language.chat.contract import End, Form, Reply, Request
from agentmem.language.chat.schemas import schema_of
from agentmem.language.providers.errors import LATER
from agentmem.language.providers.openai import OPENAI, check_model, in_our_words, model_and_address, opened, page

if TYPE_CHECKING:
    from openai import BadRequestError
    from openai.types.chat import ChatCompletion

LIMITS = ("max_tokens", "max_completion_tokens")
"""Two names of one option: other servers know the first, OpenAI's newer models the second only."""
ENDS: dict[str, End] = {"length": "cut", "content_filter": "filtered"}


class OpenAIChat:
    """A model behind an OpenAI-compatible address.

    Args:
        model: As the provider names it.
        base_url: Where it is; by default what OPENAI_BASE_URL says, or else OpenAI.
        api_key: By default what OPENAI_API_KEY says. Other servers than OpenAI's need none.
        timeout_s: Seconds without a sign of life after which a call is given up.
        temperature: 0, so that the same question tends to the same answer; not sent to models that refuse it.

    Raises:
        MissingExtra: the client is not installed.
        InvalidInput: the address is none.
        LanguageMisconfigured: there is no key, and one is needed.
    """

    forms: tuple[Form, ...] = ("schema", "object", "text")

    def __init__(
        self,
        model: str,
        *,
        base_url: str | None = None,
        api_key: SecretStr | None = None,
        timeout_s: float = 60.0,
        temperature: float = 0.0,
    ) -> None:
        self._client, self._provider = opened(
            model, base_url=base_url, api_key=api_key, timeout_s=timeout_s, what="language", instead="--language rules"
        )
        self.id = self._provider.model
        self._model = model
        self._options: dict[str, Any] = {"temperature": temperature}
        self._limits = LIMITS[::-1] if self._provider.address == OPENAI else LIMITS
        self._limit = self._limits[0]

    def complete(self, request: Request) -> Reply:
        """Make one call; an option that the model says it does not know is left out of the next."""
        from openai import BadRequestError

        sent = self._body(request)
        with in_our_words(self._provider, request.form):
            try:
                return self._reply(self._client.chat.completions.create(**sent))
            except BadRequestError as error:
                if self._adapts_to(error, sent):
                    raise OptionRefused(f"{self.id} does not take an option it was sent") from None
                raise

    def check(self) -> None:
        """Ask which models there are, which costs nothing, and whether this is one of them.

        Raises:
            LanguageUnavailable, LanguageMisconfigured: with the cure, and the nearest names.
        """
        check_model(self._client, self._model, self._provider)

    def close(self) -> None:
        """Close the client's connections; may be called twice."""
        self._client.close()

    def _body(self, request: Request) -> dict[str, Any]:
        messages = [{"role": one.role, "content": one.text} for one in request.messages]
        options = {self._limit: request.max_tokens, **self._options}
        # in the extra body, as the client takes 2 ms to look through a schema
        return {"model": self._model, "messages": messages, **options, "extra_body": _form(request)}

    def _reply(self, completion: ChatCompletion) -> Reply:
        """Return what came as a reply; the client hands on whatever came, be it none."""
        if isinstance(completion, str):
            raise page(self._provider)
        try:
            return _reply_in(completion)
        except (AttributeError, KeyError, TypeError, ValidationError):
            raise LanguageUnavailable(f"{self.id} sent something that is no reply; {LATER}") from None

    def _adapts_to(self, error: BadRequestError, sent: Mapping[str, Any]) -> bool:
        """Leave out, or call by its other name, an option that was sent and refused; return whether there is one."""
        said = f"{error.param or ''} {error.message}"
        if "temperature" in said and "temperature" in sent:
            self._options = {}
            return True
        first, other = self._limits
        if first in said and "support" in said and first in sent:
            self._limit = other
            return True
        return False


def openai_chat(argument: str) -> OpenAIChat:
    """Return the chat of what is typed after `openai:`, which is `MODEL` or `MODEL@BASE_URL`.

    Raises:
        InvalidInput: no model is named, or the address is none.
        MissingExtra, LanguageMisconfigured: as `OpenAIChat`.
    """
    model, base_url = model_and_address(argument)
    if not model:
        raise InvalidInput(
            "no model is named: write --language openai:MODEL, or openai:MODEL@http://localhost:11434/v1"
        )
    return OpenAIChat(model, base_url=base_url)


def _reply_in(completion: ChatCompletion) -> Reply:
    """Return the reply that a completion holds; one without a choice is a refusal."""
    text: str = ""
    end: End = "refused"
    for choice in completion.choices[:1]:
        text = choice.message.content or ""
        end = "refused" if choice.message.refusal else ENDS.get(choice.finish_reason, "whole")
    usage = completion.usage
    return Reply(
        text=text,
        read=usage.prompt_tokens if usage else None,
        written=usage.completion_tokens if usage else None,
        end=end,
        model=completion.model or "",
    )


def _form(request: Request) -> dict[str, Any]:
    """Return the options that ask for a form."""
    if request.form == "text":
        return {}
    if request.form == "object":
        return {"response_format": {"type": "json_object"}}
    body, is_strict = schema_of(request.output)
    held_to = {"name": request.output.__name__, "schema": body, "strict": is_strict}
    return {"response_format": {"type": "json_schema", "json_schema": held_to}}
