"""Which nodes are meant: `Where` as SQL conditions, with every value a parameter."""

from __future__ import annotations

from collections.abc import Iterator

from agentmem.errors import InvalidInput
from agentmem.graph.checks import check_identifier, check_integer, microseconds, value_json
from agentmem.graph.contract import Json, Operator, Where

Parameter = str | int | float | None
Condition = tuple[str, tuple[Parameter, ...]]
COMPARISONS = {"=": "=", "<": "<", "<=": "<=", ">": ">", ">=": ">="}


def conditions(where: Where) -> Condition:
    """Return `where` but for its memory, label and standing, as ` and ...` over the node table `n`.

    Raises:
        InvalidInput: a value cannot be compared so.
    """
    found = list(_times(where))
    for name, (operator, value) in where.props.items():
        check_identifier(name, "property name")
        found.append(_property(name, operator, value))
    return "".join(f" and {sql}" for sql, _ in found), tuple(value for _, values in found for value in values)


def standings(where: Where) -> list[Condition]:
    """Return the ways in which a node may be current, retired or of its time: it is in one of them, never in two.

    Apart, because each is one stretch of an index, in order of position.

    Raises:
        InvalidInput: `where` contradicts itself.
    """
    if where.as_of is None:
        current: list[Condition] = [(" and n.retired is null", ())]
        return [*current, (" and n.retired is not null", ())] if where.retired else current
    if where.retired:
        raise InvalidInput("as_of and retired=True exclude each other: as_of already sees what was retired later")
    check_integer(where.as_of, "as_of")
    return [
        (" and n.retired is null and n.position <= ?", (where.as_of,)),
        (" and n.retired > ? and n.position <= ?", (where.as_of, where.as_of)),
    ]


def everything(where: Where) -> Condition:
    """Return `conditions` and `standings` as one."""
    sql, values = conditions(where)
    apart = standings(where)
    either = " or ".join(standing.removeprefix(" and ") for standing, _ in apart)
    return f"{sql} and ({either})", (*values, *(value for _, more in apart for value in more))


def _times(where: Where) -> Iterator[Condition]:
    if where.after is not None:
        check_integer(where.after, "after")
        yield "n.position > ?", (where.after,)
    if where.since is not None:
        yield "n.at >= ?", (microseconds(where.since),)
    if where.until is not None:
        yield "n.at < ?", (microseconds(where.until),)


def _property(name: str, operator: Operator, value: Json) -> Condition:
    if operator == "in":
        if not isinstance(value, list | tuple):
            raise InvalidInput(f"property {name!r}: 'in' needs a list, not {type(value).__name__}")
        each = [_property(name, "=", one) for one in value]
        either = " or ".join(sql for sql, _ in each) or "0"
        return f"({either})", tuple(parameter for _, parameters in each for parameter in parameters)
    check_comparison(name, operator, value)
    return _comparison(name, operator, value)


def check_comparison(name: str, operator: Operator, value: Json) -> None:
    """Check that a property can be compared with `value` so.

    Raises:
        InvalidInput: there is no such comparison, or not with such a value.
    """
    if operator not in COMPARISONS:
        raise InvalidInput(f"property {name!r}: no comparison {operator!r}; use one of =, <, <=, >, >=, in")
    if isinstance(value, list | dict):
        raise InvalidInput(
            f"property {name!r}: a {type(value).__name__} cannot be compared; use text, a number or a bool"
        )
    value_json(value)
    if operator != "=" and (value is None or isinstance(value, bool)):
        raise InvalidInput(f"property {name!r}: {value!r} has no order; compare it with '='")


def _comparison(name: str, operator: Operator, value: Json) -> Condition:
    path = f"$.{name}"
    if operator == "=" and not _is_number(value):
        # As JSON, because json_extract cuts text at a NUL and takes true for 1.
        return "n.props -> ? = ?", (path, value_json(value))
    assert isinstance(value, int | float | str)
    if _is_number(value):
        sql = f"(json_type(n.props, ?) in ('integer', 'real') and json_extract(n.props, ?) {COMPARISONS[operator]} ?)"
        return sql, (path, path, value)
    sql = f"(json_type(n.props, ?) = 'text' and json_extract(n.props, ?) {COMPARISONS[operator]} ?)"
    return sql, (path, path, value)


def _is_number(value: Json) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)
