"""What a bank recalls: turns with their chunks, days, and what is pinned."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import pytest

from agentmem.agent_memory import AgentMemory
from agentmem.events import Event, Query, new_event

Open = Callable[..., AgentMemory]
Tell = Callable[..., list[Event]]
After = Callable[..., datetime]
NOW = datetime(2026, 2, 1, tzinfo=UTC)


def sources(memory: AgentMemory, text: str, limit: int = 10) -> list[str]:
    return [one.sources[0] for one in memory.search(Query(text=text, limit=limit, now=NOW))]


def test_a_short_turn_takes_its_neighbours_along(open_bank: Open, tell: Tell) -> None:
    memory = open_bank(chunk_size=150)
    tell(memory, "Ann: my cat?", "Ann: where is zorro", "Bob: in the shed", "Bob: yes", "Ann: it snows")

    found = memory.search("zorro", limit=3)

    assert [one.sources[0] for one in found] == ["e2", "e3", "e1"]  # the one behind, then the one before
    assert found[0].score == found[1].score == found[2].score
    assert [sorted(one.parts) for one in found] == [["vector"], ["chunk"], ["chunk"]]


def test_a_chunk_never_grows_over_its_size(open_bank: Open, tell: Tell) -> None:
    memory = open_bank(chunk_size=90)  # a turn here is 36 characters and a word: two fit, three do not
    tell(memory, "Ann: rain", "Ann: zorro", "Ann: snow")

    assert [sorted(one.parts) for one in memory.search("zorro", limit=3)] == [["vector"], ["chunk"], ["vector"]]
    assert sources(memory, "zorro", limit=2) == ["e2", "e3"]


def test_a_chunk_ends_with_its_day(open_bank: Open, tell: Tell) -> None:
    memory = open_bank(chunk_size=1000)
    tell(memory, "Ann: the weather")
    tell(memory, "Ann: zorro", "Bob: hm", day=1)

    assert sources(memory, "zorro", limit=2) == ["e2", "e3"]


def test_a_chunk_ends_where_a_turn_was_forgotten(open_bank: Open, tell: Tell, after: After) -> None:
    memory = open_bank(forgetting="threshold", chunk_size=1000)
    tell(memory, "Ann: zorro", "Bob: hm", "Ann: far")
    kept = [one for one in memory.search("zorro hm far", limit=3) if one.sources != ("e2",)]
    memory.reinforce(kept, now=after(4))
    memory.forget(now=after(5))

    assert [sorted(one.parts) for one in memory.search("zorro", limit=5)] == [["vector"], ["vector"]]


def test_neighbours_count_against_the_limit(open_bank: Open, tell: Tell) -> None:
    memory = open_bank(chunk_size=1000)
    tell(memory, "Ann: one", "Ann: zorro", "Ann: three")

    assert sources(memory, "zorro", limit=1) == ["e2"]
    assert len(sources(memory, "zorro", limit=2)) == 2


def test_a_passage_of_a_game_is_recalled_as_it_was_seen(open_bank: Open, after: After) -> None:
    memory = open_bank()
    memory.add_many(
        [
            new_event("-= Hall =-\nA hall.", at=after(0), id="g0"),
            new_event("Taken.", action="take key", at=after(0.001), id="g1"),
        ]
    )

    assert {one.text for one in memory.search("key hall")} == {"-= Hall =-\nA hall.", "> take key\nTaken."}
    assert [one.position for one in memory.search("key hall")] in ([1, 2], [2, 1])


def test_names_in_sight_are_words_of_the_query(open_bank: Open, tell: Tell) -> None:
    memory = open_bank(chunk_size=0)
    tell(memory, "Ann: rain", "Ann: zorro", "Ann: snow")

    found = memory.search(Query(text="", entities={"zorro": 1}, limit=1, now=NOW))

    assert found[0].sources == ("e2",)


def test_a_day_told_in_a_summary_is_recalled_beside_its_turns(open_bank: Open, tell: Tell, after: After) -> None:
    memory = open_bank()
    tell(memory, "Ann: I bought a red boat in Oslo", "Ann: I painted my boat on the old pier")
    memory.consolidate(now=after(1))

    found = memory.search("boat", limit=3)

    assert {one.kind for one in found} == {"event", "summary"}
    (summary,) = (one for one in found if one.kind == "summary")
    assert summary.text.startswith("On 5 January, 2026:\nAnn: I bought a red boat in Oslo")
    assert summary.sources == ("e1", "e2")
    assert (summary.position, summary.at) == (2, after(0) + timedelta(minutes=2))


@pytest.mark.parametrize(("limit", "pinned"), [(1, 0), (4, 0), (5, 1), (10, 2), (20, 3)])
def test_what_is_pinned_leaves_most_of_the_room_to_evidence(
    open_bank: Open, tell: Tell, after: After, limit: int, pinned: int
) -> None:
    memory = open_bank()
    tell(memory, *(f"{who}: I love my boat number {n}" for n in range(12) for who in ("Ann", "Bob")))
    memory.consolidate(now=after(1))

    found = memory.search("boat number", limit=limit)

    assert [one.pinned for one in found] == [True] * pinned + [False] * (limit - pinned)
    assert {one.kind for one in found[:pinned]} <= {"summary", "profile"}


def test_the_portrait_of_who_is_asked_about_is_pinned_first(open_bank: Open, tell: Tell, after: After) -> None:
    memory = open_bank()
    tell(memory, "Ann: I love boats", "Bob: I hate rain")
    memory.consolidate(now=after(1))

    def portrayed(question: str) -> str:
        return next(one.text for one in memory.search(question, limit=10) if one.kind == "profile")

    assert portrayed("what does Bob hate").startswith("Bob: hates rain.")
    assert portrayed("what does Ann love").startswith("Ann: loves boats.")


def test_pinning_can_be_switched_off(open_bank: Open, tell: Tell, after: After) -> None:
    memory = open_bank(pin_portraits=False, pin_summary=False)
    tell(memory, "Ann: I love boats")
    memory.consolidate(now=after(1))

    assert not any(one.pinned for one in memory.search("boats"))


def test_nothing_comes_that_only_an_excluded_event_said(open_bank: Open, tell: Tell, after: After) -> None:
    memory = open_bank(chunk_size=1000)
    tell(memory, "Ann: I love boats", "Ann: I own a red boat")
    memory.consolidate(now=after(1))

    found = memory.search(Query(text="boat", limit=50, now=NOW, exclude=("e1",)))

    assert all(set(one.sources) - {"e1"} for one in found)
    assert not any(one.kind == "profile" for one in found)  # it rests on e1 alone


def test_the_past_knows_no_summary_made_since(open_bank: Open, tell: Tell, after: After) -> None:
    memory = open_bank()
    tell(memory, "Ann: I love boats", "Ann: I own a red boat")
    before = memory.search("boat", as_of=2)
    memory.consolidate(now=after(1))
    memory.reinforce(memory.search("boat"), now=after(1))

    assert memory.search("boat", as_of=2) == before
    assert {one.kind for one in memory.search("boat", as_of=3)} == {"event", "summary", "profile"}


def test_asking_nothing_recalls_no_turn(open_bank: Open, tell: Tell) -> None:
    memory = open_bank()
    tell(memory, "Ann: I love boats")

    assert memory.search("") == []


def test_an_event_taken_back_is_recalled_no_more_and_its_day_stays(open_bank: Open, tell: Tell, after: After) -> None:
    memory = open_bank(chunk_size=1000)
    tell(memory, "Ann: the secret is zorro", "Ann: I love boats", "Ann: I love rain")

    memory.undo("e1")
    memory.consolidate(now=after(1))

    assert all("zorro" not in one.text for one in memory.search("zorro secret", limit=50))
    assert memory.graph.stats()["memorybank/DaySummary"] == 1


def test_an_event_taken_back_is_gone_although_it_was_strengthened(open_bank: Open, tell: Tell, after: After) -> None:
    memory = open_bank()
    tell(memory, "Ann: the secret is zorro", "Ann: I love boats")
    memory.reinforce(memory.search("zorro", limit=1), now=after(1))

    memory.undo("e1")

    assert [one.sources for one in memory.search("zorro")] == [("e2",)]
