"""Any LangChain `Embeddings` as an embedder."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from pydantic import SecretStr

from agentmem.errors import LanguageError, LanguageUnavailable
from agentmem.language.chat.langchain import complaint_in
from agentmem.language.contract import CountedVectors
from agentmem.language.embedding.calls import Sent, TextTooLong, VectorCalls, refusal
from agentmem.language.paying.charging import charged_to
from agentmem.language.providers.errors import Provider
from agentmem.language.providers.retrying import Patience
from agentmem.vectors import Vectors

if TYPE_CHECKING:
    from langchain_core.embeddings import Embeddings

MODEL = ("model", "model_name", "model_id", "deployment", "azure_deployment", "repo_id")
"""Attributes by which LangChain's classes name their model, the most usual first."""
DIMENSIONS = ("dimensions", "output_dimensionality", "dimension")


class LangChainEmbedder:
    """Vectors from LangChain: `LangChainEmbedder(OllamaEmbeddings(model="nomic-embed-text"))`.

    Its id is made from class, model and dimensions. Questions are embedded as documents are:
    a memory does not tell its texts apart. `OpenAIEmbeddings` cuts texts up with a tokenizer it
    downloads, unless told `check_embedding_ctx_length=False`.

    Args:
        embeddings: What makes them; its own retries come first, so it should have few.
        id: A name of one's own, where class and model do not tell two apart.
        leaves: Whether it makes calls. False for one that runs in this process: an event and what
            is derived from it are one transaction then, and no call is counted.
        patience: How often and how long an outage is waited out.
    """

    def __init__(
        self,
        embeddings: Embeddings,
        *,
        id: str | None = None,  # noqa: A002 - as the port calls it
        leaves: bool = True,
        patience: Patience | None = None,
    ) -> None:
        self.id = id or _named_after(embeddings)
        self.leaves = leaves
        self._embeddings = embeddings
        secrets = [one for one in getattr(embeddings, "__dict__", {}).values() if isinstance(one, SecretStr)]
        self._provider = Provider(
            self.id, "the provider", "the variable it reads its key from", "--embedder wordllama", secrets=secrets
        )
        self._calls = VectorCalls(self.id, self.id, self._send, patience or Patience())

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
        """Return what `embed` returns, and what it took; LangChain does not tell tokens, so they are guessed."""
        if self.leaves:
            return self._calls.embed(texts)
        with charged_to(None):
            return CountedVectors(self._calls.embed(texts).vectors, calls=0, tokens=0)

    def _send(self, texts: Sequence[str]) -> Sent:
        try:
            return Sent(self._embeddings.embed_documents(list(texts)))
        except Exception as problem:  # noqa: BLE001 - each provider raises its own
            raise self._explained(problem) from None  # the traceback of a client may show the key

    def _explained(self, problem: Exception) -> LanguageError | TextTooLong:
        """Return our error for whatever a provider's client raises; an unknown one waits, so that nothing is lost."""
        complaint = complaint_in(problem)
        if complaint is None:
            return LanguageUnavailable(f"{self.id} failed ({type(problem).__name__}); it is asked again later")
        return refusal(complaint, self._provider)


def _named_after(embeddings: Embeddings) -> str:
    model = _first(embeddings, MODEL)
    dimensions = _first(embeddings, DIMENSIONS)
    return (
        f"langchain:{type(embeddings).__name__}"
        + (f":{model}" if model else "")
        + (f"?dimensions={dimensions}" if dimensions else "")
    )


def _first(embeddings: Embeddings, names: Sequence[str]) -> str:
    values = (getattr(embeddings, name, None) for name in names)
    return next((str(value) for value in values if isinstance(value, str | int) and value), "")
