"""Where a Neo4j server is, and how to be let in: a URI, and names of environment variables."""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass, field
from math import inf
from urllib.parse import SplitResult, parse_qsl, unquote, urlsplit

from agentmem.errors import InvalidInput, UnknownSetting
from agentmem.graph.checks import check_namespace
from agentmem.graph.uri import without_password

SCHEMES = ("neo4j", "neo4j+s", "neo4j+ssc", "bolt", "bolt+s", "bolt+ssc")
USER, PASSWORD = "NEO4J_USERNAME", "NEO4J_PASSWORD"
PORT = 7687
SYSTEM = "system"
"""The database in which a server keeps its users; it has no nodes."""
NEAR = 200_000
BETWEEN = "\x1f"
"""Between root and namespace: no name of a namespace has a control character."""
FORM = "neo4j://[USER@]HOST[:PORT][/DATABASE][?near=N&wait=SECONDS&root=NAME]"


@dataclass(frozen=True)
class Address:
    """How to reach one database.

    Attributes:
        uri: As it was given, without a password: what is shown.
        host: Scheme, host and port, as the driver wants it.
        user, password: Who asks; no password, no authentication.
        database: Its name; None for the server's default.
        near: Namespaces of at most so many nodes are kept near, as a copy.
        wait_s: How long to wait for a server that is away, in seconds.
        root: Several stores in one database: the names of one store's namespaces begin with its root.
    """

    uri: str
    host: str
    user: str = "neo4j"
    password: str = field(default="", repr=False)
    database: str | None = None
    near: int = NEAR
    wait_s: float = 0.0
    root: str = ""

    def full_name(self, namespace: str) -> str:
        """Return under which name a namespace of this store stands in the database."""
        return self.prefix + namespace

    @property
    def prefix(self) -> str:
        """How the names of all namespaces of this store begin; no name of a store without a root begins so."""
        return f"{self.root}{BETWEEN}" if self.root else ""


def is_neo4j(uri: str) -> bool:
    """Return whether `uri` names a Neo4j server."""
    return uri.partition("://")[0].lower() in SCHEMES


def address_of(uri: str) -> Address:
    """Return the address a URI names: `neo4j://[user[:password]@]host[:port][/database][?near=…&wait=…&root=…]`.

    Raises:
        InvalidInput: it has another form, a number is none, or the root is no name.
        UnknownSetting: the part after `?` names something else.
    """
    parts = _parts(uri)
    settings = dict(parse_qsl(parts.query, keep_blank_values=True))
    if unknown := settings.keys() - {"near", "wait", "root"}:
        raise UnknownSetting(f"no setting {min(unknown)!r} of a Neo4j store; there are: near, wait, root")
    if root := settings.get("root", ""):
        check_namespace(root)
    database = unquote(parts.path).strip("/")
    if database == SYSTEM:
        raise InvalidInput(f"no store can be in the database {SYSTEM}; name another one after the port, such as /neo4j")
    host = f"[{parts.hostname}]" if ":" in (parts.hostname or "") else parts.hostname
    return Address(
        uri=without_password(uri),
        host=f"{parts.scheme}://{host}:{parts.port or PORT}",
        user=unquote(parts.username or "") or os.environ.get(USER) or "neo4j",
        password=unquote(parts.password or "") or os.environ.get(PASSWORD, ""),
        database=database or None,
        near=int(_number(settings, "near", NEAR)),
        wait_s=_number(settings, "wait", 0),
        root=root,
    )


def _parts(uri: str) -> SplitResult:
    try:
        parts = urlsplit(uri)
        port = parts.port
    except ValueError:  # what it says may be a part of a password
        raise _malformed(uri) from None
    place = parts.path.strip("/")
    strange = [parts.fragment, "@" in place, "/" in place, "@" in parts.query.partition("=")[0], port == 0]
    if not parts.hostname or any(strange):
        raise _malformed(uri)
    return parts


def _malformed(uri: str) -> InvalidInput:
    return InvalidInput(
        f"the store's address {without_password(uri)!r} cannot be read: write {FORM}, keep the password in {PASSWORD}, "
        "or write %XX for what is special in it, such as %40 for @"
    )


def _number(settings: Mapping[str, str], name: str, default: float) -> float:
    given = settings.get(name, str(default))
    try:
        number = float(given)
    except ValueError:
        number = -1
    if not 0 <= number < inf:
        raise InvalidInput(f"{name}={given[:80]!r} in the store's address is no number; write one, such as {name}=60")
    return number
