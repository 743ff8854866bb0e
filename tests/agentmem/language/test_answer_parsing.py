"""Reading a model's answer: tolerant about how it is written, strict about what it means."""

import json
import time
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from agentmem.events import Value
from agentmem.language.parsing import DEEPEST, LONGEST, Unreadable, read_answer


class Inner(Value):
    name: str = ""


class Outer(Value):
    """Every field has a default: an empty answer would be a valid one."""

    word: str | None = None
    things: tuple[Inner, ...] = ()


@pytest.mark.parametrize(
    "written",
    [
        '{"word": "tea", "things": []}',
        '```json\n{"word": "tea", "things": []}\n```',
        'Sure! Here you are:\n```\n{"word": "tea", "things": []}\n```\nAnything else?',
        "{'word': 'tea', 'things': []}",
        "{word: tea, things: []}",
        '{"word": "tea", "things": [],}',
        '{"word": "tea" "things": []}',
        '// my answer\n{"word": "tea", /* none */ "things": []}',
        '{"word": "tea", "things": []}}',
        '<think>It may be {"word": "coffee"}.</think>{"word": "tea"}',
        'Maybe {"word": "coffee"}?</think>\n{"word": "tea"}',
        'I don\'t know it all [1], but: {"word": "tea"}. {See above.}',
        '{"word": "tea"} As I said: {"word": "tea"}',
        '\ufeff{"word": "tea"}',
    ],
)
def test_an_answer_is_read_however_it_is_written(written: str) -> None:
    assert read_answer(written, Outer) == Outer(word="tea")


def test_quotes_within_a_text_and_python_words_are_mended() -> None:
    assert read_answer('{"word": "say "hi" now"}', Outer).word == 'say "hi" now'
    assert read_answer("{'word': 'it's tea', 'things': []}", Outer).word == "it's tea"
    assert read_answer("{'word': None, 'things': [{'name': 'tea'}]}", Outer).things[0].name == "tea"


@pytest.mark.parametrize(
    "written",
    [
        "",
        "   ",
        "I'm sorry, but I cannot help with that.",
        "<!DOCTYPE html><html><body>It works!</body></html>",
        "{}",
        "[]",
        "null",
        '"tea"',
        "tea",
        "3",
        '[{"word": "tea"}]',
        '{"answer": {"word": "tea"}}',
        '{"error": "no such thing"}',
        "{",
        "{{{{",
        "```json\n```",
    ],
)
def test_what_is_no_answer_never_becomes_an_empty_one(written: str) -> None:
    with pytest.raises(Unreadable):
        read_answer(written, Outer)


@given(st.text(max_size=200))
def test_whatever_text_comes_it_is_read_or_refused(written: str) -> None:
    try:
        answer = read_answer(written, Outer)
    except Unreadable:
        return
    assert "word" in written or "things" in written, f"{answer} was made of nothing"


@given(st.integers(1, 60))
def test_what_was_cut_off_is_never_completed(end: int) -> None:
    whole = '{"things": [{"name": "cup"}, {"name": "jug"}, {"name": "pot"}]}'

    with pytest.raises(Unreadable):
        read_answer(whole[:end], Outer)


def test_two_answers_that_differ_are_none() -> None:
    with pytest.raises(Unreadable, match="it holds 2 different answers"):
        read_answer('{"word": "tea"}\n{"word": "coffee"}', Outer)


def test_a_field_given_twice_would_lose_the_first() -> None:
    with pytest.raises(Unreadable, match="twice"):
        read_answer('{"things": [{"name": "cup"}], "things": []}', Outer)


def test_keys_nobody_asked_for_are_left_out_at_every_depth() -> None:
    written = '{"word": "tea", "confidence": 0.9, "things": [{"name": "cup", "note": "it is mine"}]}'

    assert read_answer(written, Outer) == Outer(word="tea", things=(Inner(name="cup"),))


def test_what_is_wrong_is_said_for_the_first_few_fields() -> None:
    with pytest.raises(Unreadable) as caught:
        read_answer(json.dumps({"word": 3, "things": [{"name": number} for number in range(9)]}), Outer)

    assert str(caught.value).startswith("word: Input should be a valid string; things.0.name: ")
    assert str(caught.value).endswith("; and 7 more")


def test_what_no_store_can_keep_is_replaced() -> None:
    assert read_answer(r'{"word": "tea \ud800"}', Outer).word == "tea ?"


@pytest.mark.parametrize(
    "written",
    [
        "a" * LONGEST,
        "{" * 300_000,
        "[" * 300_000,
        '{"word": ' * 100_000,
        '{"word": "' + "tea, " * 150_000,
        '{"word": "' + 'say "hi" ' * 30_000 + '",}',
        '{"word": 1,' + '"' * 45_000 + "}",
        "x" * (LONGEST + 1),
    ],
    ids=lambda written: f"{written[:10]}...{len(written)}",
)
def test_what_is_huge_or_deep_is_refused_in_a_moment(written: str) -> None:
    started = time.thread_time()

    with pytest.raises(Unreadable):
        read_answer(written, Outer)

    assert time.thread_time() - started < 3


def test_brackets_may_nest_as_deep_as_answers_do() -> None:
    class Deep(Value):
        inside: Any = None

    depth = DEEPEST - 1
    written = "{'inside': " + "[" * depth + "]" * depth + "}"

    assert read_answer(written, Deep).inside is not None
