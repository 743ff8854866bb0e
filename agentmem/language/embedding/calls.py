"""Calls for vectors that leave the machine: in batches, paid for, tried again, and what comes back is checked.

Two adapters use it, which know a client each: `openai_embedding` and `langchain_embedding`.
"""

from __future__ import annotations

import logging
import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

import numpy as np

from agentmem.errors import BadAnswer, LanguageError, LanguageMisconfigured, LanguageUnavailable
from agentmem.language.chat.contract import Reply
from agentmem.language.contract import CountedVectors
from agentmem.language.paying.charging import Estimate
from agentmem.language.paying.metering import paid, tokens_in
from agentmem.language.providers.errors import Complaint, Provider, error_of
from agentmem.language.providers.retrying import Patience
from agentmem.vectors import Vectors, to_unit

LONGEST = 24_000
"""Characters of a text that are embedded; about 6,000 tokens of English, and OpenAI's models take 8,191."""
SHORTEST = 64
"""Characters below which a text is not cut further, however often a model says that it is too long."""
MOST_TEXTS, MOST_CHARACTERS = 256, 100_000
"""Of one call; OpenAI takes 2,048 texts and 300,000 tokens."""
TOO_LONG = re.compile(
    r"context (length|size|window)|too (long|large)|maximum (context|input|tokens?|\d+ tokens)|token limit",
    re.IGNORECASE,
)
"""How providers say that a text has more tokens than the model takes."""
log = logging.getLogger(__name__)


class TextTooLong(Exception):
    """The provider says that a text, or all of a batch together, is more than its model takes."""


class Sent(NamedTuple):
    """What came back for some texts: numbers in rows, in their order, and tokens read where the provider says."""

    rows: Sequence[Any]
    read: int | None = None


@dataclass
class VectorCalls:
    """Makes the calls of one embedder. May be used from many threads.

    Attributes:
        id: Of the embedder.
        model: What payers know the calls by.
        send: Makes one call, once. Raises TextTooLong, LanguageUnavailable, LanguageMisconfigured.
        patience: How often and how long an outage is waited out.
        dim: Numbers of a vector; 0 until they are known, and never another from then on.
    """

    id: str
    model: str
    send: Callable[[Sequence[str]], Sent]
    patience: Patience
    dim: int = 0

    def embed(self, texts: Sequence[str]) -> CountedVectors:
        """Return unit vectors, shape (n, dim). An empty text gets zeros, and none is sent.

        A text of more than `LONGEST` characters is cut there, and further where the model takes
        still less: its vector is of its beginning, which is logged. A vector only finds; texts stay whole.

        Raises:
            LanguageUnavailable, LanguageMisconfigured, BudgetExceeded, BadAnswer: as `RemoteEmbedder` says.
        """
        told = [place for place, text in enumerate(texts) if text.strip()]
        made = [self._whole(batch) for batch in _batches([_sendable(texts[place]) for place in told])]
        vectors = np.zeros((len(texts), self.dim), np.float32)
        if made:
            vectors[told] = np.concatenate([part.vectors for part in made])
        return CountedVectors(vectors, sum(part.calls for part in made), sum(part.tokens for part in made))

    def _whole(self, texts: Sequence[str]) -> CountedVectors:
        """Embed one batch; where it is too long in halves, and a single text cut."""
        calls = _Calls()
        try:
            rows = self.patience(lambda: self._call(texts, calls))
            return CountedVectors(rows, calls.made, calls.tokens)
        except TextTooLong as problem:
            if len(texts) == 1 and len(texts[0]) <= SHORTEST:
                raise BadAnswer(
                    f"{self.id} says that a text of {len(texts[0])} characters is too long; use another model"
                ) from problem
        half = len(texts) // 2
        parts = [texts[:half], texts[half:]] if half else [[_cut(texts[0], max(SHORTEST, len(texts[0]) // 2))]]
        made = [self._whole(part) for part in parts]
        return CountedVectors(
            np.concatenate([part.vectors for part in made]),
            calls.made + sum(part.calls for part in made),
            calls.tokens + sum(part.tokens for part in made),
        )

    def _call(self, texts: Sequence[str], calls: _Calls) -> Vectors:
        """Make one call, and let it be paid for."""
        guess = sum(map(tokens_in, texts))
        with paid(Estimate(task="embed", prompt="", model=self.model, read=guess, written=0)) as bill:
            calls.made += 1
            sent = self.send(texts)
            bill.reply = reply = Reply(text="", read=sent.read, written=0)
            bill.usable = False
            calls.tokens += guess if reply.read is None else reply.read
            rows = self._checked(sent.rows, count=len(texts))
            bill.usable = True
        return rows

    def _checked(self, rows: Sequence[Any], *, count: int) -> Vectors:
        """Return what came back as unit vectors, if it is that."""
        if len(rows) != count:
            raise LanguageUnavailable(f"{self.id} gave {len(rows)} vectors for {count} texts; try again")
        try:
            vectors = np.asarray(rows, np.float32)
        except (TypeError, ValueError, OverflowError) as problem:
            raise BadAnswer(f"{self.id} gave what is no vector: {problem}; check the model with another text") from None
        if vectors.ndim != 2 or not vectors.shape[1]:
            raise BadAnswer(f"{self.id} gave vectors of shape {vectors.shape[1:]}; is it a model for embeddings?")
        if not np.isfinite(vectors).all():
            raise BadAnswer(f"{self.id} gave a vector that holds NaN or infinity; check the model with another text")
        if self.dim and vectors.shape[1] != self.dim:
            raise LanguageMisconfigured(
                f"{self.id} gave {vectors.shape[1]} numbers where it gave {self.dim} before: the model of that name "
                "is another now; bring the old one back, or make all vectors anew: agentmem reembed STORE --embedder …"
            )
        self.dim = vectors.shape[1]
        return to_unit(vectors)


@dataclass
class _Calls:
    """Calls made for one batch, those that failed included, and the tokens they read."""

    made: int = 0
    tokens: int = 0


def refusal(complaint: Complaint, provider: Provider) -> LanguageError | TextTooLong:
    """Return what a provider's complaint about some texts means."""
    if TOO_LONG.search(complaint.said) and complaint.status not in (401, 403, 404, 429):
        return TextTooLong(complaint.status)
    error = error_of(complaint, provider)
    if isinstance(error, BadAnswer):  # it is the model, not one of the texts
        said = f"{provider.model} does not embed ({complaint.status}: {provider.excerpt(complaint.said)})"
        return LanguageMisconfigured(f"{said}; name a model for embeddings, with dimensions it can make")
    return error


def _batches(texts: Sequence[str]) -> Iterator[list[str]]:
    """Yield the texts in their order, as many at a time as one call may take."""
    batch: list[str] = []
    size = 0
    for text in texts:
        if batch and (len(batch) == MOST_TEXTS or size + len(text) > MOST_CHARACTERS):
            yield batch
            batch, size = [], 0
        batch.append(text)
        size += len(text)
    if batch:
        yield batch


def _sendable(text: str) -> str:
    """Return a text as it can be sent: no half a surrogate pair, and not too long."""
    text = text if text.isascii() else text.encode("utf-8", "replace").decode()
    return text if len(text) <= LONGEST else _cut(text, LONGEST)


def _cut(text: str, length: int) -> str:
    log.warning("a text of %d characters is too long to embed whole: its vector is of the first %d", len(text), length)
    return text[:length]
