"""OpenAI's endpoint for embeddings, and every server that speaks it: Ollama, vLLM, llama.cpp, LM Studio."""

from __future__ import annotations

import json
import os
import re
import time
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import TYPE_CHECKING, Any, NamedTuple

from pydantic import SecretStr

from agentmem.errors import InvalidInput, LanguageError, LanguageMisconfigured, LanguageUnavailable, MissingExtra
from agentmem.language.contract import Embedded
from agentmem.language.retrying import Patience
from agentmem.language.vector_calls import TOO_LONG, Sent, TextTooLong, VectorCalls
from agentmem.vectors import Vectors

if TYPE_CHECKING:
    from openai import APIStatusError, OpenAIError

KEY, ADDRESS = "OPENAI_API_KEY", "OPENAI_BASE_URL"
NO_KEY = "none"
"""Sent to a server of one's own where no key is set: most do not look, and the client insists on one."""
TIMEOUT_S = 60.0
LONGEST_SAID = 200
"""Characters of a provider's own words that go into an error."""
SPEC = re.compile(
    r"(?P<model>[^@?]+|[^?]+?)(\?dimensions=(?P<dimensions>[^@]*))?(@(?P<address>https?://.*))?", re.DOTALL
)
FORM = "openai:MODEL, openai:MODEL@http://HOST:PORT/v1, or with dimensions openai:MODEL?dimensions=256"


class Named(NamedTuple):
    """What is named after `openai:`."""

    model: str
    dimensions: int | None
    address: str | None


def named(argument: str) -> Named:
    """Return what `MODEL[?dimensions=N][@BASE_URL]` names.

    >>> named("nomic-embed-text:v1.5@http://localhost:11434/v1")
    Named(model='nomic-embed-text:v1.5', dimensions=None, address='http://localhost:11434/v1')
    >>> named("text-embedding-3-large?dimensions=256")
    Named(model='text-embedding-3-large', dimensions=256, address=None)

    Raises:
        InvalidInput: it has another form.
    """
    found = SPEC.fullmatch(argument.strip())
    dimensions = found["dimensions"] if found else None
    if found is None or (dimensions is not None and not re.fullmatch(r"[1-9][0-9]{0,4}", dimensions)):
        raise InvalidInput(f"the embedder is given as {'openai:' + argument!r}; write {FORM}")
    return Named(found["model"], int(dimensions) if dimensions else None, found["address"])


class OpenAIEmbedder:
    """Vectors from OpenAI's endpoint, through the `openai` client. May be used from many threads.

    Its id is `openai:MODEL`, with the dimensions where they are chosen: the same model at
    another address makes the same vectors.

    Args:
        model: `text-embedding-3-small`, or what a server of one's own calls it.
        base_url: Of another server: `http://localhost:11434/v1`; by default OPENAI_BASE_URL, or OpenAI itself.
        dimensions: How many numbers a vector shall have, where the model can be asked; its own number by default.
        key: By default OPENAI_API_KEY; a server of one's own may need none.
        patience: How often and how long an outage is waited out.
        timeout_s: How long one call may take.

    Raises:
        MissingExtra: the package `openai` is not installed.
        LanguageMisconfigured: there is no key, and no other address.
    """

    leaves = True

    def __init__(
        self,
        model: str,
        *,
        base_url: str | None = None,
        dimensions: int | None = None,
        key: SecretStr | None = None,
        patience: Patience | None = None,
        timeout_s: float = TIMEOUT_S,
    ) -> None:
        try:
            from openai import OpenAI
        except ImportError:
            raise MissingExtra.needs("openai", what=f"the embedder 'openai:{model}'") from None
        self.id = f"openai:{model}" + (f"?dimensions={dimensions}" if dimensions else "")
        self._model, self._dimensions = model, dimensions
        self._key = _key(key, at=base_url or os.environ.get(ADDRESS), model=model)
        self._client = OpenAI(api_key=self._key.get_secret_value(), base_url=base_url, timeout=timeout_s, max_retries=0)
        self._calls = VectorCalls(self.id, self._send, patience or Patience(), dim=dimensions or 0)

    @property
    def dim(self) -> int:
        """How many numbers a vector has; 0 until the first one came."""
        return self._calls.dim

    @dim.setter
    def dim(self, known: int) -> None:
        self._calls.dim = known

    def embed(self, texts: Sequence[str]) -> Vectors:
        """Return one unit vector per text, shape (n, dim); zeros for an empty text, which is not sent.

        Raises:
            LanguageUnavailable, LanguageMisconfigured, BudgetExceeded, BadAnswer: as `RemoteEmbedder` says.
        """
        return self.embed_counted(texts).vectors

    def embed_counted(self, texts: Sequence[str]) -> Embedded:
        """Return what `embed` returns, and what it took."""
        return self._calls.embed(texts)

    def close(self) -> None:
        """Hang up; may be called twice."""
        self._client.close()

    def _send(self, texts: Sequence[str]) -> Sent:
        from openai import OpenAIError, omit

        try:
            answer = self._client.embeddings.with_raw_response.create(
                model=self._model,
                input=list(texts),
                dimensions=self._dimensions or omit,
                encoding_format="float",  # base64 is shorter, but not every server knows it
            )
            said = json.loads(answer.text)
        except OpenAIError as problem:
            raise self._explained(problem) from None  # its traceback may show the key
        except ValueError:
            kind = answer.headers.get("content-type", "nothing that has a type")
            raise LanguageMisconfigured(
                f"{self._where} answers {kind}, not JSON: is it the address of a model server? It usually ends in /v1"
            ) from None
        return _sent(said, self.id)

    @property
    def _where(self) -> str:
        """The address, without what may be secret in it."""
        url = self._client.base_url
        return f"{url.scheme}://{url.netloc.decode()}{url.path}".rstrip("/")

    def _explained(self, problem: OpenAIError) -> LanguageError | TextTooLong:
        """Return the error of ours that says what the client's means."""
        from openai import APIConnectionError, APIStatusError, APITimeoutError

        if isinstance(problem, APIStatusError):
            return self._refused(problem)
        if isinstance(problem, APITimeoutError):
            return LanguageUnavailable(f"{self._where} did not answer in time; is it running, and up to its work?")
        if isinstance(problem, APIConnectionError):
            why = type(problem.__cause__ or problem).__name__
            return LanguageUnavailable(f"{self._where} cannot be reached ({why}); check the address, and that it runs")
        return LanguageUnavailable(f"{self._where} gave no usable answer ({type(problem).__name__}); try again")

    def _refused(self, problem: APIStatusError) -> LanguageError | TextTooLong:
        """Return what a status other than 200 means."""
        status, said = problem.status_code, self._words(problem)
        if TOO_LONG.search(said) and status not in (401, 403, 404, 429):
            return TextTooLong(said)
        if status in (401, 403):
            return LanguageMisconfigured(f"{self._where} refuses the key ({status}); set {KEY} to one that is valid")
        if status == 404:
            return LanguageMisconfigured(
                f"{self._where} knows no model {self._model!r} for embeddings, or is no model server (404: {said}); "
                "check name and address, which usually ends in /v1"
            )
        if problem.code == "insufficient_quota":
            return LanguageMisconfigured(f"{self._where}: the quota is used up; check plan and billing")
        if status in (408, 409, 429) or status >= 500:
            return LanguageUnavailable(
                f"{self._where} is overloaded or out of order ({status})",
                retry_after_s=retry_after_s(problem.response.headers),
            )
        return LanguageMisconfigured(f"{self._where} refuses to embed with {self.id!r} ({status}: {said})")

    def _words(self, problem: APIStatusError) -> str:
        body = problem.body
        message = body.get("message") if isinstance(body, Mapping) else None
        said = " ".join(str(message or problem.message).split())[:LONGEST_SAID]
        return said.replace(self._key.get_secret_value(), "***")


def retry_after_s(headers: Mapping[str, str]) -> float | None:
    """Return how many seconds the provider wants to be left alone: it says so as a number, or as a date.

    >>> retry_after_s({"retry-after": "2.5"})
    2.5
    >>> retry_after_s({}) is None
    True
    """
    said = headers.get("retry-after", "")
    try:
        return max(0.0, float(said))
    except ValueError:
        pass
    try:
        until = parsedate_to_datetime(said)
    except (TypeError, ValueError):
        return None
    until = until if until.tzinfo else until.replace(tzinfo=UTC)
    return max(0.0, (until - datetime.fromtimestamp(time.time(), UTC)).total_seconds())


def _key(given: SecretStr | None, *, at: str | None, model: str) -> SecretStr:
    key = given or SecretStr(os.environ.get(KEY, ""))
    if key.get_secret_value().strip():
        return SecretStr(key.get_secret_value().strip())
    if at:
        return SecretStr(NO_KEY)
    raise LanguageMisconfigured(
        f"the embedder 'openai:{model}' needs a key: set {KEY}, or name a server of your own, "
        f"openai:{model}@http://localhost:11434/v1, or take one that needs neither: --embedder wordllama"
    )


def _sent(said: Any, who: str) -> Sent:
    """Return the rows of an answer in the order of the texts."""
    try:
        data = sorted(said["data"], key=lambda one: one["index"])
        rows = [one["embedding"] for one in data]
    except (KeyError, TypeError):
        raise LanguageUnavailable(f"{who} answered without vectors; is it a model for embeddings? Try again") from None
    usage = said.get("usage") or {}
    read = usage.get("prompt_tokens")
    return Sent(rows, read if isinstance(read, int) else None)
