"""Which nodes are meant: `Where` as Cypher, with every value a parameter."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, NamedTuple

from agentmem.errors import InvalidInput
from agentmem.graph.checks import LARGEST, check_identifier, check_integer, microseconds, value_json
from agentmem.graph.contract import Json, Operator, Where
from agentmem.graph.filters import check_comparison
from agentmem.graph.neo4j.rows import OURS, property_name

Found = Iterator[tuple[str, dict[str, Any]]]


class Conditions(NamedTuple):
    """`Where` in parts.

    Attributes:
        text: ` AND …` over a node `n`, for what is neither kind, standing nor position.
        parameters: Their values; `memory`, `label`, `standings`, `low` and `high` among them.
    """

    text: str
    parameters: dict[str, Any]


def conditions(where: Where) -> Conditions:
    """Return `where` as conditions.

    Raises:
        InvalidInput: a value cannot be compared so, or `where` contradicts itself.
    """
    if where.as_of is not None and where.retired:
        raise InvalidInput("as_of and retired=True exclude each other: as_of already sees what was retired later")
    parameters: dict[str, Any] = {
        "memory": where.memory,
        "label": where.label,
        "standings": [True] if where.as_of is None and not where.retired else [True, False],
        "low": -LARGEST - 1 if where.after is None else where.after,
        "high": LARGEST if where.as_of is None else where.as_of,
    }
    check_integer(where.after or 0, "after")
    check_integer(where.as_of or 0, "as_of")
    texts = []
    for text, more in [*_times(where), *_properties(where)]:
        texts.append(text)
        parameters |= more
    return Conditions("".join(f" AND {text}" for text in texts), parameters)


def everything(where: Where) -> Conditions:
    """Return `conditions` with all that `scan` looks up by an index as conditions too."""
    text, parameters = conditions(where)
    kind = (
        "($label IS NULL OR n.kind ENDS WITH '/' + $label)"
        " AND ($memory IS NULL OR n.memory = $memory)"
        " AND n.current IN $standings AND n.position > $low AND n.position <= $high"
    )
    return Conditions(f" AND {kind}{text}", parameters)


def _times(where: Where) -> Found:
    if where.as_of is not None:
        yield "(n.retired IS NULL OR n.retired > $high)", {}
    if where.since is not None:
        yield "n.at_us >= $since", {"since": microseconds(where.since)}
    if where.until is not None:
        yield "n.at_us < $until", {"until": microseconds(where.until)}


def _properties(where: Where) -> Found:
    for number, (name, (operator, value)) in enumerate(where.props.items()):
        check_identifier(name, "property name")
        if operator != "in":
            yield _comparison(name, operator, value, f"p{number}")
            continue
        if not isinstance(value, list | tuple):
            raise InvalidInput(f"property {name!r}: 'in' needs a list, not {type(value).__name__}")
        each = [_comparison(name, "=", one, f"p{number}_{place}") for place, one in enumerate(value)]
        either = " OR ".join(text for text, _ in each) or "$never"  # a parameter: by false the server plans otherwise
        yield f"({either})", {"never": False} | {key: held for _, more in each for key, held in more.items()}


def _comparison(name: str, operator: Operator, value: Json, parameter: str) -> tuple[str, dict[str, Any]]:
    check_comparison(name, operator, value)
    if value is None:
        return f"n.`j_{name}` = ${parameter}", {parameter: value_json(value)}
    return f"n.`{property_name(name, OURS)}` {operator} ${parameter}", {parameter: value}
