"""OpenAI's endpoint for embeddings, and every server that speaks it: Ollama, vLLM, llama.cpp, LM Studio."""

from __future__ import annotations

import json
import re
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from pydantic import SecretStr

from agentmem.errors import InvalidInput, LanguageError, LanguageUnavailable, MissingExtra
from agentmem.language.contract import CountedVectors
from agentmem.language.embedding.calls import Sent, TextTooLong, VectorCalls, refusal
from agentmem.language.providers.errors import Provider
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
from agentmem.language.providers.retrying import Patience
from agentmem.vectors import Vectors

if TYPE_CHECKING:
    from openai import OpenAIError

INSTEAD = "--embedder wordllama"
FORM = "openai:MODEL, openai:MODEL@http://HOST:PORT/v1, or with dimensions openai:MODEL?dimensions=256"


class OpenAIEmbedder:
    """Vectors from OpenAI's endpoint, through the `openai` client. May be used from many threads.

    Its id is `openai:MODEL`, with the dimensions where they are chosen: the same model at
    another address makes the same vectors.

    Args:
        model: `text-embedding-3-small`, or what a server of one's own calls it.
        base_url: Of another server: `http://localhost:11434/v1`; by default OPENAI_BASE_URL, or OpenAI itself.
        dimensions: How many numbers a vector shall have, where the model can be asked; its own number by default.
        api_key: By default OPENAI_API_KEY; a server of one's own may need none.
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
        api_key: SecretStr | None = None,
        patience: Patience | None = None,
        timeout_s: float = 60.0,
    ) -> None:
        base_url = address_at_hand(base_url)
        key = api_key or key_at_hand(base_url, model, instead=INSTEAD)
        try:
            from openai import OpenAI
        except ImportError as error:
            raise MissingExtra.needs("openai", what=f"the embedder openai:{model}") from error
        placed = f"openai:{model}@{without_secrets(base_url)}" if base_url else f"openai:{model}"
        self.id = f"openai:{model}" + (f"?dimensions={dimensions}" if dimensions else "")
        self._model, self._dimensions = model, dimensions
        self._provider = Provider(placed, placed.partition("@")[2] or "OpenAI", KEY_VARIABLE, INSTEAD, secrets=(key,))
        self._client = OpenAI(api_key=key.get_secret_value(), base_url=base_url, timeout=timeout_s, max_retries=0)
        self._calls = VectorCalls(self.id, placed, self._send, patience or Patience(), dim=dimensions or 0)

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

    def embed_counted(self, texts: Sequence[str]) -> CountedVectors:
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
        except (OpenAIError, RuntimeError) as problem:  # the second of a closed client, or brackets nested too deep
            raise self._explained(problem) from None  # its traceback may show the key
        except ValueError:
            raise page(self._provider) from None
        return _sent(said, self._provider.model)

    def _explained(self, problem: OpenAIError | RuntimeError) -> LanguageError | TextTooLong:
        """Return the error of ours that says what the client's means."""
        from openai import APIStatusError

        if not isinstance(problem, APIStatusError):
            return no_reply(problem, self._provider)
        return refusal(complaint_of(problem), self._provider)


def openai_embedder(argument: str) -> OpenAIEmbedder:
    """Return the embedder of what is typed after `openai:`, which is `MODEL[?dimensions=N][@BASE_URL]`.

    Raises:
        InvalidInput: it has another form.
        MissingExtra, LanguageMisconfigured: as `OpenAIEmbedder`.
    """
    told, base_url = model_and_address(argument.strip())
    model, asks, dimensions = told.partition("?dimensions=")
    if not model or (asks and not re.fullmatch(r"[1-9][0-9]{0,4}", dimensions)):
        raise InvalidInput(f"the embedder is given as {'openai:' + argument!r}; write {FORM}")
    return OpenAIEmbedder(model, base_url=base_url, dimensions=int(dimensions) if asks else None)


def _sent(said: Any, who: str) -> Sent:
    """Return the rows of an answer in the order of the texts."""
    try:
        rows = [one["embedding"] for one in sorted(said["data"], key=lambda one: one["index"])]
    except (KeyError, TypeError):
        raise LanguageUnavailable(f"{who} answered without vectors; is it a model for embeddings?") from None
    read = (said.get("usage") or {}).get("prompt_tokens")
    return Sent(rows, read if isinstance(read, int) else None)
