"""A server that cannot be used is one sentence with the cure, whatever is wrong with it; no password is in it."""

from __future__ import annotations

import shutil
import subprocess
import time
from pathlib import Path

import pytest

from agentmem.errors import StoreRefused, StoreUnavailable
from agentmem.graph.neo4j import Neo4jStores, server
from agentmem.graph.neo4j.address import address_of
from tests.graphs.neo4j.bolt import Fault, Value, bolt, hangs_up, listening, says

SECRET = "s3cr3t-word"
OLD_BOLT = b"\0\0\4\4"
NO_VERSION = b"\0\0\0\0"
HTTP = b"HTTP/1.1 400 Bad Request\r\n\r\n"
SCHEMES = ["bolt", "neo4j"]


def refusal(where: str, *, scheme: str = "bolt", query: str = "") -> str:
    """What opening a store says, which is one sentence."""
    with pytest.raises((StoreUnavailable, StoreRefused)) as refused:
        Neo4jStores().open(f"{scheme}://ann:{SECRET}@{where}{query}")
    said = str(refused.value)
    assert SECRET not in said
    assert "\n" not in said
    assert said.startswith(f"{scheme}://ann@{where}")
    return said


@pytest.fixture(scope="module")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A key, and what the server signed itself."""
    if not shutil.which("openssl"):
        pytest.skip("needs openssl to make a certificate")
    file = tmp_path_factory.mktemp("tls") / "own.pem"
    words = "req -x509 -newkey rsa:2048 -nodes -days 2 -subj /CN=localhost -addext subjectAltName=IP:127.0.0.1"
    subprocess.run(["openssl", *words.split(), "-keyout", file, "-out", f"{file}.crt"], check=True, capture_output=True)
    file.write_text(file.read_text() + Path(f"{file}.crt").read_text())
    return file


@pytest.mark.parametrize("scheme", SCHEMES)
def test_an_unknown_host(scheme: str) -> None:
    assert "the host of nowhere.invalid:7687 is not known here; check its name" in refusal(
        "nowhere.invalid", scheme=scheme
    )


@pytest.mark.parametrize("scheme", SCHEMES)
def test_a_port_where_nobody_listens(scheme: str) -> None:
    with listening(hangs_up) as where:
        pass

    assert f"nothing listens at {where}; start it, check the port" in refusal(where, scheme=scheme)


@pytest.mark.parametrize("scheme", SCHEMES)
def test_the_port_of_the_browser(scheme: str) -> None:
    with listening(says(HTTP)) as where:
        assert "use the port of Bolt, as a rule 7687, not 7474" in refusal(where, scheme=scheme)


@pytest.mark.parametrize("scheme", SCHEMES)
def test_tls_where_there_is_none(scheme: str) -> None:
    with listening(hangs_up) as where:
        assert f"no TLS is spoken at {where}; write {scheme}://" in refusal(where, scheme=f"{scheme}+s")


@pytest.mark.parametrize("scheme", SCHEMES)
def test_none_where_there_is_tls(scheme: str, certificate: Path) -> None:
    with listening(hangs_up, certificate=certificate) as where:
        assert f"write {scheme}+s:// if it wants TLS" in refusal(where, scheme=scheme)


@pytest.mark.parametrize("scheme", SCHEMES)
def test_a_certificate_the_server_signed_itself(scheme: str, certificate: Path) -> None:
    with listening(hangs_up, certificate=certificate) as where:
        assert f"write {scheme}+ssc:// if it signed that itself" in refusal(where, scheme=f"{scheme}+s")


@pytest.mark.parametrize("scheme", SCHEMES)
@pytest.mark.parametrize("greeting", [NO_VERSION, OLD_BOLT], ids=["no common version", "Neo4j 4.4"])
def test_a_server_that_speaks_an_old_bolt(scheme: str, greeting: bytes) -> None:
    with listening(says(greeting)) as where:
        assert "at least Neo4j 5.26 is needed; upgrade it" in refusal(where, scheme=scheme)


def test_a_server_of_an_older_version() -> None:
    with listening(bolt(lambda text: [["5.13.0", "community", "neo4j", None, False]])) as where:
        assert "is Neo4j 5.13.0: at least Neo4j 5.26 is needed; upgrade the server" in refusal(where)


@pytest.mark.parametrize("scheme", SCHEMES)
def test_who_takes_the_connection_and_says_nothing_is_given_up_within_ten_seconds(scheme: str) -> None:
    begun = time.monotonic()

    with listening(says(b"")) as where:
        said = refusal(where, scheme=scheme)

    assert f"nobody answers at {where}" in said
    assert time.monotonic() - begun < 10


CODES = [
    ("ClientError.Security.Unauthorized", "it does not take this password for the user 'ann'; set NEO4J_USERNAME"),
    ("ClientError.Security.AuthenticationRateLimit", "wait ten seconds, then give the right one"),
    ("ClientError.Security.CredentialsExpired", "must be changed first: ALTER CURRENT USER SET PASSWORD"),
    ("ClientError.Security.Forbidden", "the user 'ann' has not the right to do this; an administrator must grant it"),
    ("ClientError.Database.DatabaseNotFound", "it has no database 'notes'; name one that it has after the port"),
    ("TransientError.Database.DatabaseUnavailable", "its database notes is not up; start it"),
    ("ClientError.General.ForbiddenOnReadOnlyDatabase", "the database is read-only"),
    ("TransientError.General.MemoryPoolOutOfMemoryError", "raise dbms.memory.transaction.total.max"),
    ("TransientError.General.OutOfMemoryError", "give it more with server.memory.heap.max_size"),
    ("ClientError.Transaction.TransactionTimedOut", "raise db.transaction.timeout"),
    ("TransientError.Transaction.DeadlockDetected", "other transactions held what this one needed"),
    ("DatabaseError.General.UnknownError", "Neo.DatabaseError.General.UnknownError: it is refused; its log"),
]


@pytest.mark.parametrize(("code", "cure"), CODES, ids=lambda given: given[:40])
def test_what_a_server_refuses_is_said_with_the_cure(code: str, cure: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(server, "CONFLICT_S", 0.2)

    with listening(bolt(lambda text: Fault(f"Neo.{code}"))) as where:
        assert cure in refusal(where, query="/notes")


def test_who_may_not_make_an_index_is_told_the_statement_an_administrator_must_run() -> None:
    def answer(text: str) -> list[list[Value]] | Fault:
        if text.startswith("CREATE"):
            return Fault("Neo.ClientError.Security.Forbidden")
        return [["5.26.20", "enterprise", "neo4j", None, False]]

    with listening(bolt(answer)) as where:
        said = refusal(where)

    assert "the user 'ann' has not the right to make it" in said
    assert "an administrator must run: CREATE CONSTRAINT mem_key IF NOT EXISTS FOR (n:Mem) REQUIRE" in said


def test_a_schema_of_a_newer_agentmem_is_refused() -> None:
    with listening(bolt(lambda text: [["5.26.20", "community", "neo4j", 999, True]])) as where:
        said = refusal(where)

    assert "was set up by a newer agentmem (schema 999, this one knows 1)" in said
    assert said.endswith("upgrade with: pip install --upgrade agentmem-graph")


def test_what_another_transaction_undid_is_done_again() -> None:
    asked: list[str] = []

    def answer(text: str) -> list[list[Value]] | Fault:
        asked.append(text)
        return Fault("Neo.TransientError.Transaction.DeadlockDetected") if len(asked) < 3 else [[1]]

    with listening(bolt(answer)) as where:
        made = server.Server(address_of(f"bolt://{where}"))
        assert made.write("CREATE (n) RETURN 1") == [[1]]
        made.close()

    assert len(asked) == 3
