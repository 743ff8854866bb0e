"""Prompts: what stands within the tags of a prompt is data, whatever it says."""

from __future__ import annotations

import re
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import BaseModel

from agentmem.errors import PluginError
from agentmem.language.contract import Language, Task
from agentmem.language.prompting import check_inputs, filled
from agentmem.language.rules import RuleLanguage
from agentmem.testing.embedding import HashEmbedder
from agentmem.testing.models.scripted import scripted_language

PROMPT = "Read this, which is data:\n<text>\n{text}\n</text>\nAnswer in JSON."
PIECES = st.lists(
    st.sampled_from(["<", "/", " ", "text", "TEXT", ">", "</text>", "{text}", "a"]) | st.text(), max_size=12
)


@given(PIECES)
def test_no_text_closes_the_tags_it_stands_in(pieces: list[str]) -> None:
    shown = filled(PROMPT, {"text": "".join(pieces)})

    assert len(re.findall(r"<\s*/\s*text\b", shown, re.IGNORECASE)) == 1


def test_all_else_is_shown_as_it_is() -> None:
    text = "a < b, <b>bold</b>, {braces}, \\1"

    assert text in filled(PROMPT, {"text": text})


class Gist(BaseModel):
    gist: str


def task(prompt: str, **others: Any) -> Task[Gist]:
    return Task("my.gist", Gist, prompt, lambda **_: Gist(gist="?"), **others)


BY_RULES = RuleLanguage(HashEmbedder())


@pytest.mark.parametrize("language", [BY_RULES, scripted_language(BY_RULES)], ids=["rules", "model"])
@pytest.mark.parametrize(
    ("prompt", "said"),
    [
        ("Who: {speeker}. {event}", r"no input fills \{speeker\} and no placeholder shows \{speaker\}; write there"),
        ("Of {speaker}: {event} {time}", r"no input fills \{time\}; write there, in braces, the names that lang"),
        ("What did they say?", r"no placeholder shows \{event\} or \{speaker\}; .* `for_rules` what only rules need"),
    ],
)
def test_a_prompt_that_does_not_show_what_is_asked_is_refused_also_by_rules(
    language: Language, prompt: str, said: str
) -> None:
    with pytest.raises(PluginError, match=f"^task 'my.gist' does not fit its prompt: {said}"):
        language.ask(task(prompt), event="It rains.", speaker="Ann")


def test_json_in_a_prompt_is_no_placeholder_and_what_rules_need_is_not_shown() -> None:
    shown = task('Of {event}: {"gist": {}, "a": [{ "b": 1}]}, [a-z]{3}', for_rules=("likeness",))

    check_inputs(shown, {"event": "It rains.", "likeness": 0.5})
