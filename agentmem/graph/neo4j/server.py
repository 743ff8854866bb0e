"""One server: statements sent to it, and what goes wrong with it, in our words."""

from __future__ import annotations

import os
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import neo4j
from neo4j.exceptions import DriverError, Neo4jError

from agentmem.errors import StoreUnavailable
from agentmem.graph.neo4j.address import Address

Row = list[Any]


class Transaction:
    """An open transaction: nothing in it is seen by others, or kept, until it ends well."""

    def __init__(self, server: Server, transaction: neo4j.Transaction) -> None:
        self._server, self._transaction = server, transaction

    def run(self, statement: str, /, **parameters: Any) -> list[Row]:
        """Run one statement; one round trip."""
        try:
            self._server.trips += 1
            return self._transaction.run(statement, parameters).values()
        except (DriverError, Neo4jError) as problem:
            raise self._server.explained(problem) from problem


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
        self._closed = False

    def read(self, statement: str, /, **parameters: Any) -> list[Row]:
        """Run a statement that changes nothing; one round trip."""
        return self._auto(neo4j.READ_ACCESS, statement, parameters)

    def write(self, statement: str, /, **parameters: Any) -> list[Row]:
        """Run a statement that may be run twice, and commit; one round trip."""
        return self._auto(neo4j.WRITE_ACCESS, statement, parameters)

    @contextmanager
    def transaction(self) -> Iterator[Transaction]:
        """Open a transaction that commits where the block ends well, and is undone where it does not."""
        with self._session(neo4j.WRITE_ACCESS) as session:
            transaction = session.begin_transaction()
            try:
                yield Transaction(self, transaction)
            except BaseException:
                transaction.close()
                raise
            try:
                self.trips += 1
                transaction.commit()
            except (DriverError, Neo4jError) as problem:
                raise self.explained(problem) from problem

    def explained(self, problem: Exception) -> Exception:
        """Return the error of ours that says what `problem` means for the store."""
        return StoreUnavailable(f"{self.address.uri} cannot be used: {type(problem).__name__}: {problem}")

    def close(self) -> None:
        """Close all connections; may be called twice."""
        self._closed = True
        if self._driver is not None and self._process == os.getpid():
            self._driver.close()
        self._driver = None

    def _auto(self, access: str, statement: str, parameters: dict[str, Any]) -> list[Row]:
        try:
            self.trips += 1
            with self._session(access) as session:
                return session.run(statement, parameters).values()
        except (DriverError, Neo4jError) as problem:
            raise self.explained(problem) from problem

    def _session(self, access: str) -> neo4j.Session:
        return self._connected().session(database=self.address.database, default_access_mode=access)

    def _connected(self) -> neo4j.Driver:
        if self._closed:
            raise StoreUnavailable(f"{self.address.uri} was closed; open it again")
        with self._lock:
            if self._process != os.getpid():
                self._driver, self._process = None, os.getpid()  # a driver does not outlive a fork
            if self._driver is None:
                auth = (self.address.user, self.address.password) if self.address.password else None
                host = (
                    self.address.uri.removesuffix(f"/{self.address.database}")
                    if self.address.database
                    else self.address.uri
                )
                self._driver = neo4j.GraphDatabase.driver(
                    host,
                    auth=auth,
                    max_transaction_retry_time=2,
                    connection_timeout=3,
                    connection_acquisition_timeout=4,
                    notifications_min_severity="OFF",
                )
            return self._driver
