"""What was recalled lately: who repeats it word for word says nothing new."""

from __future__ import annotations

from collections import OrderedDict
from hashlib import blake2b
from threading import Lock

from agentmem.events import Recollection

KEPT = 2_000
"""Recollections."""


class Shown:
    """The hashes of texts that were recalled, the newest ones. Thread safe."""

    def __init__(self) -> None:
        self._hashes: OrderedDict[bytes, None] = OrderedDict()
        self._lock = Lock()

    def note(self, recollections: list[Recollection]) -> list[Recollection]:
        """Note what was recalled, and return it."""
        with self._lock:
            for one in recollections:
                self._hashes[_hash(one.text)] = None
            while len(self._hashes) > KEPT:
                self._hashes.popitem(last=False)
        return recollections

    def clear(self) -> None:
        """Forget what was recalled."""
        with self._lock:
            self._hashes.clear()

    def has(self, text: str) -> bool:
        """Return whether this very text was recalled lately."""
        return _hash(text) in self._hashes


def _hash(text: str) -> bytes:
    return blake2b(text.strip().encode("utf-8", "replace"), digest_size=16).digest()
