"""One server: statements sent to it, again where that is safe and may help, and its faults in our words."""

from __future__ import annotations

import logging
import os
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial
from math import inf
from typing import Any, TypeVar

import neo4j
from neo4j.exceptions import DriverError, Neo4jError
from tenacity import RetryCallState, Retrying, retry_if_exception, wait_random_exponential

from agentmem.errors import StoreError, StoreUnavailable
from agentmem.graph.neo4j.address import Address
from agentmem.graph.neo4j.faults import explained, is_away, is_conflict
from agentmem.graph.neo4j.watch import Watch, answers

T = TypeVar("T")
Row = list[Any]
FAULTS = (DriverError, Neo4jError)
CONFLICT_S = 10.0
"""How long something is tried again that met another transaction: a deadlock, or a lock."""
AT_ONCE_S = 1.0
"""What fails faster is tried once more in any case: the connection may be one to a server restarted since."""
CONNECT_S, BRIEF_S = 5.0, 1.5
"""How long a connection is waited for; and how long, where the server was away a moment ago."""
LONGEST_S = 120.0
"""After which the server ends a statement, be it that it waits for a lock."""
log = logging.getLogger(__name__)
SILENCE = logging.NullHandler()


class Transaction:
    """An open transaction: nothing in it is seen by others, or kept, until it ends well.

    Args:
        server: Where it is.
        session: Used by nobody else, and closed with it.
    """

    def __init__(self, server: Server, session: neo4j.Session) -> None:
        self._server, self._session = server, session
        self._transaction = self._done(session.begin_transaction)

    def run(self, statement: str, /, **parameters: Any) -> list[Row]:
        """Run one statement; one round trip."""
        return self._done(lambda: self._transaction.run(statement, parameters).values())

    def begin_again(self) -> None:
        """Undo everything, and begin anew."""
        self._done(self._transaction.rollback)
        self._transaction = self._done(self._session.begin_transaction)

    def commit(self) -> None:
        """Commit it."""
        self._done(self._transaction.commit)

    def close(self) -> None:
        """Undo it, if it was not committed."""
        self._server.watch.close(self._session)

    def _done(self, step: Callable[[], T]) -> T:
        try:
            with self._server.trip(self._session):
                return step()
        except FAULTS as problem:
            raise self._server.explained(problem) from problem


class Server:
    """A Neo4j server, and the connections to it. May be used from many threads, and after a fork.

    Attributes:
        address: Where it is.
        trips, waited_s: Round trips made so far, and the seconds they took in the driver.
        watch: Over everybody who waits for an answer.
    """

    def __init__(self, address: Address) -> None:
        self.address = address
        self.trips, self.waited_s = 0, 0.0
        self._closed = False
        self._told = -inf
        self._was_away = False
        self._inherited: list[neo4j.Driver | None] = []
        self._driver: neo4j.Driver | None = None
        self._start()

    def read(self, statement: str, /, **parameters: Any) -> list[Row]:
        """Run a statement that changes nothing; one round trip.

        Raises:
            StoreUnavailable: it failed, again and again where that may help.
        """
        return self.repeat(lambda: self._auto(neo4j.READ_ACCESS, statement, parameters))

    def write(self, statement: str, /, **parameters: Any) -> list[Row]:
        """Run a statement that may be run twice, and commit; one round trip.

        Raises:
            StoreUnavailable: as `read`. If the server was lost, what was sent may be there or not.
        """
        return self.repeat(lambda: self._auto(neo4j.WRITE_ACCESS, statement, parameters))

    def schema(self, statement: str) -> None:
        """Run a statement about indexes or constraints, once.

        Raises:
            Neo4jError, DriverError: it failed.
        """
        self._auto(neo4j.WRITE_ACCESS, statement, {})

    @contextmanager
    def transaction(self) -> Iterator[Transaction]:
        """Open a transaction that commits where the block ends well, and is undone where it does not.

        Raises:
            StoreUnavailable: nothing was committed.
            Unsure: the server was lost during the commit.
        """
        transaction = self.repeat(self._begin)
        try:
            yield transaction
            transaction.commit()
        finally:
            transaction.close()

    def repeat(self, work: Callable[[], T]) -> T:
        """Do `work`, and again if it met another transaction, or the server is away, for as long as that may help.

        Args:
            work: Whole transactions, which may be done twice; where the last commit is uncertain it is not repeated.

        Raises:
            StoreUnavailable, StoreRefused: of the server, in our words; and whatever else `work` raises.
        """
        trying = Retrying(
            retry=retry_if_exception(lambda problem: is_away(_fault(problem)) or is_conflict(_fault(problem))),
            wait=wait_random_exponential(multiplier=0.05, max=1),
            stop=self._is_enough,
            reraise=True,
        )
        try:
            made = trying(work)
        except FAULTS as problem:
            raise self.explained(problem) from problem
        self._was_away = False
        return made

    @contextmanager
    def trip(self, session: neo4j.Session) -> Iterator[None]:
        """Count what is done inside as one round trip, and watch over it."""
        self.trips += 1
        began = time.perf_counter()
        try:
            with self.watch.over(session):
                yield
        finally:
            self.waited_s += time.perf_counter() - began

    def explained(self, problem: Exception) -> StoreError:
        """Return the error of ours that says what `problem` means for the store."""
        return explained(problem, self.address)

    def cut(self) -> None:
        """Let nobody wait for it any longer, in whatever thread, and send nothing more."""
        self._closed = True
        self.watch.cut()

    def close(self) -> None:
        """Close all connections; may be called twice."""
        self._closed = True
        if self._driver is not None and self._process == os.getpid():
            self._driver.close()
            self._driver = None

    def _begin(self) -> Transaction:
        session = self._session(neo4j.WRITE_ACCESS)
        try:
            return Transaction(self, session)
        except BaseException:
            self.watch.close(session)
            raise

    def _auto(self, access: str, statement: str, parameters: dict[str, Any]) -> list[Row]:
        session = self._session(access)
        try:
            with self.trip(session):
                return session.run(neo4j.Query(statement, timeout=LONGEST_S), parameters).values()
        finally:
            self.watch.close(session)

    def _is_enough(self, state: RetryCallState) -> bool:
        problem = _fault(state.outcome.exception() if state.outcome else None)
        passed = state.seconds_since_start or 0
        if is_conflict(problem):
            return passed > CONFLICT_S
        self._was_away = True
        if state.attempt_number == 1 and passed < AT_ONCE_S:
            return False
        if passed >= self.address.wait_s:
            return True
        self._tell()
        return False

    def _tell(self) -> None:
        """Say that the server is waited for, once for all threads."""
        with self._lock:
            was_told, self._told = self._told, time.monotonic()
        if self._told - was_told > self.address.wait_s:
            log.warning("%s is away; waiting up to %g s for it", self.address.uri, self.address.wait_s)

    def _session(self, access: str) -> neo4j.Session:
        driver = self._connected()
        is_brief = self._was_away and not self.address.wait_s
        return driver.session(
            database=self.address.database,
            default_access_mode=access,
            fetch_size=-1,
            connection_acquisition_timeout=BRIEF_S if is_brief else CONNECT_S,
        )

    def _connected(self) -> neo4j.Driver:
        if self._closed:
            raise StoreUnavailable(f"{self.address.uri} was closed; open it again")
        if self._process != os.getpid():
            self._inherited.append(self._driver)  # its sockets are the parent's: never used, never closed here
            self._start()
        with self._lock:
            if self._driver is None:
                self._driver = _driver(self.address)
            return self._driver

    def _start(self) -> None:
        self._process = os.getpid()
        self._lock = threading.Lock()
        self.watch = Watch(partial(answers, self.address))
        self._driver = None
        self._told = -inf


def _driver(address: Address) -> neo4j.Driver:
    # What it logs about broken connections is raised as well: only who listens to it shall hear it twice.
    logging.getLogger("neo4j").addHandler(SILENCE)
    return neo4j.GraphDatabase.driver(
        address.host,
        auth=(address.user, address.password) if address.password else None,
        user_agent="agentmem",
        telemetry_disabled=True,
        connection_timeout=3,
        connection_acquisition_timeout=CONNECT_S,
        liveness_check_timeout=30,
        notifications_min_severity="OFF",
    )


def _fault(problem: BaseException | None) -> BaseException | None:
    """Return what the driver raised: as it is, or where it was explained already."""
    return problem.__cause__ if isinstance(problem, StoreError) else problem
