"""JSON schemas of answers, as models are held to them: as small as they can be."""

from __future__ import annotations

from collections.abc import Hashable, Mapping
from functools import lru_cache
from typing import Any, NamedTuple

from pydantic import BaseModel

DROPPED = frozenset({"title", "description", "default", "minLength", "maxLength", "uniqueItems"})
"""Keywords that cost tokens, or that providers refuse; the answer is validated in full when it is back."""


class Schema(NamedTuple):
    """A JSON schema, and whether it can be kept to strictly: every object closed, every field required."""

    body: dict[str, Any]
    is_strict: bool


def schema_of(output: type[BaseModel]) -> Schema:
    """Return the schema of an answer.

    >>> from agentmem.language.facts import Reading
    >>> sorted(schema_of(Reading).body["required"])
    ['facts', 'heading', 'place']
    """
    return _schema_of(output)


@lru_cache(maxsize=256)
def _schema_of(output: Hashable) -> Schema:
    assert isinstance(output, type)
    assert issubclass(output, BaseModel)
    open_objects: list[object] = []
    body = _tightened(output.model_json_schema(), open_objects)
    return Schema(body, is_strict=not open_objects)


def _tightened(schema: Mapping[str, Any], open_objects: list[object]) -> dict[str, Any]:
    """Return a schema with closed objects, all of whose fields are required; note what must stay open."""
    tight: dict[str, Any] = {}
    for key, value in schema.items():
        if key in ("properties", "$defs"):
            tight[key] = {name: _tightened(inner, open_objects) for name, inner in value.items()}
        elif isinstance(value, Mapping):
            tight[key] = _tightened(value, open_objects)
        elif isinstance(value, list) and key in ("anyOf", "allOf", "oneOf", "prefixItems"):
            tight[key] = [_tightened(inner, open_objects) for inner in value]
        elif key not in DROPPED:
            tight[key] = value
    if tight.get("type") == "object":
        if "properties" in tight:
            tight |= {"required": list(tight["properties"]), "additionalProperties": False}
        else:
            open_objects.append(schema)
    return tight
