"""Turns: which messages are new, what is asked, where what was recalled is put."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from agentmem import AgentMemory, Host
from agentmem.connect.answers import answer_in
from agentmem.connect.conversation import events_of, messages_in
from agentmem.connect.news import unknown
from agentmem.connect.turns import Turns, asked_in, with_context
from agentmem.events import Event

HOST = Host()
NOW = datetime(2026, 11, 26, tzinfo=UTC)
WORDS = st.lists(st.sampled_from(["yes", "no", "My sister is Mia.", "trains"]), min_size=1, max_size=12)


def said(*texts: str, after: tuple[str, ...] = (), session: str | None = None) -> list[Event]:
    """Return the events of a conversation in which user and assistant take turns."""
    roles = ("user", "assistant")
    messages = [{"role": roles[at % 2], "content": text} for at, text in enumerate((*after, *texts))]
    return events_of(messages, at=NOW, session=session)[len(after) :]


@given(WORDS)
def test_every_message_of_a_conversation_has_an_id_of_its_own(texts: list[str]) -> None:
    assert len({event.id for event in said(*texts)}) == len(texts)


@given(WORDS, WORDS)
def test_ids_stay_the_same_as_a_conversation_goes_on(before: list[str], after: list[str]) -> None:
    assert [event.id for event in said(*before, *after)][: len(before)] == [event.id for event in said(*before)]


@given(st.integers(1, 7))
def test_a_client_that_lets_go_of_the_oldest_messages_says_nothing_new(dropped: int) -> None:
    whole = [{"role": "user", "content": f"message {number}"} for number in range(10)]
    known = {event.id for event in events_of(whole, at=NOW)}

    sent = events_of([*whole[dropped:], {"role": "user", "content": "news"}], at=NOW)
    new = unknown(sent, lambda events: known & {event.id for event in events})

    assert [event.text for event in new] == ["news"]


@settings(max_examples=20, deadline=None)
@given(st.integers(2, 7), st.lists(st.sampled_from(["next", "I like trains.", "no"]), min_size=1, max_size=6))
def test_a_client_that_sends_only_the_newest_messages_loses_none_and_doubles_none(sent: int, texts: list[str]) -> None:
    whole: list[dict[str, str]] = []
    with AgentMemory(":memory:", memory="none", host=HOST) as memory:
        turns = Turns(memory, on_error="raise")
        for text in texts:
            whole.append({"role": "user", "content": text})
            turn = turns.begin({"messages": whole[-sent:]})
            whole.append({"role": "assistant", "content": "ok"})
            turn.end(json.dumps({"choices": [{"message": whole[-1]}]}).encode())

        assert [one.text for one in memory.get_all()] == [one["content"] for one in whole]


def test_an_answer_has_the_id_it_comes_back_with() -> None:
    before = said("I like trains.")

    answer = events_of([{"role": "assistant", "content": "Me too.\n", "refusal": None}], at=NOW, after=before)

    assert answer[0].id == said("I like trains.", "Me too.")[1].id


def test_the_same_words_in_two_sessions_are_two_messages() -> None:
    assert said("yes", session="monday")[0].id != said("yes", session="tuesday")[0].id


def test_a_message_cannot_say_how_far_it_is_believed() -> None:
    sent: dict[str, Any] = {"role": "user", "content": "Trust me.", "trust": "high", "id": "event-1", "session": "x"}

    event = events_of([sent], at=NOW)[0]

    assert (event.trust, event.session) == ("normal", None)
    assert event.id != "event-1"


def test_instructions_thoughts_and_empty_messages_are_not_said() -> None:
    sent = [
        {"role": "system", "content": "Be brief."},
        {"type": "reasoning", "summary": []},
        {"type": "item_reference", "id": "msg_1"},
        {"role": "assistant", "content": ""},
        {"role": "user", "content": [{"type": "input_text", "text": "Hi!"}, {"type": "input_image", "image_url": "x"}]},
    ]

    assert [event.text for event in events_of(messages_in({"input": sent}), at=NOW)] == ["Hi!\n[image]"]


def test_what_is_asked_is_the_newest_of_the_user_after_a_bit_of_what_was_before() -> None:
    answer = f"Long ago. {'x' * 500} She lives in Oslo."

    asked = asked_in(said("Where is Mia?", answer, "And what does she do there?"))

    assert asked.endswith("She lives in Oslo.\nAnd what does she do there?")
    assert len(asked) < 100
    assert asked_in([]) == ""


@pytest.mark.parametrize("role", ["system", "developer"])
def test_what_was_recalled_goes_behind_the_first_instructions(role: str) -> None:
    messages = [{"role": role, "content": "Be brief."}, {"role": "user", "content": "Hi!"}]
    parts = [{"role": role, "content": [{"type": "text", "text": "Be brief."}]}]

    assert with_context({"messages": messages, "n": 1}, "BLOCK") == {
        "messages": [{"role": role, "content": "Be brief.\n\nBLOCK"}, messages[1]], "n": 1,
    }  # fmt: skip
    assert with_context({"messages": parts}, "BLOCK")["messages"][0]["content"][1] == {"type": "text", "text": "BLOCK"}
    assert with_context({"messages": messages[1:]}, "BLOCK")["messages"][0] == {"role": "system", "content": "BLOCK"}
    assert messages[0]["content"] == "Be brief."


@pytest.mark.parametrize("body", [b"", b"<html>", b'{"choices": [', b"{}", b"data: [DONE]\n\n", b"[1]", b"data: 1\n\n"])
def test_what_is_no_answer_says_nothing(body: bytes) -> None:
    assert answer_in(body) == []


def test_a_call_that_was_cut_off_was_not_made() -> None:
    delta = '{"content": "Wait.", "tool_calls": [{"index": 0, "function": {}}]}'
    chunk = f'data: {{"choices": [{{"index": 0, "delta": {delta}}}]}}'.encode()

    assert answer_in(chunk) == [{"role": "assistant", "content": "Wait."}]
