"""Every text a language is asked to embed, counted, so that it shows who asks for the same one twice."""

from __future__ import annotations

from collections.abc import Container, Mapping, Sequence
from typing import Any

from agentmem.events import Event
from agentmem.language.contract import Language, Out, Receipt, Task
from agentmem.vectors import Vectors


class CountingLanguage:
    """Another language that keeps no vectors: each text asked for is embedded, and written down.

    A memory that leans on the other's cache is found out here. Not for many threads.

    Args:
        inner: Who answers, and whose embedder is used.

    Attributes:
        embedded: The texts asked for, in order, as often as they were.
    """

    def __init__(self, inner: Language) -> None:
        self.name, self.leaves, self.embedder = inner.name, inner.leaves, inner.embedder
        self._inner = inner
        self.embedded: list[str] = []

    def ask(self, task: Task[Out], /, **inputs: Any) -> Out:
        """Return the other's answer."""
        return self._inner.ask(task, **inputs)

    def prefetch(self, task: Task[Out], many: Sequence[Mapping[str, Any]], /) -> None:
        """Let the other answer ahead."""
        self._inner.prefetch(task, many)

    def embed(self, texts: Sequence[str]) -> Vectors:
        """Return unit vectors, shape (n, dim), all of them made now."""
        self.embedded += texts
        return self.embedder.embed(texts)

    def receipt(self) -> Receipt:
        """Return the other's running total, with every text that was embedded here."""
        return self._inner.receipt() + Receipt(embedded=len(self.embedded))


def needless(asked: Sequence[str], known: Container[str], *, event: Event) -> list[str]:
    """Return the texts that need not have been embedded while `event` was written, in order.

    These are texts asked for twice, and those that were embedded before and did not
    change. What the event itself says (a name it mentions) may be embedded once more:
    whether it is known is dearer to find out than its vector.

    >>> from agentmem.events import new_event
    >>> event = new_event("Ann bought a red key.", speaker="Ann")
    >>> needless(["red key", "ann, owns, hat", "hat", "hat"], {"red key", "ann, owns, hat"}, event=event)
    ['ann, owns, hat', 'hat']
    """
    said = f"{event.passage}\n{event.dated}".casefold()
    twice = [text for place, text in enumerate(asked) if text in asked[:place]]
    again = [text for text in dict.fromkeys(asked) if text in known and text.casefold() not in said]
    return again + twice
