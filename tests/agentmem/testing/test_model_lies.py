"""Lies are told beside what is right, or in place of its words; never in place of its form."""

from __future__ import annotations

import json
from typing import Any

import pytest
from pydantic import BaseModel

from agentmem.testing import model_lies as lies
from agentmem.testing.model_script import Asked


class Neighbour(BaseModel):
    """One that was changed."""

    alias: str
    context: str
    tags: tuple[str, ...]


class Evolved(BaseModel):
    """An answer that names things in a list, and in objects of a list."""

    links: tuple[str, ...]
    tags: tuple[str, ...]
    neighbours: tuple[Neighbour, ...]


PROMPT = 'Which belong together? Answer in JSON: {"links": ["n1"], "tags": [], "neighbours": [{"alias": "n1"}]}'
RIGHT = json.dumps({"links": ["n2"], "tags": ["key"], "neighbours": []})


def asked_with(prompt: str) -> Asked:
    form = {"type": "json_schema", "json_schema": {"schema": Evolved.model_json_schema()}}
    body = {"messages": [{"role": "user", "content": prompt}], "response_format": form}
    return Asked("POST", "/v1/chat/completions", {}, body, 0.0)


@pytest.mark.parametrize(("lie", "named"), [(lies.unknown_aliases, lies.UNKNOWN), (lies.wrong_indices, lies.INDICES)])
def test_what_nobody_was_shown_is_named_beside_what_is_right(lie: Any, named: tuple[str, ...]) -> None:
    told = Evolved.model_validate_json(lie(asked_with(PROMPT), RIGHT))

    assert told.links == ("n2", *named)
    assert tuple(one.alias for one in told.neighbours) == named
    assert told.tags == ("key",)


@pytest.mark.parametrize("lie", [lies.orders, lies.another_language, lies.garbage])
def test_other_words_leave_names_and_form_as_they_are(lie: Any) -> None:
    told = Evolved.model_validate_json(lie(asked_with(PROMPT), RIGHT))

    assert told.links == ("n2",)
    assert told.tags != ("key",)


def test_where_nothing_is_named_nothing_is_added() -> None:
    right = json.dumps({"links": [], "tags": ["key"], "neighbours": []})

    assert json.loads(lies.unknown_aliases(asked_with("?"), right)) == json.loads(right)
