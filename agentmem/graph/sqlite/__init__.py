"""The default store: one SQLite file, exact vector search, full text, many processes.

`store.py` opens files, `session.py` holds one thread's connection and its
transactions, `graph.py` fulfils the contract with `reading.py`, `writing.py` and
`search.py`. `vectors.py` keeps matrices for exact search, `words.py` the text
index, `kept.py` nodes read lately; `schema.py` and `migrations/` say what a file
looks like.
"""

from agentmem.graph.sqlite.store import SQLiteStore, SQLiteStores

__all__ = ["SQLiteStore", "SQLiteStores"]
