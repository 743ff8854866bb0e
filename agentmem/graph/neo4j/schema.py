"""The constraints and indexes of a Neo4j store: made once, by whoever comes first, and versioned."""

from __future__ import annotations

import random
import re
import time
from importlib.resources import files
from typing import NamedTuple

from neo4j.exceptions import ClientError, Neo4jError, TransientError

from agentmem.errors import StoreRefused
from agentmem.graph.neo4j.server import Server
from agentmem.graph.neo4j.statements import statement

VERSION = 1
"""Of the schema. A newer one is refused; an older one is brought up to date."""
OLDEST = (5, 26)
THERE = ("EquivalentSchemaRuleAlreadyExists", "IndexAlreadyExists", "ConstraintAlreadyExists")
NO_RIGHT = "Forbidden"
TRIES = 40
PAUSE_S = 0.25


class Opened(NamedTuple):
    """What was found when a store was opened.

    Attributes:
        version: Of the server, such as "5.26.20".
        edition: "community" or "enterprise".
        schema: The version of our schema there; None where it is not made yet.
        is_used: Whether a namespace is there.
    """

    version: str
    edition: str
    schema: int | None
    is_used: bool


def look(server: Server, root: str) -> Opened:
    """Return what is there, in one round trip.

    Raises:
        StoreRefused: the server is too old, or the schema is of a newer version.
        StoreUnavailable: it cannot be reached.
    """
    rows = server.read(statement("opened"), root=root)
    opened = Opened(*rows[0])
    if _numbers(opened.version) < OLDEST:
        raise StoreRefused(
            f"{server.address.uri} is Neo4j {opened.version}; at least {'.'.join(map(str, OLDEST))} is needed"
        )
    _check(server, opened.schema or 0)
    return opened


def set_up(server: Server) -> None:
    """Make what is missing of the schema, whoever else does so at this moment.

    Raises:
        StoreRefused: this user may not; the message has the statement an administrator must run.
    """
    for command in schema_statements():
        _make(server, command)
    server.schema("CALL db.awaitIndexes(120)")
    _check(server, int(server.write(statement("schema_made"), version=VERSION)[0][0]))


def schema_statements() -> list[str]:
    """Return the statements that make the schema, in order."""
    folder = files("agentmem.graph.neo4j").joinpath("cypher", "schema")
    return [file.read_text("utf-8").strip() for file in sorted(folder.iterdir(), key=lambda one: one.name)]


def _make(server: Server, command: str) -> None:
    # IF NOT EXISTS is not enough: of several processes at once some see one that is just being made, or a deadlock.
    for _ in range(TRIES):
        try:
            server.schema(command)
        except TransientError:
            time.sleep(random.uniform(0, PAUSE_S))  # noqa: S311 - so that two do not meet again
        except ClientError as problem:
            if (problem.code or "").endswith(THERE):
                return
            raise _refusal(server, command, problem) from problem
        else:
            return


def _refusal(server: Server, command: str, problem: Neo4jError) -> Exception:
    if NO_RIGHT in (problem.code or ""):
        shown = " ".join(command.split())
        return StoreRefused(
            f"{server.address.user!r} may not make what a store needs in {server.address.uri}; "
            f"an administrator must run: {shown}"
        )
    return server.explained(problem)


def _check(server: Server, version: int) -> None:
    if version > VERSION:
        raise StoreRefused(
            f"{server.address.uri} was set up by a newer agentmem (schema {version}, this one knows {VERSION}); "
            "upgrade with: pip install --upgrade agentmem-graph"
        )


def _numbers(version: str) -> tuple[int, ...]:
    return tuple(int(number) for number in re.findall(r"\d+", version)[:2])
