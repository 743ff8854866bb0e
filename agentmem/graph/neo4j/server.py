"""One server: statements sent to it, again where that is safe and may help, and its faults in our words."""

from __future__ import annotations

import logging
import os
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any, TypeVar

import neo4j
from neo4j.exceptions import DriverError, Neo4jError, ServiceUnavailable, SessionExpired, TransientError
from tenacity import RetryCallState, Retrying, retry_if_exception, wait_random_exponential

from agentmem.errors import StoreUnavailable
from agentmem.graph.neo4j.address import Address
from agentmem.graph.neo4j.faults import explained

T = TypeVar("T")
Row = list[Any]
AWAY = (ServiceUnavailable, SessionExpired)
TRANSIENT_S = 10.0
"""How long a statement is tried again that met another one: a deadlock, a lock that was held too long."""
log = logging.getLogger(__name__)


class Transaction:
    """An open transaction: nothing in it is seen by others, or kept, until it ends well."""

    def __init__(self, server: Server, session: neo4j.Session) -> None:
        self._server, self._session = server, session
        self._transaction = session.begin_transaction()

    def run(self, statement: str, /, **parameters: Any) -> list[Row]:
        """Run one statement; one round trip."""
        try:
            self._server.trips += 1
            return self._transaction.run(statement, parameters).values()
        except (DriverError, Neo4jError) as problem:
            raise self._server.explained(problem) from problem

    def begin_again(self) -> None:
        """Undo everything, and begin anew."""
        try:
            self._server.trips += 2
            self._transaction.rollback()
            self._transaction = self._session.begin_transaction()
        except (DriverError, Neo4jError) as problem:
            raise self._server.explained(problem) from problem

    def commit(self) -> None:
        """Commit it."""
        try:
            self._server.trips += 1
            self._transaction.commit()
        except (DriverError, Neo4jError) as problem:
            raise self._server.explained(problem) from problem

    def close(self) -> None:
        """Undo it, if it was not committed."""
        self._transaction.close()
        self._session.close()


class Server:
    """A Neo4j server, and the connections to it. May be used from many threads, and after a fork.

    Attributes:
        address: Where it is.
        trips: Round trips made so far.
    """

    def __init__(self, address: Address) -> None:
        self.address = address
        self.trips = 0
        self._lock = threading.Lock()
        self._driver: neo4j.Driver | None = None
        self._process = os.getpid()
        self._inherited: list[neo4j.Driver] = []
        self._closed = False

    def read(self, statement: str, /, **parameters: Any) -> list[Row]:
        """Run a statement that changes nothing; one round trip.

        Raises:
            StoreUnavailable: it failed, again and again where that may help.
        """
        return self._repeated(lambda: self._auto(neo4j.READ_ACCESS, statement, parameters))

    def write(self, statement: str, /, **parameters: Any) -> list[Row]:
        """Run a statement that may be run twice, and commit; one round trip.

        Raises:
            StoreUnavailable: as `read`. If the server was lost, what was sent may be there or not.
        """
        return self._repeated(lambda: self._auto(neo4j.WRITE_ACCESS, statement, parameters))

    def schema(self, statement: str) -> None:
        """Run a statement about indexes or constraints, once.

        Raises:
            Neo4jError, DriverError: it failed.
        """
        self.trips += 1
        with self._session(neo4j.WRITE_ACCESS) as session:
            session.run(statement).consume()

    @contextmanager
    def transaction(self) -> Iterator[Transaction]:
        """Open a transaction that commits where the block ends well, and is undone where it does not.

        Raises:
            StoreUnavailable: nothing was committed; or the server was lost at the very end, and it may be.
        """
        transaction = self._repeated(self._begin)
        try:
            yield transaction
            transaction.commit()
        finally:
            transaction.close()

    def explained(self, problem: Exception) -> StoreUnavailable:
        """Return the error of ours that says what `problem` means for the store."""
        return explained(problem, self.address)

    def close(self) -> None:
        """Close all connections; may be called twice."""
        self._closed = True
        if self._driver is not None and self._process == os.getpid():
            self._driver.close()
        self._driver = None

    def _begin(self) -> Transaction:
        self.trips += 1
        session = self._session(neo4j.WRITE_ACCESS)
        try:
            return Transaction(self, session)
        except BaseException:
            session.close()
            raise

    def _auto(self, access: str, statement: str, parameters: dict[str, Any]) -> list[Row]:
        self.trips += 1
        with self._session(access) as session:
            return session.run(statement, parameters).values()

    def _repeated(self, work: Callable[[], T]) -> T:
        trying = Retrying(
            retry=retry_if_exception(lambda problem: isinstance(problem, (*AWAY, TransientError))),
            wait=wait_random_exponential(multiplier=0.05, max=1),
            stop=self._is_enough,
            reraise=True,
        )
        try:
            return trying(work)
        except (DriverError, Neo4jError) as problem:
            raise self.explained(problem) from problem

    def _is_enough(self, state: RetryCallState) -> bool:
        problem = state.outcome.exception() if state.outcome else None
        if isinstance(problem, TransientError):
            return (state.seconds_since_start or 0) > TRANSIENT_S
        # Once again in any case: a connection may be one to a server that was restarted since.
        if state.attempt_number == 2 and self.address.wait_s:
            log.warning("%s is away; waiting up to %g s for it", self.address.uri, self.address.wait_s)
        return state.attempt_number > 1 and (state.seconds_since_start or 0) >= self.address.wait_s

    def _session(self, access: str) -> neo4j.Session:
        return self._connected().session(database=self.address.database, default_access_mode=access)

    def _connected(self) -> neo4j.Driver:
        if self._closed:
            raise StoreUnavailable(f"{self.address.uri} was closed; open it again")
        with self._lock:
            if self._driver is not None and self._process != os.getpid():
                self._inherited.append(self._driver)  # its sockets are the parent's: never used, never closed here
                self._driver = None
            if self._driver is None:
                self._process = os.getpid()
                self._driver = neo4j.GraphDatabase.driver(
                    self.address.host,
                    auth=(self.address.user, self.address.password) if self.address.password else None,
                    max_transaction_retry_time=2,
                    connection_timeout=3,
                    connection_acquisition_timeout=8,
                    liveness_check_timeout=30,
                    notifications_min_severity="OFF",
                )
            return self._driver
