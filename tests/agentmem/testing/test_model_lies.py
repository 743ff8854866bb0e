"""Lies are told beside what is right, or in place of its words; never in place of its form."""

from __future__ import annotations

import json
from typing import Any

import pytest

from agentmem.testing import model_lies as lies
from agentmem.testing.model_script import Asked

EXAMPLE = {"links": ["n1"], "tags": ["..."], "neighbours": [{"alias": "n1", "context": "...", "tags": ["..."]}]}
RIGHT = {"links": ["n2"], "tags": ["key"], "neighbours": []}


def asked_with(example: Any) -> Asked:
    text = f"Which belong together?\n{{braces}}\nAnswer with one JSON object:\n{json.dumps(example)}"
    return Asked("POST", "/v1/chat/completions", {}, {"messages": [{"role": "user", "content": text}]}, 0.0)


@pytest.mark.parametrize(("lie", "named"), [(lies.unknown_aliases, lies.UNKNOWN), (lies.wrong_indices, lies.INDICES)])
def test_what_nobody_was_shown_is_named_beside_what_is_right(lie: Any, named: tuple[str, ...]) -> None:
    told = json.loads(lie(asked_with(EXAMPLE), json.dumps(RIGHT)))

    assert told["links"] == ["n2", *named]
    assert [one["alias"] for one in told["neighbours"]] == list(named)
    assert told["tags"] == ["key"]


@pytest.mark.parametrize("lie", [lies.orders, lies.another_language, lies.garbage])
def test_other_words_leave_names_and_form_as_they_are(lie: Any) -> None:
    told = json.loads(lie(asked_with(EXAMPLE), json.dumps(RIGHT)))

    assert told["links"] == ["n2"]
    assert told["tags"] != ["key"]


def test_a_prompt_without_an_example_names_nothing() -> None:
    asked = Asked("POST", "/v1/chat/completions", {}, {"messages": [{"role": "user", "content": "?"}]}, 0.0)

    assert json.loads(lies.unknown_aliases(asked, json.dumps(RIGHT))) == RIGHT
