"""The stems of texts, exactly as SQLite's full-text search makes them: by its own tokenizer."""

from __future__ import annotations

import sqlite3
import threading
from collections.abc import Sequence

from agentmem.graph.checks import storable

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
    found: list[list[tuple[int, str]]] = [[] for _ in texts]
    connection.execute("begin")
    try:
        connection.executemany("insert into t(rowid, text) values(?, ?)", enumerate(map(storable, texts), 1))
        for term, doc, offset in connection.execute("select term, doc, offset from v"):
            found[doc - 1].append((offset, term))
    finally:
        connection.execute("rollback")
    return [[term for _, term in sorted(terms)] for terms in found]
