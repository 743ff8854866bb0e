"""What goes wrong with a server, each in one sentence with the cure; and what may go well when it is tried again."""

from __future__ import annotations

import socket
from collections.abc import Iterator
from ssl import SSLCertVerificationError

from neo4j.exceptions import (
    AuthError,
    ConfigurationError,
    ConnectionAcquisitionTimeoutError,
    ForbiddenOnReadOnlyDatabase,
    IncompleteCommit,
    ServiceUnavailable,
    SessionExpired,
    TransientError,
    UnsupportedServerProduct,
    WriteServiceUnavailable,
)

from agentmem.errors import StoreError, StoreRefused, StoreUnavailable
from agentmem.graph.neo4j.address import PASSWORD, USER, Address
from agentmem.graph.neo4j.watch import Silent

OLDEST = (5, 26)
NEEDED = f"at least Neo4j {'.'.join(map(str, OLDEST))} is needed"
READ_ONLY_CODE = "ReadOnly"
LIMIT = "db.memory.transaction.max"
NOT_WRITTEN = "it could not write, as a rule because its disk is full; free space there, then restart it"
ABOUT_CODES = (
    ("AuthenticationRateLimit", "too many wrong passwords were given; wait ten seconds, then give the right one"),
    ("CredentialsExpired", "the password of {user!r} must be changed first: ALTER CURRENT USER SET PASSWORD"),
    ("Unauthorized", f"it does not take this password for the user {{user!r}}; set {USER} and {PASSWORD}"),
    ("DatabaseNotFound", "it has no database {database!r}; name one that it has after the port, such as /neo4j"),
    ("DatabaseUnavailable", "its database {database} is not up; start it, or wait for it with ?wait=60"),
    (READ_ONLY_CODE, "the database is read-only; name one that can be written, or have its administrator change that"),
    ("Forbidden", "the user {user!r} has not the right to do this; an administrator must grant it"),
    (LIMIT, f"this needs more memory than it gives to one transaction; do less at once, or raise {LIMIT} there"),
    ("MemoryPool", "its memory for transactions is used up; raise dbms.memory.transaction.total.max there"),
    ("OutOfMemory", "its memory is used up; give it more with server.memory.heap.max_size"),
    ("TransactionTimedOut", "it ended what took too long; do less at once, or raise db.transaction.timeout there"),
    ("Outdated", "other transactions were faster again and again; try again"),
    ("DeadlockDetected", "other transactions held what this one needed, again and again; try again"),
    ("TransactionCommitFailed", NOT_WRITTEN),
    ("TransactionLogError", NOT_WRITTEN),
    ("TransactionStartFailed", "its database has stopped, as a rule because its disk was full; free space, restart it"),
    ("LockAcquisitionTimeout", "another transaction holds what this one needs for too long; try again"),
)
"""What the code or the words of the server hold, and what that means."""
ABOUT_CAUSES = (
    (socket.gaierror, "", "the host of {where} is not known here; check its name"),
    (SSLCertVerificationError, "", "its certificate is not trusted; write {scheme}+ssc:// if it signed that itself"),
    (Exception, "enabled encryption", "no TLS is spoken at {where}; write {scheme}:// instead, or check the port"),
    (ConnectionRefusedError, "", "nothing listens at {where}; start it, check the port, or wait for it with ?wait=60"),
    (Exception, "looks like HTTP", "at {where} is a server of HTTP; use the port of Bolt, as a rule 7687, not 7474"),
    (Silent, "", "{where} takes connections, and does not answer: it is frozen or overloaded; look at its machine"),
    (TimeoutError, "", "nobody answers at {where}: it is frozen, overloaded or no Neo4j; check it, its host and port"),
    (Exception, "handshake", "{where} hangs up at once; write {scheme}+s:// if it wants TLS, or check the port"),
)
"""The kind of an error behind one, what it holds, and what that means."""
AWAY_CODE = "DatabaseUnavailable"
NO_SPACE = ("No space left", "disk", "Disk")


class Unsure(StoreUnavailable):
    """The server was lost during a commit: all of it is there, or nothing is."""


def is_away(problem: BaseException | None) -> bool:
    """Return whether the server is not there, so that one may wait for it; what was sent may have been done."""
    if isinstance(problem, IncompleteCommit) or _is_read_only(problem):
        return False
    return isinstance(problem, ServiceUnavailable | SessionExpired) or AWAY_CODE in _code(problem)


def is_conflict(problem: BaseException | None) -> bool:
    """Return whether the server undid something that may go well the next time."""
    final = _is_read_only(problem) or LIMIT in str(problem)
    return isinstance(problem, TransientError) and not is_away(problem) and not final


def is_forbidden(problem: BaseException) -> bool:
    """Return whether the user has not the right to do it."""
    return _code(problem).endswith("Security.Forbidden")


def explained(problem: Exception, address: Address) -> StoreError:
    """Return the error of ours that says what `problem` means for the store at `address`."""
    if isinstance(problem, IncompleteCommit):
        return Unsure(f"{address.uri} was lost while it committed: look whether it is there before doing it again")
    if isinstance(problem, UnsupportedServerProduct) or _is_protocol(problem):
        return StoreRefused(f"{address.uri} is no Neo4j server, or an old one: {NEEDED}; upgrade it, or check the port")
    return StoreUnavailable(f"{address.uri} cannot be used: {_said(problem, address)}")


def _said(problem: Exception, address: Address) -> str:
    code = READ_ONLY_CODE if _is_read_only(problem) else _code(problem)
    if isinstance(problem, AuthError) and not address.password:
        return f"it wants a password, and none is given; set {USER} and {PASSWORD}"
    for part, said in ABOUT_CODES:
        if part in f"{code} {problem}":
            return said.format(user=address.user, database=address.database or "of its own")
    if isinstance(problem, ConnectionAcquisitionTimeoutError):
        return "all connections are in use, and none came free in time; use it from fewer threads at once"
    if isinstance(problem, ServiceUnavailable | SessionExpired):
        return _unreached(problem, address)
    said = _first_line(problem)
    if any(part in said for part in NO_SPACE):
        return f"it cannot write ({said}); make room on its disk, then restart it"
    return f"{code or type(problem).__name__}: {said}; its log may tell more"


def _unreached(problem: Exception, address: Address) -> str:
    """Return why no connection to the server could be made, or why it broke."""
    causes = list(_causes(problem))
    scheme, _, where = address.host.partition("://")
    for kind, part, said in ABOUT_CAUSES:
        if any(isinstance(cause, kind) and part in str(cause) for cause in causes):
            return said.format(where=where, scheme=scheme.partition("+")[0])
    return f"the connection broke ({_first_line(causes[-1])}); see whether it runs, or wait for it with ?wait=60"


def _causes(problem: BaseException | None) -> Iterator[BaseException]:
    """Yield an error, and all it came from: of several members of a cluster it may be several."""
    while problem is not None:
        yield problem
        if isinstance(problem, BaseExceptionGroup):
            for one in problem.exceptions:
                yield from _causes(one)
        problem = problem.__cause__


def _is_read_only(problem: BaseException | None) -> bool:
    """Return whether the database takes no writes; the driver may say that no server is there which does."""
    if isinstance(problem, WriteServiceUnavailable):
        problem = problem.__context__
    return isinstance(problem, ForbiddenOnReadOnlyDatabase)


def _is_protocol(problem: Exception) -> bool:
    """Return whether the server is too old for the settings of the driver."""
    return isinstance(problem, ConfigurationError) and "Bolt Protocol" in str(problem)


def _code(problem: BaseException | None) -> str:
    return getattr(problem, "code", None) or ""


def _first_line(problem: BaseException) -> str:
    said = getattr(problem, "message", None) or str(problem)
    return (said.splitlines() or [type(problem).__name__])[0][:200].rstrip(".")
