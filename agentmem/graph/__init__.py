"""Where the graph is kept: the store contract, the SQLite store, and what a memory sees of it."""
