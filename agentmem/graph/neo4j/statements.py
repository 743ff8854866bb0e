"""The Cypher of the Neo4j store: one statement, or one block of one, in each file of `cypher/`."""

from __future__ import annotations

import re
from functools import cache
from importlib.resources import files

from agentmem.graph.checks import check_identifier

COMMENT = re.compile(r"^//.*\n", re.MULTILINE)


@cache
def statement(name: str, **identifiers: str) -> str:
    """Return the statement in `cypher/NAME.cypher`, with checked identifiers in place of `<their names>`.

    Raises:
        InvalidInput: one is not an identifier.
    """
    text = COMMENT.sub("", files("agentmem.graph.neo4j").joinpath("cypher", f"{name}.cypher").read_text("utf-8"))
    for slot, identifier in identifiers.items():
        check_identifier(identifier, slot)
        text = text.replace(f"<{slot}>", identifier)
    return text.strip()
