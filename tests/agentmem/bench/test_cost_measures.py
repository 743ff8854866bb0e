"""Measuring what memories cost as they grow, on a chat that is made up."""

from __future__ import annotations

import pytest
from pydantic import ValidationError

from agentmem.agent_memory import AgentMemory
from agentmem.bench import chatter
from agentmem.bench.cost import cost
from agentmem.bench.embedded import Embedded, embedded_by
from agentmem.bench.growth import Growing, Measured, Turn, compared, growth
from agentmem.errors import InvalidInput, UnknownName
from agentmem.graph.sqlite import SQLiteStore
from agentmem.host import Host
from agentmem.language.contract import Receipt

FEW = Growing(sizes=(20, 60), writes=3, recalls=3)


def test_the_chat_is_the_same_each_time_and_says_nothing_twice() -> None:
    told = chatter.events(0, 3000)

    assert told[1000:1200] == chatter.events(1000, 200)
    assert len({event.text for event in told}) == len({event.id for event in told}) == 3000
    assert [event.at for event in told] == sorted(event.at for event in told)


def test_another_seed_is_another_chat() -> None:
    assert chatter.event(5, seed=1).text != chatter.event(5, seed=2).text


def test_two_people_talk_in_a_session_and_come_back_later() -> None:
    told = chatter.events(0, 60 * chatter.SESSION)

    speakers = [{event.speaker for event in told if event.session == f"session_{n}"} for n in range(1, 61)]
    assert {len(pair) for pair in speakers} == {2}
    assert {name for pair in speakers for name in pair} == set(chatter.PEOPLE)


def test_the_chat_keeps_a_memory_of_facts_busy_with_new_facts_and_outdated_ones(host: Host) -> None:
    store = SQLiteStore.in_memory()
    memory = AgentMemory(store, memory="arigraph", host=host)

    memory.add_many(chatter.events(0, 500))

    counts = memory.graph.stats()
    store.close()
    assert counts["arigraph/Fact"] > 100
    assert counts["retired"] > 5


def test_a_question_of_the_chat_is_answered_in_its_session(host: Host) -> None:
    store = SQLiteStore.in_memory()
    memory = AgentMemory(store, memory="notebook", host=host)
    memory.add_many(chatter.events(0, 300))

    found = memory.search(chatter.question(100), limit=5)

    place = chatter.scene(100 // chatter.SESSION).place
    assert sum(place in one.text for one in found) >= 3
    store.close()


def test_each_memory_is_held_against_one_in_the_same_run(host: Host) -> None:
    report = cost(host, {"notebook": {}, "window": {"size": 3}}, against="none", growing=FEW)

    assert [(row.memory, row.events) for row in report.rows] == [
        (name, size) for size in (20, 60) for name in ("none", "notebook", "window")
    ]
    assert {row.write.ratio for row in report.rows if row.memory == "none"} == {1.0}
    assert all(row.write.cpu_ms > 0 and row.recall.cpu_ms > 0 for row in report.rows)
    notebook = report.rows[1]
    assert notebook.write.receipt.embedded == FEW.writes
    assert notebook.recall.receipt.embedded <= FEW.recalls
    assert report.settings["window"] == {"size": 3}


def test_a_write_is_flat_where_it_costs_no_more_in_a_large_memory() -> None:
    def row(memory: str, events: int, ms: float) -> Measured:
        turn = Turn(times=1, cpu_ms=ms, receipt=Receipt())
        return Measured(memory=memory, events=events, write=turn, recall=turn)

    rows = [
        *compared([row("plain", 10, 1.0), row("slow", 10, 2.0)], against="plain"),
        *compared([row("plain", 100, 1.2), row("slow", 100, 6.0)], against="plain"),
    ]
    grew = {
        name: growth(name, rows, bytes_per_event=1, set_aside=0, embedded=Embedded(events=0))
        for name in ("plain", "slow")
    }

    assert [one.write.ratio for one in rows] == [1.0, 2.0, 1.0, 5.0]
    assert (grew["plain"].flat, grew["slow"].flat) == (True, False)
    assert grew["slow"].write == 3.0
    assert growth("plain", rows[:2], bytes_per_event=1, set_aside=0, embedded=Embedded(events=0)).flat is None


def test_a_memory_that_embeds_what_it_knows_is_found_out(host: Host) -> None:
    events = chatter.events(0, 40)
    found = {
        name: embedded_by(host.memory(name), events, host=host, language=host.language())
        for name in ("notebook", "wasteful", "none")
    }

    assert (found["notebook"].asked, found["notebook"].distinct, found["notebook"].unchanged) == (40, 40, 0)
    assert (found["wasteful"].asked, found["wasteful"].unchanged) == (79, 39)
    assert found["none"].asked == 0


def test_what_is_compared_with_must_be_installed(host: Host) -> None:
    with pytest.raises(UnknownName, match=r"no memory named 'bm52'.*name another with --against NAME"):
        cost(host, {"none": {}}, against="bm52", growing=FEW)


@pytest.mark.parametrize("sizes", [(), (0,), (10, 5), (5, 5)])
def test_sizes_must_rise(sizes: tuple[int, ...]) -> None:
    with pytest.raises(ValidationError):
        Growing(sizes=sizes)


def test_no_memory_is_nothing_to_measure(host: Host) -> None:
    with pytest.raises(InvalidInput, match="no memory is named"):
        cost(host, {}, against="none", growing=FEW)
