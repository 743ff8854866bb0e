"""What is forgotten and what is merged, by rules and by a model."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from typing import Any

import pytest

from agentmem.agent_memory import AgentMemory
from agentmem.errors import BadAnswer
from agentmem.events import Event, Fact
from agentmem.graph.contract import Node
from agentmem.language.contract import Language
from agentmem.language.prose import read_prose
from agentmem.language.recording.replay import RecordedLanguage
from agentmem.testing.embedding import HashEmbedder
from agentmem_tim.organising import FORGET, MERGE, Alike, Shown, forget_by_rule, merge_by_rule
from agentmem_tim.thinking import Thought, key_of

Open = Callable[..., AgentMemory]
Tell = Callable[..., list[Event]]
Thoughts = Callable[[AgentMemory], Mapping[str, Node]]
Answers = Callable[[Mapping[str, Any]], dict[str, Any]]
NOW = datetime(2026, 2, 1, tzinfo=UTC)
IN_ONE: Mapping[str, Any] = {"buckets": 2, "seed": 2}
"""Under this seed, what is told here falls into one of the two buckets."""
PLAIN = [
    "Ann visited the cold museum of maps.",
    "Ben counted goats near the old mill.",
    "Cleo repaired clocks for her uncle.",
    "Dan baked bread for the whole street.",
]


def shown(*facts: tuple[str, str, str]) -> Shown:
    said = [Fact(subject=head, relation=relation, object=tail) for head, relation, tail in facts]
    return Shown((f"t{n}", Thought(fact, fact.text)) for n, fact in enumerate(said, 1))


def model(*, forget: Answers | None = None, merge: Answers | None = None) -> Language:
    """Return a scripted model that reads facts as the rules do."""

    def answer(task: str, inputs: Mapping[str, Any]) -> Any:
        if task == "facts":
            return read_prose(**inputs)
        script = {"tim.forget": forget, "tim.merge": merge}[task]
        return script(inputs["thoughts"]) if script else {}

    return RecordedLanguage(answer, embedder=HashEmbedder())


def counted(asked: list[int]) -> Answers:
    """Return answers that keep everything, and note in `asked` how much they were shown."""

    def answer(seen: Mapping[str, Any]) -> dict[str, Any]:
        asked.append(len(seen))
        return {}

    return answer


def test_of_a_thought_and_its_denial_the_newer_one_is_kept() -> None:
    said = shown(("ann", "loves", "jazz"), ("bob", "not loves", "jazz"), ("ann", "not loves", "jazz"))

    assert [(one.thought, one.kept) for one in forget_by_rule(said, Alike()).drop] == [("t1", "t3")]


def test_what_was_to_be_done_is_forgotten_once_it_is_done() -> None:
    said = shown(("carrot", "to be", "diced"), ("carrot", "has been", "diced"))

    assert [one.thought for one in forget_by_rule(said, Alike()).drop] == ["t1"]


def test_of_two_alike_only_one_that_says_no_word_more_is_forgotten() -> None:
    said = shown(("hall", "has exit", "north"), ("hall", "has exit", "south"), ("hall", "has exit", "far south"))
    alike = Alike({("t1", "t2"), ("t2", "t3")})

    assert [(one.thought, one.kept) for one in forget_by_rule(said, alike).drop] == [("t2", "t3")]


def test_short_tails_of_one_head_and_relation_are_joined() -> None:
    said = shown(("ann", "loves", "jazz"), ("ann", "plays", "chess"), ("ann", "loves", "tulips"))

    (union,) = merge_by_rule(said).merged

    assert (union.replaces, union.text) == (("t1", "t3"), "ann loves jazz and tulips")


@pytest.mark.parametrize(
    "facts",
    [
        [("ann", "went to", "oslo"), ("ann", "went to", "rome")],
        [("ann", "is", "tired today"), ("ann", "is", "happy")],
        [("ann", "says", "no"), ("ann", "says", "perhaps")],
        [("ann", "loves", "long walks on the beach"), ("ann", "loves", "jazz")],
        [("ann", "loves", "jazz"), ("bob", "loves", "jazz")],
    ],
)
def test_what_happened_and_what_is_long_stays_by_itself(facts: list[tuple[str, str, str]]) -> None:
    assert merge_by_rule(shown(*facts)).merged == ()


def test_a_merged_thought_names_the_events_of_all_and_the_others_point_to_it(
    open_memory: Open, tell: Tell, thoughts: Thoughts
) -> None:
    memory = open_memory(**IN_ONE)
    tell(memory, "Ann plays jazz piano.", "Ann plays jazz guitar.", speaker=None, role="user")
    single, other = (f"tim/Thought/{key_of('ann', 'plays', tail)}" for tail in ("jazz piano", "jazz guitar"))

    found = memory.search("what does ann play", limit=1, now=NOW)[0]

    assert found.text == "ann plays jazz piano and jazz guitar"
    assert set(found.sources) == {"e1", "e2"}
    assert {memory.why(one).successor for one in (single, other)} == {found.id}


def test_what_an_environment_shows_is_not_merged_unless_asked(
    open_memory: Open, tell: Tell, thoughts: Thoughts, world: Language
) -> None:
    apart = open_memory(language=world, namespace="apart", **IN_ONE)
    joined = open_memory(language=world, namespace="joined", **IN_ONE, merge="all")
    for memory in (apart, joined):
        tell(memory, "The key unlocks the door. The key unlocks the chest.", speaker=None, role="environment")

    assert set(thoughts(apart)) == {"key, unlocks, door", "key, unlocks, chest"}
    assert set(thoughts(joined)) == {"key, unlocks, door and chest"}


def test_a_bucket_with_few_thoughts_of_different_heads_is_let_be(open_memory: Open, tell: Tell) -> None:
    asked: list[int] = []
    memory = open_memory(language=model(forget=counted(asked)), **IN_ONE, tidy_at=1000)

    tell(memory, *PLAIN, speaker=None, role="user")

    assert asked == []


def test_a_model_is_shown_no_more_than_is_set_however_full_the_bucket(open_memory: Open, tell: Tell) -> None:
    asked: list[int] = []
    memory = open_memory(language=model(forget=counted(asked)), **IN_ONE, shown=5)

    tell(memory, *(f"I keep {n} goats on hill {n}." for n in range(40)))

    assert max(asked) <= 2 * 5 + 2  # the newest of the bucket, the newest of the head, the facts of the event


def test_a_model_can_forget_and_merge(open_memory: Open, tell: Tell, thoughts: Thoughts) -> None:
    def forget(seen: Mapping[str, Thought]) -> dict[str, Any]:
        gone = [alias for alias, thought in seen.items() if "goats" in thought.text]
        return {"drop": [{"thought": alias} for alias in gone]}

    def merge(seen: Mapping[str, Thought]) -> dict[str, Any]:
        return {
            "merged": [{"replaces": list(seen), "relation": "Knows", "tail": "Crafts", "text": "Ann knows crafts."}]
        }

    memory = open_memory(language=model(forget=forget, merge=merge), **IN_ONE, tidy_at=2, centre_after=0)
    tell(memory, "Ann knows bread. Ann knows clocks. Ann knows goats.", speaker=None, role="user")

    assert set(thoughts(memory)) == {"ann, knows, crafts"}
    assert {one.text for one in memory.search("crafts", now=NOW)} == {"Ann knows crafts."}


def test_a_merge_of_different_heads_is_not_made(open_memory: Open, tell: Tell, thoughts: Thoughts) -> None:
    asked: list[int] = []

    def merge(seen: Mapping[str, Thought]) -> dict[str, Any]:
        heads = {thought.fact.subject: alias for alias, thought in seen.items()}
        asked.append(len(heads))
        return {"merged": [{"replaces": list(heads.values()), "relation": "are", "tail": "busy", "text": "All busy."}]}

    memory = open_memory(language=model(merge=merge), **IN_ONE)
    tell(memory, "Ann plays chess. Ben plays chess. Ann plays jazz. Ben plays jazz.", speaker=None, role="user")

    assert max(asked) == 2
    assert len(thoughts(memory)) == 4


def test_two_unions_that_say_the_same_are_one(open_memory: Open, tell: Tell, thoughts: Thoughts) -> None:
    def merge(seen: Mapping[str, Thought]) -> dict[str, Any]:
        said = {"relation": "knows", "tail": "crafts", "text": "Ann knows crafts."}
        return {"merged": [{**said, "replaces": list(seen)[:2]}, {**said, "replaces": list(seen)[2:]}]}

    memory = open_memory(language=model(merge=merge), **IN_ONE, tidy_at=4, centre_after=0)
    tell(memory, "Ann knows bread. Ann knows clocks. Ann knows goats. Ann knows maps.", speaker=None, role="user")

    assert set(thoughts(memory)) == {"ann, knows, crafts"}


def test_what_fills_a_slot_is_not_merged(open_memory: Open, tell: Tell) -> None:
    asked: list[int] = []
    memory = open_memory(language=model(merge=counted(asked)), **IN_ONE)

    tell(memory, "Ann lives in Oslo. Ann works as a nurse. Ann works at Ikea.", speaker=None, role="user")

    assert asked == []


def test_an_answer_that_cannot_be_used_sets_one_event_aside(open_memory: Open) -> None:
    def forget(seen: Mapping[str, Thought]) -> dict[str, Any]:
        raise BadAnswer("no JSON")

    memory = open_memory(language=model(forget=forget), **IN_ONE)

    added = memory.add("Ann knows bread. Ann knows clocks. Ann knows goats. Ann knows maps.", id="bad", at=NOW)

    assert added.set_aside == ("bad",)
    assert [one.sources for one in memory.search("clocks", now=NOW)] == [("bad",)]


@pytest.mark.parametrize("task", [FORGET, MERGE])
def test_a_prompt_holds_what_the_task_is_given(task: Any) -> None:
    assert "{thoughts}" in task.prompt
    assert "never instructions" in task.prompt
