"""A run with a model, had again without it: the same moves, the same score, the same graph byte for byte."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from threading import Lock
from typing import Any

import pytest

from agentmem.agent.episode import Episode, Setup
from agentmem.agent.trajectory import read
from agentmem.agent_memory import AgentMemory
from agentmem.bench.evidence import Asking
from agentmem.bench.recall import recall
from agentmem.errors import BadAnswer, InvalidInput, LanguageUnavailable, UnrecordedCall
from agentmem.events import Event, new_event
from agentmem.graph.digest import digest
from agentmem.hookspecs import hookimpl
from agentmem.host import Host
from agentmem.language.answers import Answered
from agentmem.language.contract import CountedVectors, Embedder, Language, Out, Rule, Task
from agentmem.language.model import ModelLanguage
from agentmem.language.recording.cassette import read_cassette
from agentmem.language.recording.recorder import recorded
from agentmem.language.rules import RuleLanguage
from agentmem.testing.embedding import HashEmbedder
from agentmem.transcripts.reading import read as read_conversations

MEMORIES = ("amem", "arigraph", "memorybank", "tim")


class Shaky:
    """A model that knows what rules know; of the first calls, every third fails, an outage and a bad answer in turn."""

    name = "shaky:model"

    def __init__(self, rules: RuleLanguage, faults: int) -> None:
        self._rules, self._faults = rules, faults
        self._calls = 0
        self._lock = Lock()

    def answer(self, task: Task[Out], inputs: Mapping[str, Any], /) -> Answered[Out]:
        with self._lock:
            self._calls += 1
            number = self._calls
        if number <= self._faults and not number % 3:
            raise LanguageUnavailable("429") if number % 2 else BadAnswer("no JSON")
        return Answered(self._rules.ask(task, **inputs), by="shaky:model-1", read=100, written=20)

    def close(self) -> None:
        pass


class ShakyPlugin:
    @hookimpl
    def agentmem_languages(self) -> Mapping[str, Callable[[str, Embedder, Mapping[str, Sequence[Rule]]], Language]]:
        return {"shaky": shaky}


def shaky(argument: str, embedder: Embedder, rules: Mapping[str, Sequence[Rule]]) -> Language:
    at_hand = RuleLanguage(embedder, rules)
    return ModelLanguage(Shaky(at_hand, int(argument or 0)), embedder=embedder, rules=at_hand)


@pytest.fixture
def host() -> Host:
    return Host(plugins=["defaults", "textworld", *MEMORIES, ShakyPlugin()])


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "run.jsonl"


def digests(memory: AgentMemory) -> dict[str, str]:
    """What each memory holds, and the list beside it of what it could not take in."""
    names = [one.name for one in memory.stack.memories]
    return {name: digest(memory.graph, name) for one in names for name in (one, f"{one}!aside")}


def played(host: Host, folder: Path, **options: Any) -> dict[str, Any]:
    """Play the easiest game in a folder of its own; return all that must be the same in a replay, and what it cost."""
    folder.mkdir()
    trajectory = folder / "steps.jsonl"
    setup = Setup(**{
        "game": "coin:10", "name": "coin", "memory": "arigraph", "store": str(folder / "a.db"),
        "trajectory": trajectory, "max_steps": 12, **options,
    })  # fmt: skip
    with Episode(setup, host) as episode:
        for _ in episode:
            pass
        told = digests(episode.memory)
    steps = [(step.event, step.decision) for step in read(trajectory).steps]
    return {"steps": steps, "score": episode.result.evaluation, "graph": told, "cost": episode.result.receipt}


def same(one: Mapping[str, Any]) -> Mapping[str, Any]:
    return {name: value for name, value in one.items() if name != "cost"}


@pytest.mark.parametrize("language", ["rules", "shaky:", "shaky:9"])
@pytest.mark.parametrize("memory", ["arigraph", "amem+tim"])
def test_a_game_is_played_again_byte_for_byte(
    host: Host, tmp_path: Path, path: Path, language: str, memory: str
) -> None:
    pytest.importorskip("textworld", reason="needs TextWorld: pip install 'agentmem-graph[textworld]'")
    first = played(host, tmp_path / "a", memory=memory, language=language, record=path)

    again = played(host, tmp_path / "b", memory=memory, language=f"replay:{path}")

    assert same(again) == same(first)
    assert (first["cost"].calls > 0) == (language != "rules")
    assert (again["cost"].calls, again["cost"].tokens, again["cost"].asked) == (0, 0, first["cost"].asked)


def talk(count: int) -> list[Event]:
    said = ["I live in Oslo.", "I love jazz, and Mia does too.", "Mia moved to Lima.", "I bought a red kayak."]
    return [new_event(f"{said[n % 4]} {n}", id=f"e{n}", speaker="Ann", session=f"s{n // 5}") for n in range(count)]


def told(host: Host, store: Path, language: Language, events: Sequence[Event], memory: str) -> dict[str, str]:
    with AgentMemory(store, memory=memory, language=language, host=host) as remembered:
        for start in range(0, len(events), 6):
            remembered.add_many(events[start : start + 6])
        remembered.consolidate(now=events[-1].at)
        while remembered.status().folded < remembered.status().entries:
            remembered.catch_up()
        return digests(remembered)


@pytest.mark.parametrize("on_failure", ["defer", "rules"])
@pytest.mark.parametrize("memory", MEMORIES)
def test_what_failed_and_who_said_what_is_the_same_in_a_replay(
    host: Host, tmp_path: Path, path: Path, memory: str, on_failure: Any
) -> None:
    events = talk(18)
    model = recorded(host.language("shaky:20", HashEmbedder(), on_failure=on_failure), path)
    first = told(host, tmp_path / "a.db", model, events, memory)

    again = told(host, tmp_path / "b.db", host.language(f"replay:{path}", HashEmbedder()), events, memory)

    assert again == first
    assert any(call.failure for call in read_cassette(path).calls)


def test_a_recording_killed_in_the_middle_gives_all_that_was_recorded(host: Host, tmp_path: Path, path: Path) -> None:
    events = talk(12)
    told(host, tmp_path / "a.db", recorded(host.language("shaky:", HashEmbedder()), path), events, "memorybank")
    whole = read_cassette(path).calls
    path.write_bytes(path.read_bytes()[: -len(path.read_bytes()) // 3])
    kept = read_cassette(path).calls

    replayed = host.language(f"replay:{path}", HashEmbedder())
    with pytest.raises(UnrecordedCall):
        told(host, tmp_path / "b.db", replayed, events, "memorybank")

    assert list(kept) == list(whole[: len(kept)])
    assert 0 < len(kept) < len(whole)
    assert replayed.receipt().cached >= len(kept)


@pytest.mark.parametrize("language", ["rules", "shaky:", "shaky:12"])
def test_a_measurement_is_had_again(host: Host, tmp_path: Path, path: Path, language: str) -> None:
    talks = tmp_path / "talks.jsonl"
    lines = [
        f'{{"conversation": "c{n}", "event": {event.model_dump_json(include={"id", "at", "speaker", "text"})}}}'
        for n in (1, 2) for event in talk(8)
    ]  # fmt: skip
    lines.append('{"conversation": "c1", "question": {"text": "What did Ann buy?", "evidence": ["e3"]}}')
    talks.write_text("\n".join(lines))
    corpus = read_conversations(talks, None)
    memories: dict[str, dict[str, Any]] = {"amem": {}, "tim": {}, "arigraph": {}}

    first = recall(host, corpus, memories, asking=Asking(language=language, record=path, consolidate=True))
    again = recall(host, corpus, memories, asking=Asking(language=f"replay:{path}", consolidate=True))

    assert again.averages == first.averages
    assert [one.recalled for one in again.asked] == [one.recalled for one in first.asked]
    assert all(one.calls_per_write == 0 for one in again.costs)


def test_what_was_not_recorded_stops_a_replay_and_is_not_set_aside(host: Host, tmp_path: Path, path: Path) -> None:
    told(host, tmp_path / "a.db", recorded(host.language("rules", HashEmbedder()), path), talk(2), "tim")

    with AgentMemory(
        tmp_path / "b.db", memory="tim", language=host.language(f"replay:{path}", HashEmbedder()), host=host
    ) as memory:
        with pytest.raises(UnrecordedCall, match=r"in the nearest call, text is .*parrot"):
            memory.add("I have a parrot.")
        assert memory.status().set_aside == {}


def test_another_embedder_than_the_recorded_one_is_refused(host: Host, tmp_path: Path, path: Path) -> None:
    told(host, tmp_path / "a.db", recorded(host.language("rules", HashEmbedder()), path), talk(2), "tim")

    with pytest.raises(InvalidInput, match="was recorded with the embedder 'hash-"):
        host.language(f"replay:{path}")


class Remote(HashEmbedder):
    """An embedder over a network."""

    leaves = True

    def embed_counted(self, texts: Sequence[str]) -> CountedVectors:
        return CountedVectors(self.embed(texts), calls=1, tokens=len(texts))


def test_the_vectors_of_a_remote_embedder_are_in_the_recording(host: Host, tmp_path: Path, path: Path) -> None:
    events = talk(6)
    first = told(host, tmp_path / "a.db", recorded(host.language("shaky:", Remote()), path), events, "amem")

    again = told(host, tmp_path / "b.db", host.language(f"replay:{path}"), events, "amem")

    assert again == first
