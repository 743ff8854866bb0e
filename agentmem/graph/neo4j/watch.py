"""Notices that a server has stopped answering while statements wait for it: a driver would wait for minutes.

A statement that takes long is not yet a server that is gone. So where one has waited for a while, the server is
asked something else; only if it does not answer that either, the connections of all who wait are cut.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field

import neo4j
from neo4j.exceptions import DriverError, IncompleteCommit, Neo4jError, ServiceUnavailable, SessionExpired

from agentmem.graph.neo4j.address import Address

QUIET_S = 2.0
"""How long a statement waits before the server is asked whether it is there."""
ANSWER_S = 4.0
"""How long it has for that answer."""
LOOK_S = 0.5
REST_S = 5.0
"""Time without a statement after which nobody looks any more, until the next one."""


class Silent(ServiceUnavailable):
    """The server holds the connection, but has stopped answering."""


@dataclass(eq=False)
class _Waiting:
    """Someone who waits for an answer in a session."""

    session: neo4j.Session
    since: float = field(default_factory=time.monotonic)
    is_cut: bool = False

    def cut(self) -> None:
        # The driver lets another thread end what waits in its async version only. Without this attribute
        # one would wait until the server's own keep-alive is missed, usually two minutes.
        connection = getattr(self.session, "_connection", None)
        if connection is not None:
            self.is_cut = True  # before the other thread wakes up and asks
            connection.kill()


class Watch:
    """Looks after those who wait for one server. May be used from many threads.

    Args:
        answers: Asks the server whether it is there; must not take long.
    """

    def __init__(self, answers: Callable[[], bool]) -> None:
        self._answers = answers
        self._lock = threading.Lock()
        self._waiting: set[_Waiting] = set()
        self._looking: threading.Thread | None = None
        self._rests_at = 0.0

    @contextmanager
    def over(self, session: neo4j.Session) -> Iterator[None]:
        """Wait for one answer inside.

        Raises:
            Silent: the server stopped answering.
        """
        one = _Waiting(session)
        with self._lock:
            self._waiting.add(one)
            if self._looking is None:
                self._looking = threading.Thread(target=self._look, name="agentmem-neo4j", daemon=True)
                self._looking.start()
        try:
            yield
        except (ServiceUnavailable, SessionExpired) as problem:
            if one.is_cut and not isinstance(problem, IncompleteCommit):
                raise Silent("it takes connections, and does not answer") from problem
            raise
        except (KeyboardInterrupt, SystemExit):
            one.cut()  # else closing the session would wait for the answer
            raise
        finally:
            with self._lock:
                self._waiting.discard(one)
                self._rests_at = time.monotonic() + REST_S

    def cut(self) -> None:
        """Cut the connections of all who wait."""
        with self._lock:
            for one in self._waiting:
                one.cut()

    def close(self, session: neo4j.Session) -> None:
        """Close a session, and undo what it has not committed; where the server was lost it is undone already."""
        with suppress(DriverError, Neo4jError), self.over(session):
            session.close()

    def _look(self) -> None:
        while True:
            time.sleep(LOOK_S)
            now = time.monotonic()
            with self._lock:
                if not self._waiting and now > self._rests_at:
                    self._looking = None
                    return
                late = [one for one in self._waiting if now - one.since > QUIET_S]
            if not late:
                continue
            is_there = self._answers()
            with self._lock:
                for one in self._waiting.intersection(late):  # the others' connections may be in use again
                    one.since = time.monotonic()
                    if not is_there:
                        one.cut()


def answers(address: Address) -> bool:
    """Return whether a server answers at all, be it with a refusal, on a connection made for that."""
    auth = (address.user, address.password) if address.password else None
    try:
        with neo4j.GraphDatabase.driver(
            address.host, auth=auth, connection_timeout=ANSWER_S, connection_acquisition_timeout=ANSWER_S
        ) as driver:
            driver.verify_connectivity()
    except Neo4jError:
        return True
    except DriverError:
        return False
    return True
