"""The `openai` client as a chat model: OpenAI itself, and every server that speaks its language.

Ollama, vLLM, llama.cpp and many providers do; their address is the base URL.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from difflib import get_close_matches
from json import JSONDecodeError
from typing import TYPE_CHECKING, Any

from pydantic import SecretStr, ValidationError

from agentmem.errors import (
    InvalidInput,
    LanguageError,
    LanguageMisconfigured,
    LanguageUnavailable,
    MissingExtra,
    OptionRefused,
)
from agentmem.language.chat.contract import End, Form, Reply, Request
from agentmem.language.chat.schemas import schema_of
from agentmem.language.providers.errors import Provider, error_of
from agentmem.language.providers.openai import (
    KEY_VARIABLE,
    address_at_hand,
    complaint_of,
    key_at_hand,
    model_and_address,
    no_reply,
    page,
    without_secrets,
)

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
        base_url = address_at_hand(base_url)
        key = api_key or key_at_hand(base_url, model, instead="--language rules")
        try:
            import openai
        except ImportError as error:
            raise MissingExtra.needs("openai", what=f"the language openai:{model}") from error
        address = without_secrets(base_url) if base_url else ""
        self.id = f"openai:{model}@{address}" if base_url else f"openai:{model}"
        self._model = model
        self._provider = Provider(self.id, address or "OpenAI", KEY_VARIABLE, secrets=(key,))
        self._openai = openai
        self._client = openai.OpenAI(
            api_key=key.get_secret_value(), base_url=base_url, timeout=timeout_s, max_retries=0
        )
        self._options: dict[str, Any] = {"temperature": temperature}
        self._limits = LIMITS if base_url else LIMITS[::-1]
        self._limit = self._limits[0]

    def complete(self, request: Request) -> Reply:
        """Make one call; an option that the model says it does not know is left out of the next."""
        sent = self._body(request)
        with self._in_our_words(request.form):
            try:
                return self._reply(self._client.chat.completions.create(**sent))
            except self._openai.BadRequestError as error:
                if self._adapts_to(error, sent):
                    raise OptionRefused(f"{self.id} does not take an option it was sent") from None
                raise

    def check(self) -> None:
        """Ask which models there are, which costs nothing, and whether this is one of them.

        Raises:
            LanguageUnavailable, LanguageMisconfigured: with the cure, and the nearest names.
        """
        listed = self._listed()
        if listed is None or {self._model, f"{self._model}:latest"} & set(listed):
            return
        with self._in_our_words():
            try:
                self._client.models.retrieve(self._model)  # some are there, and not listed
            except self._openai.NotFoundError:
                near = get_close_matches(self._model, listed, n=3, cutoff=0.3) or listed[:3]
                said = f"there is no model {self._model!r} at {self._provider.address}"
                raise LanguageMisconfigured(f"{said}; the nearest it has: {', '.join(near) or 'none'}") from None

    def close(self) -> None:
        """Close the client's connections; may be called twice."""
        self._client.close()

    def _body(self, request: Request) -> dict[str, Any]:
        messages = [{"role": one.role, "content": one.text} for one in request.messages]
        options = {self._limit: request.max_tokens, **self._options}
        # in the extra body, as the client takes 2 ms to look through a schema
        return {"model": self._model, "messages": messages, **options, "extra_body": _form(request)}

    def _listed(self) -> list[str] | None:
        """Return the models there are; None where the server keeps no list."""
        with self._in_our_words():
            try:
                listed = self._client.models.with_raw_response.list()
            except self._openai.APIStatusError as error:
                if error.status_code in (404, 405, 501) and not complaint_of(error).is_page:
                    return None
                raise
            if "json" not in listed.headers.get("content-type", "json"):
                raise page(self._provider)
            return [one.id for one in listed.parse().data]

    def _reply(self, completion: ChatCompletion) -> Reply:
        """Return what came as a reply; the client hands on whatever came, be it none."""
        if isinstance(completion, str):
            raise page(self._provider)
        try:
            return _reply_in(completion)
        except (AttributeError, KeyError, TypeError, ValidationError):
            raise LanguageUnavailable(f"{self.id} sent something that is no reply; it is asked again later") from None

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

    @contextmanager
    def _in_our_words(self, form: Form = "text") -> Iterator[None]:
        try:
            yield
        except (self._openai.OpenAIError, JSONDecodeError, RuntimeError) as error:
            # its own words may repeat the key; a RuntimeError comes of a closed client, or of brackets nested too deep
            raise self._meaning(error, form) from None

    def _meaning(self, error: Exception, form: Form) -> LanguageError:
        if isinstance(error, self._openai.APIStatusError):
            return error_of(complaint_of(error), self._provider, form=form)
        return no_reply(error, self._provider)


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
