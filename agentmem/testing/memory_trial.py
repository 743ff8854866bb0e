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
from collections.abc import Callable, Iterator
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
from agentmem.language.model import ModelLanguage
from agentmem.language.rules import RuleLanguage
from agentmem.testing.embedding import HashEmbedder
from agentmem.testing.graph_content import content_of
from agentmem.testing.model_by_rules import ModelByRules
from agentmem.testing.model_server import ModelServer
from agentmem.testing.model_troubles import Trouble

START = datetime(2026, 3, 2, 18, 30, tzinfo=UTC)
LATER = START + timedelta(days=30)
MEANWHILE = 5
"""How many of the events come before the trouble."""
OURS, OTHERS = "ours", "others"
_SPACE = "(select ns from space where name = ?)"
OWN_ROWS = {
    "node": f"ns = {_SPACE}",
    "counter": f"ns = {_SPACE}",
    "kind": f"ns = {_SPACE}",
    "vec": f"kind in (select kind from kind where ns = {_SPACE})",
    "edge": f"src in (select pk from node where ns = {_SPACE})",
}
"""Tables of the file to which of their rows are a namespace's."""
TOLD = (
    (0, "Ann", "My sister Mia moved to Oslo last week. I love painting the lake."),
    (0, "Bob", "I adopted a puppy on Sunday. I like running and I am happy."),
    (0, "Ann", "I live in Rome. I love pottery and I work as a painter."),
    (1, "Bob", "I own a red car. I like long walks with my puppy Daisy."),
    (1, "Ann", "I love sailing on the lake. Mia lives in Oslo."),
    (2, "Bob", "Daisy likes my running shoes. I am sad about the shoes."),
    (2, "Ann", "I moved to Bergen. I love painting the lake and the sea there."),
    (2, "Bob", "I own a blue bike. I like running with Daisy."),
    (3, "Ann", "I live in Bergen now. Mia loves pottery and lives in Bergen."),
    (3, "Bob", "I like tea. Daisy chewed my running shoes."),
    (3, "Ann", "I work as a teacher. I love tea and the sea."),
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


class Trials:
    """A scripted server, a folder, and any number of memories put through trouble with them.

    Args:
        open_answers: Opens who answers, for a base URL: the real client, with what waits between
            tries made short. Each is opened once, and closed at the end.
        host: Where memories and rules come from.
    """

    def __init__(self, open_answers: Callable[[str], Answers], host: Host) -> None:
        self._open_answers, self._host = open_answers, host
        self._rest = ExitStack()
        self._folder = Path(self._rest.enter_context(tempfile.TemporaryDirectory()))
        self._watch = Watch()
        self._model = ModelByRules(self._rules(), watch=self._watch)
        self._server = self._rest.enter_context(ModelServer(self._model))
        self._server.watch = lambda asked: self._watch()  # noqa: ARG005
        self._answers: dict[str, Answers] = {}
        self._well: dict[str, Well] = {}
        self._number = 0

    def that_ask(self) -> list[str]:
        """Return the names of the memories that ask a model anything, found out by telling them."""
        return [name for name in sorted(self._host.memories) if self._asks(name)]

    def run(self, name: str, trouble: Trouble) -> Endured:
        """Put the memory `name` through `trouble`, in a file of its own."""
        well = self._well.get(name) or self._well.setdefault(name, self._never_ill(name))
        with self._stored() as (store, file):
            others = self._told_by_rules(store, name, file)
            first, rest = events()[:MEANWHILE], events()[MEANWHILE:]
            self._opened(store, name).add_many(first)
            with self._in(trouble) as address, self._watched(file):
                ill = self._opened(store, name, address)
                ill.add_many(rest)
                ill.consolidate(now=LATER)
                unheard = _lost(ill)
                silent = _made_up(ill, name, well, by=self._named(address), lies=trouble.lies)
                standing = ill.status()
            later = self._opened(store, name)
            later.retry(now=LATER)
            lost = len(unheard | _not_taken_in(later))
            recovered, difference = _beside(later, name, well)
            later.rebuild()
            return Endured(
                memory=name,
                trouble=trouble.name,
                waits=standing.entries - standing.folded,
                set_aside=len(standing.set_aside),
                asked=self._watch.asked,
                lost=lost,
                silent=silent,
                locked=self._watch.locked,
                touched=len(others ^ _rows(file, OTHERS)),
                recovered=recovered,
                rebuilt=digest(later.graph, name) == well.digest,
                difference=difference,
            )

    def close(self) -> None:
        """Close the server and the clients, and delete the files."""
        for answers in self._answers.values():
            answers.close()
        self._rest.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def _rules(self) -> RuleLanguage:
        return RuleLanguage(HashEmbedder(), self._host.rules)

    def _asks(self, name: str) -> bool:
        rules = self._rules()
        with self._stored() as (store, _):
            memory = AgentMemory(store, memory=name, language=rules, host=self._host)
            memory.add_many(events())
            memory.consolidate(now=LATER)
        return rules.receipt().asked > 0

    def _never_ill(self, name: str) -> Well:
        """Tell a memory everything with the model well, and note all it ever held on the way."""
        ever: Counter[str] = Counter()
        with self._stored() as (store, _):
            memory = self._opened(store, name)
            for event in events():
                memory.add_many([event])
                ever |= content_of(memory.graph, name, now=True)
            memory.consolidate(now=LATER)
            content = content_of(memory.graph, name)
            return Well(digest(memory.graph, name), content, ever | content_of(memory.graph, name, now=True))

    def _opened(self, store: SQLiteStore, name: str, address: str | None = None) -> AgentMemory:
        """Open a memory as a new process would: with a language that has heard nothing yet."""
        language = ModelLanguage(self._model.told(self._answering(address)), embedder=HashEmbedder())
        self._rest.callback(language.close)
        return AgentMemory(store, namespace=OURS, memory=name, language=language, host=self._host)

    def _answering(self, address: str | None) -> Answers:
        url = address or self._server.url
        if url not in self._answers:
            self._answers[url] = self._open_answers(url)
        return self._answers[url]

    def _named(self, address: str | None) -> str:
        return self._answering(address).name

    def _told_by_rules(self, store: SQLiteStore, name: str, file: Path) -> frozenset[tuple[object, ...]]:
        other = AgentMemory(store, namespace=OTHERS, memory=name, language=self._rules(), host=self._host)
        other.add_many(events())
        other.consolidate(now=LATER)
        return _rows(file, OTHERS)

    @contextmanager
    def _stored(self) -> Iterator[tuple[SQLiteStore, Path]]:
        self._number += 1
        file = self._folder / f"{self._number}.db"
        with closing(SQLiteStore(file)) as store:
            yield store, file
        file.unlink()

    @contextmanager
    def _in(self, trouble: Trouble) -> Iterator[str | None]:
        """Have the trouble happen inside the `with`; yield the address that is to be asked, where it is another."""
        with ExitStack() as lasting:
            if trouble.fault is not None:
                lasting.enter_context(self._server.failing(trouble.fault))
            if trouble.refused:
                lasting.enter_context(self._server.refusing())
            yield trouble.address

    @contextmanager
    def _watched(self, file: Path) -> Iterator[None]:
        self._watch.file, self._watch.asked, self._watch.locked = file, 0, 0
        yield
        self._watch.file = None


def events() -> list[Event]:
    """Return what the memories are told."""
    return [
        new_event(
            text, id=f"t{n}", at=START + timedelta(days=day, minutes=n), role="user", speaker=who, session=f"day {day}"
        )
        for n, (day, who, text) in enumerate(TOLD, 1)
    ]


def _lost(memory: AgentMemory) -> set[str]:
    """Return the events that are not in the journal, or not to be found although the memory has not taken them in."""
    standing = memory.status()
    journal = {str(node.id) for node in memory.graph.scan(Where(memory="", label="Event"))}
    lost = {event.id for event in events() if event.node not in journal}
    for place, event in enumerate(events(), 1):
        if place > standing.folded or event.id in standing.set_aside:
            found = memory.search(event.text, limit=len(TOLD), now=LATER)
            lost |= {event.id} - {source for one in found for source in one.sources}
    return lost


def _not_taken_in(memory: AgentMemory) -> set[str]:
    standing = memory.status()
    waiting = {event.id for place, event in enumerate(events(), 1) if place > standing.folded}
    return waiting | set(standing.set_aside)


def _made_up(memory: AgentMemory, name: str, well: Well, *, by: str, lies: bool) -> int:
    """Count the nodes that a memory without trouble never held, or that another than the model said."""
    held = memory.graph.scan(Where(memory=name))
    others = sum(by not in node.by for node in held)
    return others if lies else others + (content_of(memory.graph, name, now=True) - well.ever).total()


def _beside(
    memory: AgentMemory, name: str, well: Well
) -> tuple[Literal["bytes", "content", "differs"], tuple[str, ...]]:
    """Hold a graph beside that of a run without trouble."""
    if digest(memory.graph, name) == well.digest:
        return "bytes", ()
    content = content_of(memory.graph, name)
    if content == well.content:
        return "content", ()
    more, fewer = content - well.content, well.content - content
    return "differs", (*(f"+ {line}" for line in more), *(f"- {line}" for line in fewer))


def _rows(file: Path, namespace: str) -> frozenset[tuple[object, ...]]:
    """Return every row of a namespace, as the file has it."""
    with closing(sqlite3.connect(file)) as connection:
        rows: set[tuple[object, ...]] = set()
        for table, of_space in OWN_ROWS.items():
            found = connection.execute(f"select * from {table} where {of_space}", (namespace,))  # noqa: S608 - constants
            rows |= {(table, *row) for row in found}
    return frozenset(rows)
