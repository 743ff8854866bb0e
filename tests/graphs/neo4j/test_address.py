"""A URI names a server, a database and how to treat it; a password in it is shown nowhere."""

from __future__ import annotations

import pytest

from agentmem.errors import InvalidInput, UnknownSetting
from agentmem.graph.neo4j import Neo4jStores
from agentmem.graph.neo4j.address import address_of
from agentmem.graph.sqlite import SQLiteStores
from agentmem.graph.uri import without_password
from agentmem.host import Host

SECRET = "s3cr3t"


@pytest.fixture(autouse=True)
def nothing_in_the_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("NEO4J_USERNAME", raising=False)
    monkeypatch.delenv("NEO4J_PASSWORD", raising=False)


@pytest.mark.parametrize("scheme", ["neo4j", "neo4j+s", "neo4j+ssc", "bolt", "bolt+s", "bolt+ssc", "NEO4J"])
def test_each_scheme_of_the_driver_is_a_neo4j_store(scheme: str) -> None:
    uri = f"{scheme}://db.example"

    assert Neo4jStores().claims(uri)
    assert not SQLiteStores().claims(uri)
    assert address_of(uri).host == f"{scheme.lower()}://db.example:7687"


@pytest.mark.parametrize("uri", ["http://h", "https://h:7473", "ftp://h", "graph.db", "sqlite:///graph.db", "memory:"])
def test_nothing_else_is_one(uri: str) -> None:
    assert not Neo4jStores().claims(uri)


def test_all_that_can_be_said_of_a_server() -> None:
    address = address_of("bolt+s://ann:s3cr3t@db.example:7700/notes?near=500&wait=2.5&root=team")

    assert (address.host, address.database) == ("bolt+s://db.example:7700", "notes")
    assert (address.user, address.password) == ("ann", SECRET)
    assert (address.near, address.wait_s, address.root) == (500, 2.5, "team")


def test_what_is_not_said_is_as_usual() -> None:
    address = address_of("neo4j://localhost")

    assert (address.user, address.password, address.database) == ("neo4j", "", None)
    assert (address.near, address.wait_s, address.root) == (200_000, 0, "")


def test_who_asks_may_stand_in_the_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("NEO4J_USERNAME", "ann")
    monkeypatch.setenv("NEO4J_PASSWORD", "100%:/@?#")

    address = address_of("neo4j://localhost")

    assert (address.user, address.password) == ("ann", "100%:/@?#")


def test_the_uri_goes_before_the_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("NEO4J_USERNAME", "ann")
    monkeypatch.setenv("NEO4J_PASSWORD", "other")

    address = address_of("neo4j://bob:s3cr3t@localhost")

    assert (address.user, address.password) == ("bob", SECRET)


def test_special_characters_are_written_with_percent() -> None:
    address = address_of("neo4j://a%40b:p%2F%3A%3F%23%25@localhost")

    assert (address.user, address.password) == ("a@b", "p/:?#%")


@pytest.mark.parametrize(("uri", "host"), [("bolt://[::1]", "bolt://[::1]:7687"), ("bolt://[::1]:9", "bolt://[::1]:9")])
def test_an_address_of_ipv6_stands_in_brackets(uri: str, host: str) -> None:
    assert address_of(uri).host == host


@pytest.mark.parametrize(
    "uri",
    [
        "neo4j://",
        "neo4j:///notes",
        "neo4j://host:port",
        "neo4j://host:70000",
        "neo4j://host:0",
        "neo4j://host/notes/more",
        "neo4j://host#notes",
        "neo4j://[::1",
        "neo4j://ann:s3cr3t/x@host",
        "neo4j://ann:1/s3cr3t@host",
        "neo4j://ann:s3cr3t?x@host",
        "neo4j://ann:1?s3cr3t@host",
        "neo4j://ann:s3cr3t#x@host",
        "neo4j://host?near=-1",
        "neo4j://host?near=many",
        "neo4j://host?wait=inf",
        "neo4j://host?wait=nan",
        "neo4j://host?wait=",
        "neo4j://host?root=a%00b",
        "neo4j://host?nearr=1",
    ],
)
def test_what_cannot_be_read_is_refused_with_the_cure_and_without_a_password(uri: str) -> None:
    with pytest.raises(InvalidInput) as refused:
        address_of(uri)

    assert SECRET not in str(refused.value)
    assert refused.value.__cause__ is None


def test_a_setting_nobody_reads_is_named() -> None:
    with pytest.raises(UnknownSetting, match="no setting 'nearr' of a Neo4j store; there are: near, wait, root"):
        address_of("neo4j://host?nearr=1")


def test_the_database_in_which_a_server_keeps_its_users_is_refused() -> None:
    with pytest.raises(InvalidInput, match="no store can be in the database system; name another one"):
        address_of("neo4j://host/system")


def test_neither_an_address_nor_its_repr_shows_the_password() -> None:
    address = address_of("neo4j://ann:s3cr3t@db.example/notes?wait=60")

    assert address.uri == "neo4j://ann@db.example/notes?wait=60"
    assert SECRET not in repr(address)


@pytest.mark.parametrize(
    "uri",
    [
        "neo4j://ann:s3cr3t@host",
        "bolt://ann:s3cr3t@[::1]:7687/notes?root=ann@work",
        "http://ann:s3cr3t@host/",
        "neo4j:ann:s3cr3t@host",
        "neo4j:/ann:s3cr3t@host",
        "neo4j://ann:s3cr3t/s3cr3t@host",
        "neo4j://ann:s3cr3t?s3cr3t@host",
        "neo4j://ann:s3cr3t#s3cr3t@host",
        "neo4j://ann:s3cr3t@s3cr3t@host",
        "neo4j://:s3cr3t@host",
    ],
)
def test_what_is_shown_of_a_uri_holds_no_password(uri: str) -> None:
    assert SECRET not in without_password(uri)
    assert without_password(uri).startswith(uri.partition(":")[0])


@pytest.mark.parametrize("uri", ["graph.db", "a@b.db", "dir/ann:x.db", "neo4j://host:7687?root=ann@work", "memory:"])
def test_what_holds_no_password_is_shown_as_it_is(uri: str) -> None:
    assert without_password(uri) == uri


@pytest.mark.parametrize("uri", ["http://ann:s3cr3t@host", "neo4j:ann:s3cr3t@host", "bolt:/ann:s3cr3t@host"])
def test_a_uri_that_no_store_opens_is_refused_with_the_forms_there_are(uri: str) -> None:
    with pytest.raises(InvalidInput, match=r"neo4j://HOST") as refused:
        Host(plugins=["defaults"]).store(uri)

    assert SECRET not in str(refused.value)
