"""What everybody who uses the `openai` client must know: the key, the address, and what its errors say."""

from __future__ import annotations

import os
import re
from collections.abc import Iterator
from contextlib import contextmanager
from difflib import get_close_matches
from json import JSONDecodeError
from typing import TYPE_CHECKING, NamedTuple
from urllib.parse import urlsplit, urlunsplit

from pydantic import SecretStr

from agentmem.errors import InvalidInput, LanguageError, LanguageMisconfigured, LanguageUnavailable, MissingExtra
from agentmem.language.providers.errors import LATER, Complaint, Provider, error_of

if TYPE_CHECKING:
    from openai import APIStatusError, OpenAI

    from agentmem.language.chat.contract import Form

OPENAI = "OpenAI"
KEY_VARIABLE, ADDRESS_VARIABLE = "OPENAI_API_KEY", "OPENAI_BASE_URL"
SCHEMELESS = re.compile(r"(?<=.)@((?:localhost|[\w.-]+:\d{2,5})(?:[:/].*)?)$")
"""The address of a server without `http://`; a version may stand behind an @ as well: `claude@20240229`."""
NO_KEY = SecretStr("no-key-needed")
"""Sent to servers other than OpenAI's when there is no key: the client insists on one, they do not look at it."""


class Opened(NamedTuple):
    """A client, and who is asked by it: `openai:MODEL`, and where that is, if it is not OpenAI's own."""

    client: OpenAI
    provider: Provider


def opened(
    model: str, *, base_url: str | None, api_key: SecretStr | None, timeout_s: float, what: str, instead: str
) -> Opened:
    """Return a client for a model, which tries nothing again by itself; arguments and errors as of `OpenAIChat`.

    Messages say `what` it is for ("language" or "embedder"), and what could be used `instead`.
    """
    base_url = _address_at_hand(base_url)
    key = api_key or _key_at_hand(base_url, model, instead=instead)
    try:
        from openai import OpenAI
    except ImportError as error:
        raise MissingExtra.needs("openai", what=f"the {what} openai:{model}") from error
    address = without_secrets(base_url) if base_url else ""
    name = f"openai:{model}@{address}" if address else f"openai:{model}"
    client = OpenAI(api_key=key.get_secret_value(), base_url=base_url, timeout=timeout_s, max_retries=0)
    return Opened(client, Provider(name, address or OPENAI, KEY_VARIABLE, instead, secrets=(key,)))


def _address_at_hand(base_url: str | None) -> str | None:
    """Return the base URL that is meant: the given one, or what OPENAI_BASE_URL says; None for OpenAI's own.

    Raises:
        InvalidInput: it is no address.
    """
    url = base_url or os.environ.get(ADDRESS_VARIABLE) or None
    if url and not _is_address(url):
        where = "after the model" if base_url else f"in {ADDRESS_VARIABLE}"
        raise InvalidInput(f"the address {where} is none; write it like http://localhost:11434/v1")
    return url


def _key_at_hand(base_url: str | None, model: str, *, instead: str) -> SecretStr:
    """Return what OPENAI_API_KEY says; a server of one's own needs none.

    Raises:
        LanguageMisconfigured: there is no key; `instead` is named as what needs none.
    """
    key = os.environ.get(KEY_VARIABLE, "").strip()
    if key:
        return SecretStr(key)
    if base_url and urlsplit(base_url).hostname != "api.openai.com":
        return NO_KEY
    raise LanguageMisconfigured(
        f"no key for openai:{model}: set the environment variable {KEY_VARIABLE}, name a server of your own "
        f"(openai:{model}@http://localhost:11434/v1), or use {instead}, which needs none"
    )


def _is_address(url: str) -> bool:
    try:
        parts = urlsplit(url)
        return parts.scheme in ("http", "https") and bool(parts.hostname) and parts.port != 0
    except ValueError:
        return False


def without_secrets(base_url: str) -> str:
    """Return an address without the name and password that may stand in it, and without its query.

    >>> without_secrets("https://ann:secret@models.example/v1/?token=secret")
    'https://models.example/v1'
    """
    parts = urlsplit(base_url)
    return urlunsplit((parts.scheme, parts.netloc.rpartition("@")[2], parts.path.rstrip("/"), "", ""))


def model_and_address(argument: str) -> tuple[str, str | None]:
    """Return the two parts of `MODEL@BASE_URL`.

    >>> model_and_address("nomic-embed-text:v1.5@http://localhost:11434/v1")
    ('nomic-embed-text:v1.5', 'http://localhost:11434/v1')
    >>> model_and_address("gpt-4o-mini")
    ('gpt-4o-mini', None)

    Raises:
        InvalidInput: what follows the model is an address, but for the `http://` before it.
    """
    model, *address = re.split("@(?=https?://)", argument, maxsplit=1)
    if not address and (short := SCHEMELESS.search(model)):
        raise InvalidInput(f"{short[1]!r} is no address; write {model[: short.start()]}@http://{short[1]}")
    return model, next(iter(address), None)


def complaint_of(error: APIStatusError) -> Complaint:
    """Return what the client's error for a status says."""
    headers = {name.lower(): value for name, value in error.response.headers.items()}
    said = str(error.body.get("message")) if isinstance(error.body, dict) else str(error.body or error.message)
    return Complaint(error.status_code, said, error.code or error.type or "", headers)


def no_reply(error: Exception, provider: Provider) -> LanguageError:
    """Return what it means that the client brought no reply at all."""
    import openai

    why = type(error.__cause__ or error).__name__
    if isinstance(error, openai.APIConnectionError):
        said = f"cannot be reached ({why}): is it running, and the address right?"
        return LanguageUnavailable(f"{provider.model} {said} {LATER}")
    return LanguageUnavailable(f"{provider.model} broke off ({why}); {LATER}")


@contextmanager
def in_our_words(provider: Provider, form: Form = "text") -> Iterator[None]:
    """Raise, in place of what the client raises inside the `with`, what it means."""
    import openai

    try:
        yield
    except openai.APIStatusError as error:
        raise error_of(complaint_of(error), provider, form=form) from None  # its own words may repeat the key
    except (openai.OpenAIError, JSONDecodeError, RuntimeError) as error:
        # a RuntimeError comes of a closed client, or of brackets nested too deep
        raise no_reply(error, provider) from None


def check_model(client: OpenAI, model: str, provider: Provider) -> None:
    """Ask which models there are, which costs nothing, and whether this is one of them.

    Raises:
        LanguageUnavailable, LanguageMisconfigured: with the cure, and the nearest names.
    """
    import openai

    listed = _listed(client, provider)
    if listed is None or {model, f"{model}:latest"} & set(listed):
        return
    with in_our_words(provider):
        try:
            client.models.retrieve(model)  # some are there, and not listed
        except openai.NotFoundError:
            near = get_close_matches(model, listed, n=3, cutoff=0.3) or listed[:3]
            said = f"there is no model {model!r} at {provider.address}"
            raise LanguageMisconfigured(f"{said}; the nearest it has: {', '.join(near) or 'none'}") from None


def _listed(client: OpenAI, provider: Provider) -> list[str] | None:
    """Return the models there are; None where the server keeps no list."""
    import openai

    with in_our_words(provider):
        try:
            listed = client.models.with_raw_response.list()
        except openai.APIStatusError as error:
            if error.status_code in (404, 405, 501) and not complaint_of(error).is_page:
                return None
            raise
        if "json" not in listed.headers.get("content-type", "json"):
            raise page(provider)
        return [one.id for one in listed.parse().data]


def page(provider: Provider) -> LanguageError:
    """Return what it means that a web page came in place of a reply."""
    return error_of(Complaint(200, "<"), provider)
