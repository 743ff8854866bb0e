"""What a provider's refusal means: an outage, a wrong key or address, a form it does not know, or no answer.

Providers say it by HTTP status and, less reliably, in words. Their words may repeat a
key or a user's text, so they are read here, and at most a short piece of them is passed on.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime

from pydantic import SecretStr

from agentmem.errors import BadAnswer, FormRefused, LanguageError, LanguageMisconfigured, LanguageUnavailable
from agentmem.language.chat.contract import Form

EXCERPT = 120
"""Characters of a provider's words that are passed on."""
_KEY = re.compile(r"\b(?:sk|Bearer)[-_ ][\w*.-]{6,}", re.IGNORECASE)
_FORM_WORDS = re.compile(r"response_format|json.?mode|json_object|structured output|schema|grammar|guided|tool")
_LENGTH_WORDS = re.compile(r"context.?(length|size|window)|too (long|many tokens)|maximum (context|input)")
_OPTION_WORDS = re.compile(
    r"(unsupported|unrecognized|unknown|unexpected|invalid) (value|parameter|argument|field|option)"
)


@dataclass(frozen=True)
class Complaint:
    """What came back in place of an answer.

    Attributes:
        status: Of HTTP.
        said: In the provider's words, or the page it sent.
        code: The provider's own word for it, "" where there is none.
        headers: Lower-case names to values.
    """

    status: int
    said: str = ""
    code: str = ""
    headers: Mapping[str, str] = field(default_factory=dict)

    @property
    def is_page(self) -> bool:
        """Whether a web page came."""
        return "html" in self.headers.get("content-type", "") or self.said.lstrip()[:1] == "<"

    @property
    def is_about_credit(self) -> bool:
        """Whether the account is used up, so that waiting is no use."""
        return self.status == 402 or (self.status == 429 and "insufficient_quota" in f"{self.code} {self.said}")


@dataclass(frozen=True)
class Provider:
    """Who was asked.

    Attributes:
        model: As typed after `--language` or `--embedder`.
        address: Where it is, without a key.
        key: Where the key comes from, to name the cure.
        instead: What needs no key, to name it too.
        secrets: What is never passed on, though the provider repeat it.
    """

    model: str
    address: str
    key: str = "OPENAI_API_KEY"
    instead: str = "--language rules"
    secrets: Sequence[SecretStr] = ()

    def excerpt(self, words: str) -> str:
        """Return the first of a provider's words, without the key, or what looks like one."""
        for secret in filter(None, (one.get_secret_value() for one in self.secrets)):
            words = words.replace(secret, "***")
        words = " ".join(_KEY.sub("***", words).split())
        return words if len(words) <= EXCERPT else f"{words[: EXCERPT - 3]}..."


def error_of(complaint: Complaint, provider: Provider, *, form: Form = "text") -> LanguageError:
    """Return the error that a complaint comes to, of a model asked in this form."""
    said, why = f"{provider.model} answered {complaint.status}", provider.excerpt(complaint.said) or "no reason given"
    if _is_outage(complaint):
        return LanguageUnavailable(f"{said}: {why}; it is asked again later", retry_after_s=seconds_to_wait(complaint))
    if complaint.status in (400, 413, 422) and not complaint.is_page:
        if _is_about_length(complaint):
            return BadAnswer(f"{said}, this question is too long for it: {why}")
        if form != "text" and _is_about_form(complaint):
            return FormRefused(f"{provider.model} cannot be asked for {form} ({complaint.status})")
        if _OPTION_WORDS.search(complaint.said.lower()):
            return LanguageMisconfigured(f"{said}, it does not take an option it was given: {why}")
        return BadAnswer(f"{said}, it cannot take this question: {why}")
    return LanguageMisconfigured(_cure(complaint, provider, said=said, why=why))


def _is_outage(complaint: Complaint) -> bool:
    status = complaint.status
    return status in (408, 409, 425) or status >= 500 or (status == 429 and not complaint.is_about_credit)


def _is_about_length(complaint: Complaint) -> bool:
    """Return whether one question is too long, whatever else is said: tokens of the schema are often named with it."""
    said = f"{complaint.code} {complaint.said}".lower()
    return complaint.status == 413 or ("invalid schema" not in said and _LENGTH_WORDS.search(said) is not None)


def _is_about_form(complaint: Complaint) -> bool:
    """Return whether the form is refused; not where the model was asked in it, and failed."""
    return "json_validate" not in complaint.code and _FORM_WORDS.search(complaint.said.lower()) is not None


def _cure(complaint: Complaint, provider: Provider, *, said: str, why: str) -> str:
    address = provider.address
    if complaint.status in (401, 403):
        return f"{said}: {address} does not take the key; set {provider.key} to one it takes, or use {provider.instead}"
    if complaint.is_about_credit:
        return f"{said}: the account has no credit left; add some, or use {provider.instead}"
    if complaint.is_page:
        return f"{address} answers with a web page, not as a model; a base URL usually ends in /v1"
    if complaint.status == 404:
        return (
            f"{said}: there is no such model at {address}, or the address is wrong ({why}); "
            "name a model it has, and a base URL, which usually ends in /v1"
        )
    return f"{said}: {why}; is {address} the base URL? it usually ends in /v1"


def seconds_to_wait(complaint: Complaint) -> float | None:
    """Return how long the provider wants to be left alone, as its headers say it: in seconds, or until a date.

    >>> seconds_to_wait(Complaint(429, headers={"retry-after": "20"}))
    20.0
    """
    headers = complaint.headers
    for name, unit in (("retry-after-ms", 1000), ("retry-after", 1)):
        try:
            return max(0.0, float(headers[name]) / unit)
        except (KeyError, ValueError):
            continue
    try:
        until = parsedate_to_datetime(headers.get("retry-after", ""))
    except (ValueError, OverflowError):
        return None
    until = until if until.tzinfo else until.replace(tzinfo=UTC)
    return max(0.0, (until - datetime.now(UTC)).total_seconds())
