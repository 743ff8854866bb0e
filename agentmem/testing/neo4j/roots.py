"""Stores of tests that share one server, and never meet."""

from __future__ import annotations

from hashlib import sha256
from pathlib import Path


def store_uri(server: str, folder: Path, *, near: int | None = None) -> str:
    """Return the URI of one store that belongs to `folder`, the same each time.

    Args:
        server: The URI of the server.
        folder: No two tests have the same.
        near: The most nodes a namespace may have to be copied; as usual, if None.
    """
    root = f"{folder.name[:20]}-{sha256(str(folder).encode()).hexdigest()[:12]}"
    return f"{server}?" + ("" if near is None else f"near={near}&") + f"root={root}"
