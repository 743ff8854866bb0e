"""The constraints and indexes of a Neo4j store: made once, by whoever comes first, and versioned."""

from __future__ import annotations

import random
import time
from importlib.resources import files

from neo4j.exceptions import ClientError, Neo4jError, TransientError

from agentmem.errors import StoreRefused
from agentmem.graph.neo4j.faults import is_forbidden
from agentmem.graph.neo4j.probe import Found
from agentmem.graph.neo4j.server import FAULTS, Server
from agentmem.graph.neo4j.statements import statement

VERSION = 1
"""Of the schema. A newer one is refused; an older one is brought up to date."""
THERE = ("EquivalentSchemaRuleAlreadyExists", "IndexAlreadyExists", "ConstraintAlreadyExists")
TRIES = 40
PAUSE_S = 0.25


def bring_up(server: Server, found: Found) -> None:
    """Make the schema if it is missing or old: nothing is asked where it is as it should be.

    Raises:
        StoreRefused: it is of a newer version, or this user may not make it.
    """
    check_version(server, found.schema or 0)
    if found.schema != VERSION:
        set_up(server)


def set_up(server: Server) -> None:
    """Make what is missing of the schema, whoever else does so at this moment.

    Raises:
        StoreRefused: this user may not, and the message has the statement an administrator must run; or the
            schema is of a newer version.
        StoreUnavailable: it cannot be made.
    """
    for command in schema_statements():
        _make(server, command)
    _make(server, statement("schema_awaited"))
    check_version(server, int(server.write(statement("schema_made"), version=VERSION)[0][0]))


def schema_statements() -> list[str]:
    """Return the statements that make the schema, in order."""
    folder = files("agentmem.graph.neo4j").joinpath("cypher", "schema")
    return [file.read_text("utf-8").strip() for file in sorted(folder.iterdir(), key=lambda one: one.name)]


def _make(server: Server, command: str) -> None:
    # IF NOT EXISTS is not enough: of several processes at once some see one that is just being made, or a deadlock.
    for left in reversed(range(TRIES)):
        try:
            return server.schema(command)
        except TransientError as problem:
            if not left:
                raise server.explained(problem) from problem
            time.sleep(random.uniform(0, PAUSE_S))  # noqa: S311 - so that two do not meet again
        except FAULTS as problem:
            if isinstance(problem, ClientError) and (problem.code or "").endswith(THERE):
                return None
            raise _refusal(server, command, problem) from problem
    return None


def _refusal(server: Server, command: str, problem: Exception) -> Exception:
    if isinstance(problem, Neo4jError) and is_forbidden(problem):
        shown = " ".join(command.split())
        return StoreRefused(
            f"{server.address.uri} lacks what a store needs, and the user {server.address.user!r} has not the right to "
            f"make it; an administrator must run: {shown}"
        )
    return server.explained(problem)


def check_version(server: Server, version: int) -> None:
    """Check that we know a schema of this version.

    Raises:
        StoreRefused: it is newer than ours.
    """
    if version > VERSION:
        raise StoreRefused(
            f"{server.address.uri} was set up by a newer agentmem (schema {version}, this one knows {VERSION}); "
            "upgrade with: pip install --upgrade agentmem-graph"
        )
