"""What a provider's refusal means: an outage, a wrong key or address, a form it does not know, or no answer.

Providers say it by HTTP status and, less reliably, in words. Their words may repeat a
key or a user's text, so they are read here, and at most a short piece of them is passed on.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime

from agentmem.errors import BadAnswer, FormRefused, LanguageError, LanguageMisconfigured, LanguageUnavailable
from agentmem.language.chat import Form

EXCERPT = 120
"""Characters of a provider's words that are passed on."""
_SECRET = re.compile(r"\b(?:sk|pk|key|Bearer)[-_ ][\w*.-]{6,}", re.IGNORECASE)
_FORM_WORDS = re.compile(
    r"response_format|json_schema|json_object|json mode|structured output|schema|grammar|guided|tool"
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
    def excerpt(self) -> str:
        """The first words, without anything that looks like a key."""
        words = " ".join(_SECRET.sub("***", self.said).split())
        return words if len(words) <= EXCERPT else f"{words[: EXCERPT - 3]}..."


def error_of(complaint: Complaint, *, model: str, address: str, form: Form = "text") -> LanguageError:
    """Return the error that a complaint comes to.

    Args:
        complaint: What came back.
        model: As typed after `--language`.
        address: What was asked, without a key.
        form: In which the model was asked.
    """
    status, said = complaint.status, f"{model} answered {complaint.status}"
    if status in (401, 403):
        return LanguageMisconfigured(
            f"{said}: the key was not accepted at {address}; set OPENAI_API_KEY to one that is, or use --language rules"
        )
    if status == 402 or (status == 429 and "quota" in f"{complaint.code} {complaint.said}".lower()):
        return LanguageMisconfigured(f"{said}: the account has no credit left; add some, or use another --language")
    if status in (408, 409, 425, 429) or status >= 500:
        return LanguageUnavailable(
            f"{said}: {complaint.excerpt or 'no reason given'}; it is asked again later",
            retry_after_s=seconds_to_wait(complaint.headers),
        )
    if complaint.is_page:
        return answers_a_page(address)
    if status == 404:
        return LanguageMisconfigured(
            f"{said}: there is no such model at {address}, or the address is wrong ({complaint.excerpt}); "
            "name a model the provider lists, and a base URL that usually ends in /v1"
        )
    if status in (400, 413, 422):
        if form != "text" and _FORM_WORDS.search(complaint.said.lower()) and "json_validate" not in complaint.code:
            return FormRefused(f"{model} cannot be asked for {form} ({status})")
        return BadAnswer(f"{said}, it cannot take this question: {complaint.excerpt}")
    return LanguageMisconfigured(f"{said} at {address}: {complaint.excerpt}; a base URL usually ends in /v1")


def answers_a_page(address: str) -> LanguageMisconfigured:
    """Return the error for an address where people look, not programs."""
    return LanguageMisconfigured(f"{address} answers with a web page, not as a model; a base URL usually ends in /v1")


def seconds_to_wait(headers: Mapping[str, str]) -> float | None:
    """Return how long the provider wants to be left alone, as its headers say it: in seconds, or until a date.

    >>> seconds_to_wait({"retry-after": "20"})
    20.0
    """
    for name, unit in (("retry-after-ms", 1000), ("retry-after", 1)):
        try:
            return max(0.0, float(headers[name]) / unit)
        except (KeyError, ValueError):
            continue
    try:
        until = parsedate_to_datetime(headers.get("retry-after", ""))
    except ValueError:
        return None
    until = until if until.tzinfo else until.replace(tzinfo=UTC)
    return max(0.0, (until - datetime.now(UTC)).total_seconds())
