"""Where a Neo4j server is, and how to be let in: a URI, and names of environment variables."""

from __future__ import annotations

import os
from dataclasses import dataclass, field
from urllib.parse import parse_qsl, unquote, urlsplit

from agentmem.errors import InvalidInput, UnknownSetting
from agentmem.graph.checks import check_namespace

SCHEMES = ("neo4j", "neo4j+s", "neo4j+ssc", "bolt", "bolt+s", "bolt+ssc")
USER, PASSWORD = "NEO4J_USERNAME", "NEO4J_PASSWORD"
NEAR = 20_000
BETWEEN = "\x1f"
"""Between root and namespace: no name of a namespace has a control character."""


@dataclass(frozen=True)
class Address:
    """How to reach one database.

    Attributes:
        uri: Scheme, host and port; what is shown, for no secret is in it.
        user, password: Who asks; no password, no authentication.
        database: Its name; None for the server's default.
        near: Namespaces of at most so many nodes are kept near, as a copy.
        wait_s: How long to wait for a server that is away, in seconds.
        root: Several stores in one database: the names of one store's namespaces begin with its root.
    """

    uri: str
    user: str = "neo4j"
    password: str = field(default="", repr=False)
    database: str | None = None
    near: int = NEAR
    wait_s: float = 0.0
    root: str = ""

    @property
    def host(self) -> str:
        """The address without the database, as the driver wants it."""
        return self.uri.removesuffix(f"/{self.database}") if self.database else self.uri

    def full_name(self, namespace: str) -> str:
        """Return under which name a namespace of this store stands in the database."""
        return self.prefix + namespace

    @property
    def prefix(self) -> str:
        """How the names of all namespaces of this store begin; no name of a store without a root begins so."""
        return f"{self.root}{BETWEEN}" if self.root else ""


def is_neo4j(uri: str) -> bool:
    """Return whether `uri` names a Neo4j server."""
    return uri.partition("://")[0] in SCHEMES


def address_of(uri: str) -> Address:
    """Return the address a URI names: `neo4j://[user[:password]@]host[:port][/database][?near=…&wait=…&root=…]`.

    Raises:
        InvalidInput: it names no host, or a number is none, or the root is no name.
        UnknownSetting: the part after `?` names something else.
    """
    parts = urlsplit(uri)
    settings = dict(parse_qsl(parts.query, keep_blank_values=True))
    try:
        near = int(settings.pop("near", NEAR))
        wait_s = float(settings.pop("wait", 0))
        root = settings.pop("root", "")
        port = parts.port or 7687
    except ValueError as problem:
        raise InvalidInput(f"the store's address has a number that is none ({problem})") from None
    if settings:
        raise UnknownSetting(f"no setting {min(settings)!r} of a Neo4j store; there are: near, wait, root")
    if root:
        check_namespace(root)
    if not parts.hostname:
        raise InvalidInput("the store's address names no host: use neo4j://HOST:7687")
    host = f"[{parts.hostname}]" if ":" in parts.hostname else parts.hostname
    return Address(
        uri=f"{parts.scheme}://{host}:{port}{parts.path.rstrip('/')}",
        user=unquote(parts.username or os.environ.get(USER, "neo4j")),
        password=unquote(parts.password or os.environ.get(PASSWORD, "")),
        database=parts.path.strip("/") or None,
        near=near,
        wait_s=wait_s,
        root=root,
    )
