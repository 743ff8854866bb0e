"""A server that stops, hangs or is started again while it is in use."""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress

import pytest

from agentmem.errors import StoreUnavailable
from agentmem.graph.neo4j.address import address_of
from agentmem.graph.neo4j.faults import Unsure
from agentmem.graph.neo4j.server import Server
from agentmem.testing.neo4j import Neo4jServer
from tests.graphs.neo4j.bolt import Value, bolt, listening

LONG = "UNWIND range(1, 1000000000) AS a UNWIND range(1, 1000) AS b RETURN max(sqrt(a * b))"
BY_DEFAULT_S = 10.0
"""Within which it is said that a server is away."""


@pytest.fixture
def server(own_uri: str) -> Iterator[Server]:
    opened = Server(address_of(own_uri))
    opened.read("RETURN 1")
    yield opened
    opened.close()


@pytest.fixture
def patient(own_uri: str) -> Iterator[Server]:
    opened = Server(address_of(f"{own_uri}?wait=60"))
    opened.read("RETURN 1")
    yield opened
    opened.close()


@pytest.fixture
def frozen(own_server: Neo4jServer, server: Server) -> Iterator[Server]:
    own_server.freeze()
    yield server
    own_server.thaw()


@pytest.mark.parametrize("scheme", ["bolt", "neo4j"])
def test_one_that_died_is_said_to_be_away_and_used_again_when_it_is_back(
    own_server: Neo4jServer, own_uri: str, scheme: str
) -> None:
    server = Server(address_of(own_uri.replace("bolt", scheme)))
    server.write("MERGE (n:Tmp {id: 1})")

    own_server.kill()
    begun = time.monotonic()
    with pytest.raises(StoreUnavailable, match="nothing listens at"):
        server.read("RETURN 1")
    took = time.monotonic() - begun
    own_server.restart()

    assert took < BY_DEFAULT_S
    assert server.read("MATCH (n:Tmp {id: 1}) RETURN n.id") == [[1]]
    server.write("MATCH (n:Tmp) DELETE n")
    server.close()


def test_one_that_dies_while_it_answers(own_server: Neo4jServer, server: Server) -> None:
    threading.Timer(1, own_server.kill).start()

    with pytest.raises(StoreUnavailable, match=r"nothing listens at|the connection broke"):
        server.read(LONG)

    own_server.restart()


def test_with_wait_it_goes_on_when_the_server_is_back_and_says_once_that_it_waits(
    own_server: Neo4jServer, patient: Server, caplog: pytest.LogCaptureFixture
) -> None:
    own_server.kill()
    back = threading.Timer(2, own_server.restart)
    back.start()

    with caplog.at_level(logging.WARNING, "agentmem"), ThreadPoolExecutor(8) as threads:
        found = list(threads.map(lambda number: patient.read("RETURN $n", n=number)[0][0], range(8)))
    back.join()

    assert found == list(range(8))
    said = [record.getMessage() for record in caplog.records if record.name.startswith("agentmem")]
    assert len(said) == 1
    assert said[0].endswith("?wait=60 is away; waiting up to 60 s for it")


def test_eight_threads_read_and_write_on_while_it_is_restarted_twice(own_server: Neo4jServer, patient: Server) -> None:
    stopped = threading.Event()

    def work(number: int) -> int:
        rounds = 0
        while not stopped.is_set():
            patient.write("MERGE (n:Tmp {id: $id}) SET n.round = $round", id=number, round=rounds)
            assert patient.read("MATCH (n:Tmp {id: $id}) RETURN n.round", id=number) == [[rounds]]
            rounds += 1
        return rounds

    with ThreadPoolExecutor(8) as threads:
        working = [threads.submit(work, number) for number in range(8)]
        for _ in range(2):
            own_server.restart()
        stopped.set()

    assert all(one.result() for one in working)
    patient.write("MATCH (n:Tmp) DELETE n")


def test_a_transaction_can_be_begun_while_one_waits(own_server: Neo4jServer, patient: Server) -> None:
    own_server.kill()
    back = threading.Thread(target=own_server.restart)
    back.start()

    with patient.transaction() as transaction:
        found = transaction.run("RETURN 1")
    back.join()

    assert found == [[1]]


def test_one_that_hangs_is_said_not_to_answer_in_time(frozen: Server) -> None:
    begun = time.monotonic()

    with pytest.raises(StoreUnavailable, match="takes connections, and does not answer"):
        frozen.read("RETURN 1")

    assert time.monotonic() - begun < BY_DEFAULT_S


def test_nor_does_it_take_long_where_more_is_sent_than_it_takes(frozen: Server) -> None:
    begun = time.monotonic()

    with pytest.raises(StoreUnavailable, match="takes connections, and does not answer"):
        frozen.write("RETURN size($text)", text="x" * 50_000_000)

    assert time.monotonic() - begun < BY_DEFAULT_S


def test_a_transaction_on_one_that_hangs_is_undone(own_server: Neo4jServer, server: Server) -> None:
    begun = time.monotonic()

    with suppress(StoreUnavailable), server.transaction() as transaction:
        transaction.run("CREATE (n:Tmp)")
        own_server.freeze()
        transaction.run("CREATE (n:Tmp)")
        pytest.fail("it has an answer of a server that hangs")

    assert time.monotonic() - begun < BY_DEFAULT_S
    own_server.thaw()
    assert server.read("MATCH (n:Tmp) RETURN n") == []


def test_what_hangs_for_a_while_is_waited_for(own_server: Neo4jServer, patient: Server) -> None:
    own_server.freeze()
    back = threading.Timer(8, own_server.thaw)
    back.start()

    assert patient.read("RETURN 1") == [[1]]
    back.join()


def test_a_statement_that_takes_long_is_not_taken_for_a_server_that_hangs(server: Server) -> None:
    counted = server.read("UNWIND range(1, 25000000) AS a WITH sum(sqrt(a)) AS sum RETURN sum > 0")

    assert counted == [[True]]


def test_what_broke_during_a_commit_is_uncertain_and_not_repeated() -> None:
    asked: list[str] = []

    def answer(text: str) -> list[list[Value]]:
        asked.append(text)
        if text == "COMMIT":
            raise OSError
        return [[1]]

    with listening(bolt(answer)) as where:
        server = Server(address_of(f"bolt://{where}?wait=60"))

        def work() -> None:
            with server.transaction() as transaction:
                transaction.run("CREATE (n)")

        with pytest.raises(Unsure, match="was lost while it committed: look whether it is there"):
            server.repeat(work)
        server.close()

    assert asked == ["BEGIN", "CREATE (n)", "COMMIT"]


def test_what_broke_before_is_repeated_whole() -> None:
    asked: list[str] = []

    def answer(text: str) -> list[list[Value]]:
        asked.append(text)
        if asked.count("CREATE (n)") == 1 and text == "CREATE (n)":
            raise OSError
        return [[1]]

    with listening(bolt(answer)) as where:
        server = Server(address_of(f"bolt://{where}"))

        def work() -> None:
            with server.transaction() as transaction:
                transaction.run("CREATE (n)")

        server.repeat(work)
        server.close()

    assert asked == ["BEGIN", "CREATE (n)", "BEGIN", "CREATE (n)", "COMMIT"]
