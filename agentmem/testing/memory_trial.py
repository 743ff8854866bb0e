"""One memory through one trouble of its model: what it loses, makes up, locks, touches, and whether it recovers.

with Trials(open_answers, host) as trials:
    for name in trials.that_ask():
        for trouble in all_troubles():
            print(trials.run(name, trouble))
"""

from __future__ import annotations

import shutil
import sqlite3
import tempfile
import threading
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import ExitStack, closing, contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import cached_property
from pathlib import Path
from types import TracebackType
from typing import Literal, Self

from agentmem.agent_memory import AgentMemory
from agentmem.events import Event, Value, new_event
from agentmem.graph.contract import Where
from agentmem.graph.digest import digest
from agentmem.graph.sqlite import SQLiteStore
from agentmem.host import Host
from agentmem.journal import EVENT, Journal
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
BEFORE = 5
"""How many of the events come before the trouble."""
Sameness = Literal["bytes", "content", "differs"]
Row = tuple[object, ...]
MODEL = "a-model"
OURS, OTHERS = "ours", "others"
_SPACE = "(select ns from space where name = ?)"
OWN_ROWS = {
    "node": f"ns = {_SPACE}",
    "counter": f"ns = {_SPACE}",
    "kind": f"ns = {_SPACE}",
    "vec": f"kind in (select kind from kind where ns = {_SPACE})",  # noqa: S608 - constants, here and below
    "edge": f"src in (select pk from node where ns = {_SPACE})",  # noqa: S608
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
        lost: Events missing in the journal, not found by a search while the trouble lasted, or
            not taken in after it.
        silent: What the memory then held that it would not hold with the model well, or that
            another than the model said.
        looked, locked: How often a question was put or arrived, and how often no other
            connection could write to the file just then.
        touched: Rows of another namespace in the same file that changed.
        recovered: The graph after `catch_up` and `retry`, beside that of a run without trouble:
            the same bytes; the same content, taken in at other positions; or not the same.
        difference: What is there and should not be ("+"), and the other way round ("-").
        rebuilt: The graph after `rebuild`, beside it; it is rebuilt where it is not the same bytes before.
    """

    memory: str
    trouble: str
    waits: int = 0
    set_aside: int = 0
    lost: int = 0
    silent: int = 0
    looked: int = 0
    locked: int = 0
    touched: int = 0
    recovered: Sameness = "differs"
    difference: tuple[str, ...] = ()
    rebuilt: Sameness = "differs"


@dataclass
class Well:
    """A memory that never had any trouble: its graph, and all it ever held."""

    digest: str
    content: Counter[str]
    ever: Counter[str]


class Watch:
    """Tries to write to a file from a connection of its own, whenever a question is put or arrives.

    Attributes:
        looked, locked: How often it tried, and how often it could not.
    """

    def __init__(self) -> None:
        self.looked = self.locked = 0
        self._file: Path | None = None
        self._turn = threading.Lock()

    @contextmanager
    def over(self, file: Path) -> Iterator[None]:
        """Watch `file` inside the `with`, counting from 0."""
        self._file, self.looked, self.locked = file, 0, 0
        yield
        self._file = None

    def __call__(self) -> None:
        """Take the lock to write, and give it back at once."""
        with self._turn:  # two of us would lock each other out
            if self._file is None:
                return
            self.looked += 1
            with closing(sqlite3.connect(self._file, timeout=0, isolation_level=None)) as other:
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
        self._well: dict[tuple[str, tuple[str, ...]], Well] = {}

    @cached_property
    def that_ask(self) -> list[str]:
        """The names of the memories that ask a model anything, found out by telling them."""
        return [name for name in sorted(self._host.memories) if self._asks(name)]

    def run(self, name: str, trouble: Trouble) -> Endured:
        """Put the memory `name` through `trouble`, which lasts from the middle of what it is told to the end."""
        first, rest = events()[:BEFORE], events()[BEFORE:]
        well = self._never_ill(name, events())
        with self._begun(name, first) as (store, file):
            others = rows_of(file, OTHERS)
            with self._in(trouble) as address, self._watch.over(file):
                ill = self._opened(store, name, address)
                ill.add_many(rest)
                ill.consolidate(now=LATER)
                endured = _endured(ill, trouble, well, told=first + rest)
            later = self._opened(store, name)
            later.retry(now=LATER)
            return self._afterwards(endured, later, file, others=others, order=events())

    def run_once(self, name: str, trouble: Trouble) -> Endured:
        """Put the memory through a trouble that lasts for one event, and is over before the next is told.

        An event that was set aside for it is taken in last. So the graph is held beside that
        of a memory that was told it last.
        """
        first, once, rest = events()[:BEFORE], events()[BEFORE : BEFORE + 1], events()[BEFORE + 1 :]
        well = self._never_ill(name, events())
        with self._begun(name, first) as (store, file):
            others = rows_of(file, OTHERS)
            with self._in(trouble) as address, self._watch.over(file):
                ill = self._opened(store, name, address)
                ill.add_many(once)
                endured = _endured(ill, trouble, well, told=first + once)
            later = self._opened(store, name)
            later.add_many(rest)
            later.retry(now=LATER)
            later.consolidate(now=LATER)
            order = [*first, *rest, *once] if endured.set_aside else events()
            return self._afterwards(endured, later, file, others=others, order=order)

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

    def _afterwards(
        self, endured: Endured, later: AgentMemory, file: Path, *, others: frozenset[Row], order: list[Event]
    ) -> Endured:
        """Look at it again when the trouble is over, and when it is rebuilt."""
        recovered, difference = _beside(later, self._never_ill(endured.memory, order))
        not_taken_in = len(_not_taken_in(later))
        if recovered != "bytes":
            later.rebuild()
        return endured.model_copy(
            update={
                "lost": endured.lost + not_taken_in,
                "looked": self._watch.looked,
                "locked": self._watch.locked,
                "touched": len(others ^ rows_of(file, OTHERS)),
                "recovered": recovered,
                "difference": difference,
                "rebuilt": _beside(later, self._never_ill(endured.memory, events()))[0],
            }
        )

    def _rules(self) -> RuleLanguage:
        return RuleLanguage(HashEmbedder(), self._host.rules)

    def _asks(self, name: str) -> bool:
        rules = self._rules()
        with closing(SQLiteStore.in_memory()) as store:
            _told_all(AgentMemory(store, memory=name, language=rules, host=self._host), events())
        return rules.receipt().asked > 0

    def _never_ill(self, name: str, order: list[Event]) -> Well:
        """Tell a memory everything with the model well, and note all it ever held on the way."""
        key = name, tuple(event.id for event in order)
        if key not in self._well:
            with closing(SQLiteStore.in_memory()) as store:
                memory = self._opened(store, name)
                ever = _told_all(memory, order)
                self._well[key] = Well(digest(memory.graph, name), content_of(memory.graph, name), ever)
        return self._well[key]

    def _opened(self, store: SQLiteStore, name: str, address: str | None = None) -> AgentMemory:
        """Open a memory as a new process would: with a language that has heard nothing yet."""
        language = ModelLanguage(self._model.told(self._answering(address), name=MODEL), embedder=HashEmbedder())
        self._rest.callback(language.close)
        return AgentMemory(store, namespace=OURS, memory=name, language=language, host=self._host)

    def _answering(self, address: str | None) -> Answers:
        url = address or self._server.url
        if url not in self._answers:
            self._answers[url] = self._open_answers(url)
        return self._answers[url]

    @contextmanager
    def _begun(self, name: str, first: list[Event]) -> Iterator[tuple[SQLiteStore, Path]]:
        """Yield a store in a file of its own, in which a memory was told the first events, and another's all."""
        begun, file = self._folder / f"{name}.begun", self._folder / f"{name}.db"
        if not begun.exists():
            with closing(SQLiteStore(begun)) as store:
                other = AgentMemory(store, namespace=OTHERS, memory=name, language=self._rules(), host=self._host)
                _told_all(other, events())
                self._opened(store, name).add_many(first)
        shutil.copy(begun, file)
        with closing(SQLiteStore(file)) as store:
            yield store, file

    @contextmanager
    def _in(self, trouble: Trouble) -> Iterator[str | None]:
        """Have the trouble happen inside the `with`; yield the address that is to be asked, where it is another."""
        with ExitStack() as lasting:
            if trouble.fault is not None:
                self._server.fail(trouble.fault, times=trouble.times)
                lasting.callback(self._server.mend)
            if trouble.refused:
                lasting.enter_context(self._server.refusing())
            yield trouble.address


def events() -> list[Event]:
    """Return what the memories are told."""
    return [
        new_event(
            text, id=f"t{n}", at=START + timedelta(days=day, minutes=n), role="user", speaker=who, session=f"day {day}"
        )
        for n, (day, who, text) in enumerate(TOLD, 1)
    ]


def _endured(ill: AgentMemory, trouble: Trouble, well: Well, *, told: list[Event]) -> Endured:
    """Look at a memory while the trouble lasts."""
    standing, name = ill.status(), ill.stack.name
    return Endured(
        memory=name,
        trouble=trouble.name,
        waits=standing.entries - standing.folded,
        set_aside=len(standing.set_aside),
        lost=len(_lost(ill, told)),
        silent=_made_up(ill, name, None if trouble.lies else well.ever),
    )


def _lost(memory: AgentMemory, told: list[Event]) -> set[str]:
    """Return the events that are not in the journal, or not to be found although the memory has not taken them in."""
    journal = {node.id for node in memory.graph.scan(Where(memory="", label=EVENT))}
    lost = {event.id for event in told if event.node not in journal}
    for event in told:
        if event.id in _not_taken_in(memory):
            found = memory.search(event.text, limit=len(told), now=LATER)
            lost |= {event.id} - {source for one in found for source in one.sources}
    return lost


def _not_taken_in(memory: AgentMemory) -> set[str]:
    """Return what waits, and what is set aside, operations included."""
    waiting = Journal(memory.graph).after(memory.status().folded, limit=len(TOLD))
    return set(memory.status().set_aside) | {entry.id if isinstance(entry, Event) else entry.verb for entry in waiting}


def _told_all(memory: AgentMemory, order: list[Event]) -> Counter[str]:
    """Tell a memory all events and let it tidy up; return all it ever held on the way."""
    name = memory.stack.name
    ever: Counter[str] = Counter()
    for event in order:
        memory.add_many([event])
        ever |= content_of(memory.graph, name, now=True)
    memory.consolidate(now=LATER)
    return ever | content_of(memory.graph, name, now=True)


def _made_up(memory: AgentMemory, name: str, ever: Counter[str] | None) -> int:
    """Count the nodes another than the model said, and those that are not among what was `ever` right."""
    others = sum(MODEL not in node.by for node in memory.graph.scan(Where(memory=name)))
    return others if ever is None else others + (content_of(memory.graph, name, now=True) - ever).total()


def _beside(memory: AgentMemory, well: Well) -> tuple[Sameness, tuple[str, ...]]:
    """Hold a graph beside that of a run without trouble; return what differs too."""
    name = memory.stack.name
    if digest(memory.graph, name) == well.digest:
        return "bytes", ()
    content = content_of(memory.graph, name)
    more, fewer = content - well.content, well.content - content
    difference = (*(f"+ {line}" for line in more), *(f"- {line}" for line in fewer))
    return ("differs" if difference else "content"), difference


def rows_of(file: Path, namespace: str) -> frozenset[Row]:
    """Return every row of a namespace, as the file has it."""
    rows: set[Row] = set()
    with closing(sqlite3.connect(file)) as connection:
        for table, own in OWN_ROWS.items():
            found = connection.execute(f"select * from {table} where {own}", (namespace,))  # noqa: S608 - constants
            rows |= {(table, *row) for row in found}
    return frozenset(rows)
