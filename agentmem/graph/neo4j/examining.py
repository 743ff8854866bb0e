"""How a store on a server is: what `agentmem doctor STORE` looks at. Nothing is changed."""

from __future__ import annotations

import re
import time
import uuid
from collections.abc import Iterator
from contextlib import closing, suppress
from importlib.util import find_spec
from statistics import median

from agentmem.errors import StoreError
from agentmem.finding import Finding
from agentmem.graph.neo4j.address import Address
from agentmem.graph.neo4j.probe import Found, probe
from agentmem.graph.neo4j.schema import VERSION, check_version, schema_statements
from agentmem.graph.neo4j.server import Server
from agentmem.graph.neo4j.statements import statement

NAME = re.compile(r"^CREATE .*?(\w+) IF NOT EXISTS")
ONLINE = "ONLINE"
TIMES = 5
FAR_MS = 20.0
"""A round trip that takes longer is felt."""
SKEW_S = 5.0
"""Clocks that differ by more put what several machines remember in a wrong order."""
LOOPBACK = re.compile(r"://(localhost|127\.|\[::1\])")
TRIALS = {"may write": "try_write", "may make indexes": "try_index"}


class _Undo(Exception):
    """What was tried shall not be kept."""


def examine(address: Address) -> Iterator[Finding]:
    """Yield what is found, one thing after the other, as far as one gets."""
    with closing(Server(address)) as server:
        try:
            found = probe(server, address.prefix)
            yield Finding(
                "server", "ok", f"Neo4j {found.version} {found.edition} at {address.uri}, database {found.database}"
            )
            yield _driver()
            yield _encryption(address)
            yield _round_trip(server)
            yield _clock(server)
            yield from _schema(server, found)
            yield from (_trial(server, what, name) for what, name in TRIALS.items())
            yield _namespaces(server)
        except StoreError as error:
            yield Finding.wrong("server", error)


def _driver() -> Finding:
    if find_spec("neo4j._rust") is not None:
        return Finding("driver", "ok", "with its fast part, neo4j-rust-ext")
    return Finding("driver", "note", "without neo4j-rust-ext: vectors are sent slowly", "pip install neo4j-rust-ext")


def _encryption(address: Address) -> Finding:
    if "+" in address.host.partition("://")[0]:
        return Finding("encryption", "ok", "TLS")
    if LOOPBACK.search(address.host):
        return Finding("encryption", "ok", "none, and none is needed: the server is on this machine")
    cure = "switch TLS on at the server, then write neo4j+s:// or bolt+s://"
    return Finding("encryption", "note", "none: who listens on the way reads password and memories", cure)


def _round_trip(server: Server) -> Finding:
    took = []
    for _ in range(TIMES):
        begun = time.perf_counter()
        server.read(statement("look_clock"))
        took.append((time.perf_counter() - begun) * 1000)
    said = f"{median(took):.1f} ms, each of {TIMES} from {min(took):.1f} to {max(took):.1f}"
    if median(took) <= FAR_MS:
        return Finding("round trip", "ok", said)
    return Finding("round trip", "note", said, "use a server nearer by: each memory added or recalled waits for some")


def _clock(server: Server) -> Finding:
    before = time.time()
    theirs = server.read(statement("look_clock"))[0][0] / 1000
    skew = theirs - (before + time.time()) / 2
    said = f"the server's is {abs(skew):.1f} s {'ahead of' if skew > 0 else 'behind'} ours"
    if abs(skew) <= SKEW_S:
        return Finding("clock", "ok", said)
    return Finding("clock", "wrong", said, "set both by a time server (NTP)")


def _schema(server: Server, found: Found) -> Iterator[Finding]:
    if found.schema is None:
        yield Finding("schema", "note", "not made yet: that is done when something is first kept")
        return
    try:
        check_version(server, found.schema)
    except StoreError as error:
        yield Finding.wrong("schema", error)
        return
    yield Finding("schema", "ok", f"version {found.schema} of {VERSION}")
    states = {str(name): str(state) for name, state in server.read(statement("look_indexes"))}
    for command in schema_statements():
        name = index_name(command)
        state = states.get(name, "missing")
        cure = "" if state == ONLINE else f"an administrator must run: {' '.join(command.split())}"
        if state == "POPULATING":
            cure = "wait until it is filled"
        yield Finding(f"index {name}", "ok" if state == ONLINE else "wrong", state.lower(), cure)


def _trial(server: Server, what: str, name: str) -> Finding:
    try:
        with suppress(_Undo), server.transaction() as transaction:
            transaction.run(statement(name), key=f"try/{uuid.uuid4()}")
            raise _Undo
    except StoreError as error:
        return Finding.wrong(what, error)
    return Finding(what, "ok", "yes")


def _namespaces(server: Server) -> Finding:
    count = len(server.read(statement("namespaces"), prefix=server.address.prefix))
    return Finding("namespaces", "ok", str(count)) if count else Finding("namespaces", "note", "none yet")


def index_name(command: str) -> str:
    """Return what a statement of the schema makes, by name.

    >>> index_name("CREATE INDEX mem_order IF NOT EXISTS FOR (n:Mem) ON (n.namespace)")
    'mem_order'
    """
    found = NAME.search(command)
    assert found is not None
    return found[1]
