"""Secrets in a text, found by the forms that issuers give them (detect-secrets), and replaced by their kind."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cache
from importlib import import_module
from typing import Any, NamedTuple

from agentmem.errors import MissingExtra

DETECTORS = {
    "aws.AWSKeyDetector": "AWS key",
    "azure_storage_key.AzureStorageKeyDetector": "Azure storage key",
    "discord.DiscordBotTokenDetector": "Discord token",
    "github_token.GitHubTokenDetector": "GitHub token",
    "gitlab_token.GitLabTokenDetector": "GitLab token",
    "mailchimp.MailchimpDetector": "Mailchimp key",
    "pypi_token.PypiTokenDetector": "PyPI token",
    "sendgrid.SendGridDetector": "SendGrid key",
    "square_oauth.SquareOAuthDetector": "Square secret",
    "stripe.StripeDetector": "Stripe key",
    "telegram_token.TelegramBotTokenDetector": "Telegram token",
    "twilio.TwilioKeyDetector": "Twilio key",
}
"""The detectors of detect-secrets that hardly ever err; those that guess by keywords or by entropy are not here."""
OWN = {
    "private key": r"-----BEGIN [A-Z0-9 ]*PRIVATE KEY(?: BLOCK)?-----(?s:.*?)(?:-----END [A-Z0-9 ]+-----|\Z)",
    "Anthropic key": r"(?<![\w-])sk-ant-[\w-]{20,}",
    "OpenAI key": r"(?<![\w-])sk-(?!ant-)(?:[a-z]+-)?[\w-]{32,}",
    "Google key": r"(?<![\w-])AIza[\w-]{35}",
    "GitHub token": r"(?<![\w-])github_pat_\w{22,}",
    "Hugging Face token": r"(?<![\w-])hf_[A-Za-z0-9]{30,}",
    "NPM token": r"(?<![\w-])npm_[A-Za-z0-9]{36}",
    "Slack token": r"(?<![\w-])xox[abporse]-[\w-]{10,}|https://hooks\.slack\.com/services/[\w/]{20,}",
    "web token": r"(?<![\w-])eyJ[\w-]{8,}={0,2}\.eyJ[\w-]{8,}={0,2}(?:\.[\w-]*)?",
    "password": r"(?<=://)[^\s:/?#\[\]@]*:(?P<secret>[^\s:/?#\[\]@]+)@",
}
"""Forms that detect-secrets lacks, cuts short, or looks for in a time that grows with the square of a text."""
REST = re.compile(r"[\w+/=-]*")
"""What belongs to a secret though its form is at an end: none is cut in the middle of a word."""
QUOTED = re.compile(r"""(["'])(?P<secret>[\w+/=-]{20,200})\1""")


class _Form(NamedTuple):
    kind: str
    pattern: re.Pattern[str]


class _Found(NamedTuple):
    start: int
    end: int
    kind: str


def without_secrets(text: str, *, entropy: bool = False) -> tuple[str, set[str]]:
    """Return a text with each secret replaced by its kind, and the kinds that were found.

    Raises:
        MissingExtra: detect-secrets is not installed.

    >>> without_secrets("Mine is AKIAIOSFODNN7EXAMPLE, keep it.")
    ('Mine is [secret: AWS key], keep it.', {'AWS key'})
    """
    found = list(_found(text, entropy=entropy))
    parts, at = [], 0
    for start, end, kind in sorted(found, key=lambda one: (one.start, -one.end)):
        if end > at:  # else it lies in the one before
            parts += [text[at:start], f"[secret: {kind}]"] if start >= at else []
            at = end
    return "".join([*parts, text[at:]]), {one.kind for one in found}


def _found(text: str, *, entropy: bool) -> Iterator[_Found]:
    for kind, pattern in _forms():
        after = 0
        for match in pattern.finditer(text):
            start, end = match.span("secret" if "secret" in pattern.groupindex else 0)
            if start >= after:
                after = end if kind in ("password", "private key") else _end_of_word(text, end)
                yield _Found(start, after, kind)
    if entropy:
        for match in QUOTED.finditer(text):
            if _looks_random(match["secret"]):
                yield _Found(*match.span("secret"), "random string")


def _end_of_word(text: str, end: int) -> int:
    rest = REST.match(text, end)
    return rest.end() if rest else end


@cache
def _forms() -> tuple[_Form, ...]:
    forms = [_Form(kind, re.compile(pattern)) for kind, pattern in OWN.items()]
    for name, kind in DETECTORS.items():
        detector = _detector(name)
        forms += [_Form(kind, pattern) for pattern in detector.denylist]
    return tuple(forms)


def _looks_random(text: str) -> bool:
    names = ("high_entropy_strings.Base64HighEntropyString", "high_entropy_strings.HexHighEntropyString")
    return any(_detector(name).analyze_line(filename="", line=f'"{text}"') for name in names)


def _detector(name: str) -> Any:
    module, kind = name.split(".")
    try:
        return getattr(import_module(f"detect_secrets.plugins.{module}"), kind)()
    except ModuleNotFoundError:
        raise MissingExtra.needs("guards", what="hiding secrets") from None
