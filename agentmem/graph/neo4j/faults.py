"""What goes wrong with a server, each in one sentence with the cure."""

from __future__ import annotations

from neo4j.exceptions import (
    AuthError,
    ConfigurationError,
    ServiceUnavailable,
    SessionExpired,
    UnsupportedServerProduct,
)

from agentmem.errors import StoreUnavailable
from agentmem.graph.neo4j.address import PASSWORD, USER, Address

ABOUT_CODES = (
    ("AuthenticationRateLimit", "too many wrong passwords were tried; wait 10 seconds, then use the right one"),
    ("Unauthorized", f"a user or password is wrong or missing; set {USER} and {PASSWORD}"),
    ("DatabaseNotFound", "there is no database {database}; name one that is there after the port, as in …:7687/neo4j"),
    ("ReadOnly", "the database is read-only; ask its administrator for one that can be written"),
    ("Forbidden", "user {user!r} may not do this; an administrator must give it the role publisher"),
    ("MemoryLimit", "its transaction memory is used up; raise dbms.memory.transaction.total.max on the server"),
    ("OutOfMemory", "its memory is used up; give the server more (server.memory.heap.max_size)"),
    ("TransactionTimedOut", "the server ended what took too long (db.transaction.timeout); raise that, or do less"),
    ("Outdated", "another transaction came in between again and again; try again"),
    ("DeadlockDetected", "other transactions held what this one needed, again and again; try again"),
)
"""What a code of the server's holds, and what that means."""


def explained(problem: Exception, address: Address) -> StoreUnavailable:
    """Return the error of ours that says what `problem` means for the store at `address`."""
    return StoreUnavailable(f"{address.uri} cannot be used: {_said(problem, address)}")


def _said(problem: Exception, address: Address) -> str:
    code = getattr(problem, "code", "") or ""
    known = next((said for part, said in ABOUT_CODES if part in code), "")
    if known:
        return known.format(user=address.user, database=address.database or "of its default name")
    if isinstance(problem, AuthError):
        return f"the server wants to know who asks; set {USER} and {PASSWORD}"
    if isinstance(problem, UnsupportedServerProduct):
        return "the server is too old for this driver; at least Neo4j 5.26 is needed"
    if isinstance(problem, SessionExpired | ServiceUnavailable):
        return f"no Neo4j answers there ({_first_line(problem)}); {_cure(address)}"
    if isinstance(problem, ConfigurationError):
        return f"{_first_line(problem)}; check the address"
    return f"{code or type(problem).__name__}: {_first_line(problem)}; see the server's log"


def _cure(address: Address) -> str:
    cure = "start it, or check host and port (Bolt's, 7687 by default, not the 7474 of the browser)"
    scheme, plus, _ = address.uri.partition("://")[0].partition("+")
    other = f"{scheme}:// where it has no TLS" if plus else f"{scheme}+s:// where it has TLS"
    return f"{cure}; {other}; ?wait=60 waits for one that is being restarted"


def _first_line(problem: Exception) -> str:
    return (str(problem).splitlines() or [type(problem).__name__])[0][:200].rstrip(".")
