"""Kills this process at a chosen write to a store, for the scripts that look at what is left then."""

from __future__ import annotations

import os
import re
import signal
import sqlite3
from collections.abc import Callable
from typing import Any

import neo4j

from agentmem.graph.neo4j import Neo4jStores

ONLY_ASKS = ("select", "pragma")
WRITES = re.compile(r"\b(SET|MERGE|CREATE|DELETE)\b")


class Fuse:
    """Counts what may change a store, and kills this process where it has burnt down."""

    left = -1

    @classmethod
    def burn(cls) -> None:
        """Burn a little; kill this process if nothing is left."""
        if cls.left == 0:
            os.kill(os.getpid(), signal.SIGKILL)
        cls.left -= 1


class FusedConnection(sqlite3.Connection):
    """A connection with the fuse before every statement that may change the file."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.set_trace_callback(lambda text: None if text.lstrip().lower().startswith(ONLY_ASKS) else Fuse.burn())


def fused(place: str, left: int) -> None:
    """Let this process do so many steps of writing to the store at `place`, opened from now on, and die at the next.

    In a SQLite file a step is a statement. On a Neo4j server it is half of one: before it is sent, and after;
    then nobody knows whether it was done.
    """
    Fuse.left = left
    if Neo4jStores().claims(place):
        for kind, name in ((neo4j.Session, "run"), (neo4j.Transaction, "run"), (neo4j.Transaction, "commit")):
            setattr(kind, name, _burning(getattr(kind, name)))
        return
    connect = sqlite3.connect
    sqlite3.connect = lambda *args, **kwargs: connect(*args, **{**kwargs, "factory": FusedConnection})


def _burning(send: Callable[..., Any]) -> Callable[..., Any]:
    def burns(sender: Any, *args: Any, **kwargs: Any) -> Any:
        text = getattr(args[0], "text", args[0]) if args else "SET"
        if not WRITES.search(text):
            return send(sender, *args, **kwargs)
        Fuse.burn()
        answer = send(sender, *args, **kwargs)
        Fuse.burn()
        return answer

    return burns
