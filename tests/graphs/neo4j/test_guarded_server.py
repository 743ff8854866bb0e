"""A real server: who is let in, what it allows, and what a store leaves behind on it."""

from __future__ import annotations

import os
import signal
import threading
from collections.abc import Callable, Iterator
from contextlib import ExitStack, suppress

import pytest

from agentmem.errors import StoreUnavailable
from agentmem.graph.neo4j import Neo4jStores
from agentmem.graph.neo4j.address import address_of
from agentmem.graph.neo4j.server import Server
from agentmem.testing.neo4j import Neo4jServer
from tests.graphs.neo4j.bolt import bolt, listening

OPEN = "SHOW TRANSACTIONS YIELD currentQuery, status WHERE NOT currentQuery STARTS WITH 'SHOW' RETURN status"


@pytest.fixture
def server(own_uri: str) -> Iterator[Server]:
    opened = Server(address_of(own_uri))
    yield opened
    opened.close()


@pytest.fixture
def guest(own_server: Neo4jServer) -> Iterator[str]:
    """A user who may be shut out."""
    with own_server.driver() as driver:
        driver.execute_query("CREATE USER guest SET PASSWORD 'guest-word' CHANGE NOT REQUIRED", database_="system")
        yield "guest"
        driver.execute_query("DROP USER guest", database_="system")


def refusal(uri: str) -> str:
    with pytest.raises(StoreUnavailable) as refused:
        Neo4jStores().open(uri)
    return str(refused.value)


def test_no_password(own_server: Neo4jServer, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("NEO4J_PASSWORD", raising=False)

    assert "it wants a password, and none is given; set NEO4J_USERNAME and NEO4J_PASSWORD" in refusal(own_server.uri)


def test_a_wrong_password_and_then_too_many_of_them(own_server: Neo4jServer, guest: str) -> None:
    uri = own_server.uri.replace("://", f"://{guest}:wr0ng-word@")

    first, *_, last = [refusal(uri) for _ in range(5)]

    assert "it does not take this password for the user 'guest'; set NEO4J_USERNAME and NEO4J_PASSWORD" in first
    assert "too many wrong passwords were given; wait ten seconds" in last
    assert "wr0ng-word" not in first + last


def test_a_database_that_is_not_there(own_uri: str) -> None:
    assert "it has no database 'notes'; name one that it has after the port" in refusal(f"{own_uri}/notes")


def test_a_database_by_its_name(own_uri: str) -> None:
    store = Neo4jStores().open(f"{own_uri}/neo4j")

    assert store.namespaces() == []
    store.close()


def test_more_memory_than_a_transaction_is_given(server: Server) -> None:
    with pytest.raises(StoreUnavailable, match=r"raise db\.memory\.transaction\.max there"):
        server.read("UNWIND range(1, 20000000) AS number RETURN collect(number)")


def test_a_database_that_is_read_only(start_neo4j: Callable[..., Neo4jServer]) -> None:
    server = start_neo4j()
    with (server.home / "conf" / "neo4j.conf").open("a") as settings:
        settings.write("server.databases.read_only=neo4j\n")
    server.restart()

    for uri in (server.uri, server.uri.replace("bolt", "neo4j")):
        assert "the database is read-only; name one that can be written" in refusal(uri)


def test_more_threads_than_connections() -> None:
    with listening(bolt(lambda text: [[1]])) as where, ExitStack() as held:
        server = Server(address_of(f"bolt://{where}"))
        held.callback(server.close)
        for _ in range(100):
            held.enter_context(server.transaction())

        with pytest.raises(StoreUnavailable, match="all connections are in use"):
            server.read("RETURN 1")


def test_what_goes_wrong_leaves_no_transaction_open(own_server: Neo4jServer, server: Server) -> None:
    with suppress(InterruptedError), server.transaction() as transaction:
        transaction.run("CREATE (n:Tmp) RETURN n")
        raise InterruptedError
    with pytest.raises(StoreUnavailable), server.transaction() as transaction:
        transaction.run("this is no statement")
    with pytest.raises(StoreUnavailable):
        server.write("nor is this")
    with server.transaction() as transaction:
        transaction.run("RETURN 1")
        transaction.begin_again()
        transaction.run("RETURN 2")

    with own_server.driver() as driver:
        assert driver.execute_query(OPEN).records == []
        assert driver.execute_query("MATCH (n:Tmp) RETURN n").records == []


def test_a_server_may_be_used_from_many_threads(server: Server) -> None:
    found: list[int] = []

    def ask(number: int) -> None:
        found.extend(server.read("RETURN $number", number=number)[0])

    threads = [threading.Thread(target=ask, args=(number,)) for number in range(20)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert sorted(found) == list(range(20))


def test_a_child_has_connections_of_its_own(server: Server) -> None:
    server.read("RETURN 1")
    asking, told = os.pipe()

    child = os.fork()
    if not child:
        os.write(told, str(server.read("RETURN 2")[0][0]).encode())
        server.close()
        os.kill(os.getpid(), signal.SIGKILL)  # nothing of pytest may run in here
    os.waitpid(child, 0)

    assert os.read(asking, 9) == b"2"
    assert server.read("RETURN 3") == [[3]]


def test_an_interrupted_statement_ends_at_once(server: Server) -> None:
    pause = threading.Timer(1, signal.pthread_kill, (threading.main_thread().ident, signal.SIGINT))
    pause.start()

    with pytest.raises(KeyboardInterrupt):
        server.read("UNWIND range(1, 1000000000) AS a UNWIND range(1, 1000) AS b RETURN max(sqrt(a * b))")

    assert server.read("RETURN 1") == [[1]]


def test_one_that_was_closed_says_so(own_uri: str) -> None:
    server = Server(address_of(own_uri))
    server.close()
    server.close()

    with pytest.raises(StoreUnavailable, match="was closed; open it again"):
        server.read("RETURN 1")
