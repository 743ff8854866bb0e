"""Words that are in no text, and stand for a namespace or a kind: by them a search by words is kept to it."""

from __future__ import annotations

import hashlib
import json
from functools import lru_cache


def keys_of(namespace: str, memory: str, label: str) -> str:
    """Return the words by which a search by words is kept to a namespace, to a memory, a label, or both."""
    wanted = ((), (memory, None), (None, label), (memory, label))
    return " ".join(key_of(namespace, *some) for some in wanted)


@lru_cache(maxsize=4096)
def key_of(namespace: str, *of: str | None) -> str:
    """Return one word that stands for a namespace, or for a memory and a label in it; None stands for any."""
    said = json.dumps([namespace, *of]).encode()
    return str(int.from_bytes(hashlib.sha256(said).digest()[:8], "big"))
