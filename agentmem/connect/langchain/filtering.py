"""Which items a filter of LangGraph lets through: values as JSON compares them."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from operator import ge, gt, le, lt
from typing import Any

from agentmem.errors import InvalidInput

ORDERS: Mapping[str, Callable[[Any, Any], bool]] = {"$gt": gt, "$gte": ge, "$lt": lt, "$lte": le}
OPERATORS = ("$eq", "$ne", *ORDERS)


def check_filter(wanted: object) -> None:
    """Check a filter before anything is looked at.

    Raises:
        InvalidInput: it has an operator that nobody knows.
    """
    if not isinstance(wanted, Mapping):
        return
    for name, value in wanted.items():
        if _has_operators(wanted) and name not in OPERATORS:
            raise InvalidInput(f"a filter has no operator {str(name)[:40]!r}; use one of {', '.join(OPERATORS)}")
        check_filter(value)


def fits(value: Any, wanted: Any) -> bool:
    """Return whether a value is what is wanted: equal, as the operators say, or an object with such fields.

    What has no order (a text and a number, an absent field) is neither less nor more.

    >>> fits({"stars": 5, "kind": "tea"}, {"stars": {"$gte": 3, "$lt": 9}, "kind": "tea"})
    True
    >>> fits({"stars": "many"}, {"stars": {"$gte": 3}})
    False
    """
    if isinstance(wanted, Mapping):
        if _has_operators(wanted):
            return all(_holds(value, operator, operand) for operator, operand in wanted.items())
        return isinstance(value, Mapping) and all(fits(value.get(name), one) for name, one in wanted.items())
    return _is_same(value, wanted)


def _has_operators(wanted: Mapping[Any, Any]) -> bool:
    return any(str(name).startswith("$") for name in wanted)


def _holds(value: Any, operator: str, operand: Any) -> bool:
    if operator in ("$eq", "$ne"):
        return _is_same(value, operand) == (operator == "$eq")
    is_ordered = (_is_number(value) and _is_number(operand)) or (isinstance(value, str) and isinstance(operand, str))
    return is_ordered and ORDERS[operator](value, operand)


def _is_same(value: Any, wanted: Any) -> bool:
    """Return whether two values are the same in JSON, where true is not 1, and a tuple is a list."""
    if isinstance(wanted, list | tuple):
        is_list = isinstance(value, list | tuple) and len(value) == len(wanted)
        return is_list and all(fits(one, other) for one, other in zip(value, wanted, strict=True))
    return isinstance(value, bool) == isinstance(wanted, bool) and bool(value == wanted)


def _is_number(value: object) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)
