"""The `openai` client as a chat model: OpenAI itself, and every server that speaks its language.

Ollama, vLLM, llama.cpp and many providers do; their address is the base URL.
"""

from __future__ import annotations

import os
import re
from difflib import get_close_matches
from json import JSONDecodeError
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit, urlunsplit

from pydantic import SecretStr

from agentmem.errors import InvalidInput, LanguageError, LanguageMisconfigured, LanguageUnavailable, MissingExtra
from agentmem.language.chat import End, Form, Reply, Request
from agentmem.language.provider_errors import Complaint, Provider, error_of
from agentmem.language.schemas import schema_of

if TYPE_CHECKING:
    from openai import APIStatusError, BadRequestError
    from openai.types.chat import ChatCompletion

KEY_VARIABLE, ADDRESS_VARIABLE = "OPENAI_API_KEY", "OPENAI_BASE_URL"
NO_KEY = SecretStr("no-key-needed")
"""Sent to servers other than OpenAI's when there is no key: the client insists on one, they do not look at it."""
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
        LanguageMisconfigured: there is no key, and one is needed; or the address is none.
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
        base_url = base_url or os.environ.get(ADDRESS_VARIABLE) or None
        key = api_key or _key_at_hand(base_url, model)
        try:
            import openai
        except ImportError as error:
            raise MissingExtra.needs("openai", what=f"the language openai:{model}") from error
        address = _without_secrets(base_url) if base_url else ""
        self.id = f"openai:{model}@{address}" if base_url else f"openai:{model}"
        self._model = model
        self._provider = Provider(self.id, address or "OpenAI", KEY_VARIABLE)
        self._openai = openai
        self._client = openai.OpenAI(
            api_key=key.get_secret_value(), base_url=base_url, timeout=timeout_s, max_retries=0
        )
        self._options: dict[str, Any] = {"temperature": temperature}
        self._limits = list(LIMITS if base_url else reversed(LIMITS))

    def complete(self, request: Request) -> Reply:
        """Make one call; another where the model says that it does not know an option, which is then left out."""
        while True:
            try:
                return self._reply(self._client.chat.completions.create(**self._body(request)))
            except self._openai.BadRequestError as error:
                if not self._adapts_to(error):
                    raise self._meaning(error, request.form) from error
            except (self._openai.OpenAIError, JSONDecodeError) as error:
                raise self._meaning(error, request.form) from error

    def check(self) -> None:
        """Ask which models there are, which costs nothing, and whether this is one of them.

        Raises:
            LanguageUnavailable, LanguageMisconfigured: with the cure, and the nearest names.
        """
        listed = self._listed()
        if listed is None or {self._model, f"{self._model}:latest"} & set(listed):
            return
        try:
            self._client.models.retrieve(self._model)  # some are there, and not listed
        except self._openai.NotFoundError:
            near = get_close_matches(self._model, listed, n=3, cutoff=0.3) or listed[:3]
            said = f"there is no model {self._model!r} at {self._provider.address}"
            raise LanguageMisconfigured(f"{said}; the nearest it has: {', '.join(near) or 'none'}") from None
        except (self._openai.OpenAIError, JSONDecodeError) as error:
            raise self._meaning(error, "text") from error

    def close(self) -> None:
        """Close the client's connections; may be called twice."""
        self._client.close()

    def _body(self, request: Request) -> dict[str, Any]:
        messages = [{"role": one.role, "content": one.text} for one in request.messages]
        options = {self._limits[0]: request.max_tokens, **self._options}
        # in the extra body, as the client takes 2 ms to look through a schema
        return {"model": self._model, "messages": messages, **options, "extra_body": _form(request)}

    def _listed(self) -> list[str] | None:
        """Return the models there are; None where the server keeps no list."""
        try:
            page = self._client.models.list()
        except self._openai.APIStatusError as error:
            if error.status_code in (404, 405, 501) and not self._complaint(error).is_page:
                return None
            raise self._meaning(error, "text") from error
        except (self._openai.OpenAIError, JSONDecodeError) as error:
            raise self._meaning(error, "text") from error
        if isinstance(page, str):  # the client hands on what is no JSON as it came
            raise self._page()
        return [one.id for one in page.data]

    def _reply(self, completion: ChatCompletion) -> Reply:
        """Return what came as a reply; one without a choice is a refusal."""
        if isinstance(completion, str):  # the client hands on what is no JSON as it came
            raise self._page()
        end: End = "refused"
        text = ""
        for choice in (completion.choices or ())[:1]:
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

    def _adapts_to(self, error: BadRequestError) -> bool:
        """Change an option the model refuses; return whether there was one to change."""
        said = f"{error.param or ''} {error.message}"
        if "support" in said and len(self._limits) > 1 and self._limits[0] in said:
            del self._limits[0]
            return True
        return "temperature" in said and self._options.pop("temperature", None) is not None

    def _meaning(self, error: Exception, form: Form) -> LanguageError:
        if isinstance(error, self._openai.APIStatusError):
            return error_of(self._complaint(error), self._provider, form=form)
        said = "cannot be reached" if isinstance(error, self._openai.APIConnectionError) else "broke off"
        why = type(error.__cause__ or error).__name__
        return LanguageUnavailable(f"{self.id} {said} ({why}); it is asked again later")

    def _page(self) -> LanguageError:
        return error_of(Complaint(200, "<"), self._provider)

    def _complaint(self, error: APIStatusError) -> Complaint:
        headers = {name.lower(): value for name, value in error.response.headers.items()}
        said = str(error.body.get("message")) if isinstance(error.body, dict) else str(error.body or error.message)
        return Complaint(error.status_code, said, error.code or error.type or "", headers)


def openai_chat(argument: str) -> OpenAIChat:
    """Return the chat of what is typed after `openai:`, which is `MODEL` or `MODEL@BASE_URL`.

    Raises:
        InvalidInput: no model is named.
        MissingExtra, LanguageMisconfigured: as `OpenAIChat`.
    """
    model, base_url = [*re.split("@(?=https?://)", argument, maxsplit=1), None][:2]
    if not model:
        raise InvalidInput(
            "no model is named: write --language openai:MODEL, or openai:MODEL@http://localhost:11434/v1"
        )
    return OpenAIChat(model, base_url=base_url)


def _form(request: Request) -> dict[str, Any]:
    """Return the options that ask for a form."""
    if request.form == "text":
        return {}
    if request.form == "object":
        return {"response_format": {"type": "json_object"}}
    body, is_strict = schema_of(request.output)
    held_to = {"name": request.output.__name__, "schema": body, "strict": is_strict}
    return {"response_format": {"type": "json_schema", "json_schema": held_to}}


def _key_at_hand(base_url: str | None, model: str) -> SecretStr:
    key = os.environ.get(KEY_VARIABLE, "").strip()
    if key:
        return SecretStr(key)
    if base_url and urlsplit(base_url).hostname != "api.openai.com":
        return NO_KEY
    raise LanguageMisconfigured(
        f"no key for openai:{model}: set the environment variable {KEY_VARIABLE}, name a server of your own "
        f"(openai:{model}@http://localhost:11434/v1), or use --language rules, which needs none"
    )


def _without_secrets(base_url: str) -> str:
    """Return an address without the name and password that may stand in it, and without its query."""
    parts = urlsplit(base_url)
    return urlunsplit((parts.scheme, parts.netloc.rpartition("@")[2], parts.path.rstrip("/"), "", ""))
