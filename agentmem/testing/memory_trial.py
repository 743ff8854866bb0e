"""One memory through one trouble of its model: what it loses, makes up, locks, touches, and whether it recovers.

    with Trials(open_answers, host) as trials:
        for name in trials.that_ask():
            for trouble in all_troubles():
                print(trials.run(name, trouble))
"""

from __future__ import annotations

import sqlite3
import tempfile
import threading
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, closing, contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from types import TracebackType
from typing import Literal, Self

from agentmem.agent_memory import AgentMemory
from agentmem.events import Event, Value, new_event
from agentmem.graph.contract import Where
from agentmem.graph.digest import digest
from agentmem.graph.sqlite import SQLiteStore
from agentmem.host import Host
from agentmem.language.answers import Answers
from agentmem.language.contract import Embedder, Language
from agentmem.language.rules import RuleLanguage
from agentmem.testing.embedding import HashEmbedder
from agentmem.testing.graph_content import content_of
from agentmem.testing.model_by_rules import ModelByRules
from agentmem.testing.model_server import ModelServer
from agentmem.testing.model_troubles import Trouble

START = datetime(2026, 3, 2, 18, 30, tzinfo=UTC)
LATER = START + timedelta(days=30)
MEANWHILE = 4
"""How many of the events come before the trouble."""
TOLD = (
    (0, "Ann", "My sister Mia moved to Oslo last week. She works as a nurse."),
    (0, "Bob", "I adopted a puppy on Sunday, her name is Daisy."),
    (1, "Ann", "Mia lives in Oslo now. I live in Rome and I work as a painter."),
    (1, "Bob", "I own a red car. Daisy likes my running shoes."),
    (2, "Ann", "I moved to Bergen. I painted a sunrise over the lake with Mia."),
    (2, "Bob", "Daisy chewed my running shoes. I sold the red car and own a blue bike."),
    (3, "Ann", "I live in Bergen now, near Mia. I signed up for a pottery class."),
)
"""Days after the start, who, what: enough for each memory to ask, to link, to replace and to merge."""


class Endured(Value):
    """What became of one memory.

    Attributes:
        memory, trouble: Which.
        waits: Entries that waited for the model while it was out.
        set_aside: Entries that were set aside because of what it said.
        asked: Questions that were put while the trouble lasted.
        lost: Events missing in the journal, not found by a search while the trouble lasted, or
            not taken in after it.
        silent: What the memory then held that it would not hold with the model well, or that
            another than the model said.
        locked: Questions during which no other connection could write to the file.
        touched: Rows of another namespace in the same file that changed.
        recovered: The graph after `catch_up` and `retry`, beside that of a run without trouble:
            the same bytes; the same content, taken in at other positions; or what differs.
        rebuilt: Whether it is the same bytes after `rebuild`.
    """

    memory: str
    trouble: str
    waits: int
    set_aside: int
    asked: int
    lost: int
    silent: int
    locked: int
    touched: int
    recovered: Literal["bytes", "content", "differs"]
    rebuilt: bool
    difference: tuple[str, ...] = ()


@dataclass
class Well:
    """A memory that never had any trouble: its graph, and all it ever held."""

    digest: str
    content: Counter[str]
    ever: Counter[str]


@dataclass
class Watch:
    """Tries to write to a file from a connection of its own, whenever a question is put or arrives."""

    file: Path | None = None
    asked: int = 0
    locked: int = 0
    _turn: threading.Lock = field(default_factory=threading.Lock)

    def __call__(self) -> None:
        """Take the lock to write, and give it back at once."""
        with self._turn:  # two of us would lock each other out
            if self.file is None:
                return
            self.asked += 1
            with closing(sqlite3.connect(self.file, timeout=0, isolation_level=None)) as other:
                try:
                    other.execute("begin immediate")
                    other.execute("rollback")
                except sqlite3.OperationalError:
                    self.locked += 1
