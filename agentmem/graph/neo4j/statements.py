"""The Cypher of the Neo4j store: one statement, or one block of one, in each file of `cypher/`."""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import cache, lru_cache
from importlib.resources import files

from agentmem.graph.checks import check_identifier
from agentmem.graph.contract import Direction

COMMENT = re.compile(r"^//.*\n", re.MULTILINE)


@lru_cache(maxsize=1024)
def statement(name: str, **parts: str) -> str:
    """Return the statement in `cypher/NAME.cypher`, with parts in place of `<their names>`.

    Args:
        name: Which one.
        parts: Made of constants and checked identifiers only: they are pasted as they are.
    """
    text = _text(name)
    for slot, part in parts.items():
        text = text.replace(f"<{slot}>", part)
    return text


@cache
def _text(name: str) -> str:
    return COMMENT.sub(
        "", files("agentmem.graph.neo4j").joinpath("cypher", f"{name}.cypher").read_text("utf-8")
    ).strip()


def pattern(types: Sequence[str] | None, direction: Direction) -> dict[str, str]:
    """Return the parts of a statement about edges of some types, in one direction or both.

    Raises:
        InvalidInput: a type is not an identifier.
    """
    for one in types or ():
        check_identifier(one, "edge type")
    return {
        "types": ":" + "|".join(f"`{one}`" for one in sorted(set(types))) if types else "",
        "from": "<" if direction == "in" else "",
        "to": ">" if direction == "out" else "",
    }
