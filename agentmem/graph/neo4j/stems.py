"""The stems of texts, exactly as SQLite's full-text search makes them: by its own tokenizer."""

from __future__ import annotations

import hashlib
import sqlite3
import threading
from collections.abc import Sequence

_mine = threading.local()


def stems(texts: Sequence[str]) -> list[list[str]]:
    """Return the stems of each text, in order.

    >>> stems(["The doors were opened"])
    [['the', 'door', 'were', 'open']]
    """
    connection: sqlite3.Connection | None = getattr(_mine, "connection", None)
    if connection is None:
        connection = _mine.connection = sqlite3.connect(":memory:", isolation_level=None)
        connection.execute("create virtual table t using fts5(text, tokenize='porter unicode61', content='')")
        connection.execute("create virtual table v using fts5vocab(t, 'instance')")
    connection.execute("begin")
    connection.executemany("insert into t(rowid, text) values(?, ?)", enumerate(texts, 1))
    found: list[list[tuple[int, str]]] = [[] for _ in texts]
    for term, doc, offset in connection.execute("select term, doc, offset from v"):
        found[doc - 1].append((offset, term))
    connection.execute("rollback")
    return [[term for _, term in sorted(terms)] for terms in found]


def keys_of(namespace: str, kind: str) -> str:
    """Return the words by which a search by words is kept to a namespace, and to a kind of it."""
    return f"{_token(namespace)} {_token(namespace, kind)}"


def _token(*parts: str) -> str:
    return str(int.from_bytes(hashlib.sha256("\0".join(parts).encode()).digest()[:8], "big"))
