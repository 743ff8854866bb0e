"""What a bank looks like: its days, and what is left of each memory today."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime

import pytest

from agentmem.agent_memory import AgentMemory
from agentmem.errors import UnknownSetting
from agentmem.events import Event
from agentmem.graph.view import MemoryGraph
from agentmem.host import Host
from agentmem.memory import Shows
from agentmem.shape import Group
from agentmem_memorybank.telling import mood_in, traits_in

Open = Callable[..., AgentMemory]
Tell = Callable[..., list[Event]]
After = Callable[..., datetime]


def shown(memory: AgentMemory, now: datetime, *, as_of: int | None = None) -> Sequence[Group]:
    assert isinstance(memory.stack.memories[0], Shows)
    return memory.stack.memories[0].show(MemoryGraph(memory.graph, "memorybank", memory.status().folded, as_of), now)


def test_a_bank_is_shown_day_by_day_with_what_is_left_of_each_memory(open_bank: Open, tell: Tell, after: After) -> None:
    memory = open_bank(forgetting="threshold", theta=0.05)
    tell(memory, "Ann: I love red boats in Oslo.")
    tell(memory, "Ann: it rains", day=2)
    memory.consolidate(now=after(2))
    memory.forget(now=after(4))

    of_all, monday, wednesday = shown(memory, after(4))

    assert [item.about["is"] for item in of_all.items] == ["the summary of all days", "a portrait"]
    assert (monday.title, monday.about) == ("5 January, 2026", {"turns": 1, "forgotten": 2})
    assert [item.about["is"] for item in monday.items] == ["the summary of the day", "a portrait of the day", "a turn"]
    assert monday.items[2].about == {"is": "a turn", "strength": 1, "retention": 0.018, "forgotten": True}
    assert [item.about.get("forgotten") for item in wednesday.items] == [False, False]


def test_what_was_strengthened_is_shown_as_it_stands_and_once(open_bank: Open, tell: Tell, after: After) -> None:
    memory = open_bank(chunk_size=0)
    tell(memory, "Ann: it rains", "Ann: it snows")
    memory.reinforce(memory.search("rains", limit=1), now=after(1))

    (day,) = shown(memory, after(2))

    assert [(item.text[-5:], item.about["strength"], item.about["retention"]) for item in day.items] == [
        ("rains", 2, 0.607),
        ("snows", 1, 0.136),
    ]


def test_a_bank_can_be_shown_as_it_was(open_bank: Open, tell: Tell, after: After) -> None:
    memory = open_bank()
    tell(memory, "Ann: it rains", "Ann: it snows")

    (day,) = shown(memory, after(1), as_of=1)

    assert [item.text[-8:] for item in day.items] == ["it rains"]


@pytest.mark.parametrize(
    ("said", "traits"),
    [
        ("I like hiking, basketball, and rock climbing.", ["likes hiking, basketball, and rock climbing"]),
        ("I don't like rain, but I love snow!", ["does not like rain", "loves snow"]),
        ("I'm really passionate about art because it heals.", ["is passionate about art"]),
        ("My favourite colour is blue, and my hobby is chess.", ["favourite colour: blue", "hobby: chess"]),
        ("I love it. I like how you sing. I enjoy that.", []),
        ("Do I like rain? I'd like some tea. You said I love to.", []),
    ],
)
def test_traits_are_what_people_say_they_like(said: str, traits: list[str]) -> None:
    assert traits_in(said) == traits


def test_a_denied_word_counts_as_its_opposite() -> None:
    assert mood_in("I'm not happy and never sad") == (1, 1)


@pytest.mark.parametrize(
    ("name", "value"),
    [("chunk_size", -1), ("tau", 0), ("theta", 2), ("forgetting", "never"), ("pinned_share", 1.5), ("colour", "red")],
)
def test_settings_out_of_range_or_unknown_are_refused(name: str, value: object) -> None:
    with pytest.raises(UnknownSetting, match=name):
        Host().memory("memorybank", {name: value})
