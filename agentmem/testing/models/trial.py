"""One memory through one trouble of its model: what it loses, makes up, locks, touches, and whether it recovers.

This is what is behind the table of faults; plugin writers get it for their own memories:

    with Trials(open_answers, host) as trials:
        for trouble in all_troubles():
            for name in trials.that_ask:
                print(trials.run(name, trouble))
"""

from __future__ import annotations

import shutil
import tempfile
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import ExitStack, closing, contextmanager
from datetime import UTC, datetime, timedelta
from functools import cached_property
from pathlib import Path
from types import TracebackType
from typing import Self

from agentmem.agent_memory import AgentMemory
from agentmem.events import Event, new_event
from agentmem.graph.digest import digest
from agentmem.graph.sqlite import SQLiteStore
from agentmem.host import Host
from agentmem.language.answers import Answers
from agentmem.language.model import ModelLanguage
from agentmem.language.rules import RuleLanguage
from agentmem.testing.embedding import HashEmbedder
from agentmem.testing.models.as_model import LanguageAsModel
from agentmem.testing.models.endured import Endured, Well, held_beside, not_taken_in, seen_in_trouble
from agentmem.testing.models.graph_content import content_of
from agentmem.testing.models.server import ModelServer
from agentmem.testing.models.store_watch import Row, Watch, rows_of
from agentmem.testing.models.troubles import PATIENT_S, Trouble

OpenAnswers = Callable[[str, float], Answers]
START = datetime(2026, 3, 2, 18, 30, tzinfo=UTC)
LATER = START + timedelta(days=30)
BEFORE = 5
"""How many of the events come before the trouble."""
MODEL = "a-model"
OURS, OTHERS = "ours", "others"
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


class Trials:
    """A scripted server, a folder, and any number of memories put through trouble with them.

    Args:
        open_answers: Opens who answers, for a base URL and a time limit in seconds: the real client,
            with what waits between tries made short. Each is opened once, and closed at the end.
        host: Where memories and rules come from.
    """

    def __init__(self, open_answers: OpenAnswers, host: Host) -> None:
        self._open_answers, self._host = open_answers, host
        self._rest = ExitStack()
        self._folder = Path(self._rest.enter_context(tempfile.TemporaryDirectory()))
        self._watch = Watch()
        self._model = LanguageAsModel(self._rules(), watch=self._watch)
        self._server = self._rest.enter_context(ModelServer(self._model))
        self._server.watch = lambda asked: self._watch()  # noqa: ARG005
        self._answers: dict[tuple[str, float], Answers] = {}
        self._well: dict[tuple[str, tuple[str, ...]], Well] = {}

    @cached_property
    def that_ask(self) -> list[str]:
        """The names of the memories that ask a model anything, found out by telling them."""
        return [name for name in sorted(self._host.memories) if self._asks(name)]

    def run(self, name: str, trouble: Trouble) -> Endured:
        """Put the memory `name` through `trouble`, which lasts from the middle of what it is told to the end."""
        return self._through(name, trouble, lasts=len(TOLD))

    def run_once(self, name: str, trouble: Trouble) -> Endured:
        """Put the memory through a trouble that lasts for one event, and is over before the next is told.

        An event that was set aside for it is taken in last. So the graph is held beside that
        of a memory that was told it last.
        """
        return self._through(name, trouble, lasts=1)

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

    def _through(self, name: str, trouble: Trouble, *, lasts: int) -> Endured:
        """Put the memory through a trouble of so many events."""
        first, during, after = events()[:BEFORE], events()[BEFORE : BEFORE + lasts], events()[BEFORE + lasts :]
        self._never_ill(name, events())  # before the server is made to fail
        with self._begun(name, first) as (store, file):
            others = rows_of(file, OTHERS)
            with self._in(trouble), self._watch.over(file):
                ill = self._opened(store, name, trouble)
                ill.add_many(during)
                if not after:
                    ill.consolidate(now=LATER)
                endured = self._seen(ill, trouble, told=first + during)
            later = self._opened(store, name)
            later.add_many(after)
            later.retry(now=LATER)
            if after:
                later.consolidate(now=LATER)
            order = [*first, *after, *during] if endured.set_aside else events()
            return self._afterwards(endured, later, file, others=others, order=order)

    def _seen(self, ill: AgentMemory, trouble: Trouble, *, told: list[Event]) -> Endured:
        """Look at a memory while the trouble lasts."""
        right = None if trouble.lies else self._never_ill(ill.stack.name, events()).ever
        return seen_in_trouble(ill, told, by=MODEL, right=right).model_copy(update={"trouble": trouble.name})

    def _afterwards(
        self, endured: Endured, later: AgentMemory, file: Path, *, others: frozenset[Row], order: list[Event]
    ) -> Endured:
        """Look at it again when the trouble is over, and when it is rebuilt."""
        recovered, difference = held_beside(later, self._never_ill(endured.memory, order))
        lost = endured.lost + len(not_taken_in(later))
        if recovered != "bytes":
            later.rebuild()
        rebuilt, _ = held_beside(later, self._never_ill(endured.memory, events()))
        return endured.model_copy(
            update={
                "lost": lost,
                "looked": self._watch.looked,
                "locked": self._watch.locked,
                "touched": len(others ^ rows_of(file, OTHERS)),
                "recovered": recovered,
                "difference": difference,
                "rebuilt": rebuilt,
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

    def _opened(self, store: SQLiteStore, name: str, trouble: Trouble | None = None) -> AgentMemory:
        """Open a memory as a new process would: with a language that has heard nothing yet."""
        asked = (trouble and trouble.address) or self._server.url, trouble.limit_s if trouble else PATIENT_S
        if asked not in self._answers:
            self._answers[asked] = self._open_answers(*asked)
        language = ModelLanguage(self._model.told(self._answers[asked], name=MODEL), embedder=HashEmbedder())
        self._rest.callback(language.close)
        return AgentMemory(store, namespace=OURS, memory=name, language=language, host=self._host)

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
    def _in(self, trouble: Trouble) -> Iterator[None]:
        """Have the trouble happen inside the `with`."""
        with ExitStack() as lasting:
            if trouble.fault is not None:
                self._server.fail(trouble.fault, times=trouble.times)
                lasting.callback(self._server.mend)
            if trouble.refused:
                lasting.enter_context(self._server.refusing())
            yield


def events() -> list[Event]:
    """Return what the memories are told."""
    return [
        new_event(
            text, id=f"t{n}", at=START + timedelta(days=day, minutes=n), role="user", speaker=who, session=f"day {day}"
        )
        for n, (day, who, text) in enumerate(TOLD, 1)
    ]


def _told_all(memory: AgentMemory, order: list[Event]) -> Counter[str]:
    """Tell a memory all events and let it tidy up; return all it ever held on the way."""
    name = memory.stack.name
    ever: Counter[str] = Counter()
    for event in order:
        memory.add_many([event])
        ever |= content_of(memory.graph, name, now=True)
    memory.consolidate(now=LATER)
    return ever | content_of(memory.graph, name, now=True)
