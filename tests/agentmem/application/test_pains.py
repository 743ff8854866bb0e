"""What users of other memory libraries suffer from, and where it is tested that ours do not.

The numbers are those of `shared/ecosystem.md`, part C.
"""

from __future__ import annotations

import ast
import asyncio
import time
from collections.abc import Sequence
from functools import cache
from pathlib import Path
from typing import Any

import pytest

from agentmem import AgentMemory, AsyncAgentMemory, Host
from agentmem.bench.chatter import events
from agentmem.language.contract import Language, Out, Task
from agentmem.language.prompting import filled
from agentmem.language.rules import RuleLanguage
from agentmem.testing.languages import PretendModel
from agentmem.vectors import Vectors
from tests.agentmem.application.conftest import Remember

ROOT = Path(__file__).parents[3]
PAINS = {
    1: ("a key is needed though all else is local", "test_five_lines_run_with_the_network_cut_and_load_nothing_heavy"),
    2: ("another embedder breaks or mixes vectors", "test_a_namespace_refuses_another_embedder"),
    3: ("no JSON is no facts", "test_an_answer_unusable_twice_is_a_bad_answer_and_not_an_empty_one"),
    4: ("writes wait for a model", "test_an_outage_keeps_the_event_and_stops_the_fold_until_the_model_is_back"),
    5: ("what a write costs is unknown", "test_a_call_the_budget_does_not_allow_is_not_made"),
    6: ("the prompt grows with the graph", "test_a_prompt_does_not_grow_with_what_is_remembered"),
    7: ("recalled text is taken for news", "test_what_was_recalled_is_no_news_when_it_comes_back"),
    8: ("what is sent again is kept twice", "test_adding_a_known_id_again_changes_nothing"),
    9: ("the same fact twice deletes it", "test_what_is_said_twice_is_known_and_what_is_taken_back_stays_in_history"),
    10: ("silent loss", "test_a_writer_killed_before_any_write_loses_nothing_it_acknowledged"),
    11: ("deleting leaves traces", "test_no_byte_of_it_is_left"),
    12: ("an embedded store locks", "test_a_writer_waits_for_another_process_and_says_so_when_it_takes_too_long"),
    13: ("users leak into each other", "test_nobody_is_shown_what_another_said"),
    14: ("poisoned memories", "test_what_only_looks_like_a_block_is_kept_as_it_was_said"),
    15: ("a server must be set up first", "test_five_lines_run_with_the_network_cut_and_load_nothing_heavy"),
    16: ("async that blocks", "test_the_loop_goes_on_while_a_memory_thinks"),
    17: ("no export, migration or backup", "test_an_export_is_taken_in_once_however_often_it_is_imported"),
    18: ("times without a zone", "test_a_day_is_the_day_of_the_journal_whatever_the_time_zone"),
    19: ("nothing can be reproduced", "test_rebuilding_from_the_journal_gives_the_same_graph"),
    20: ("the best k, whatever they are worth", "test_a_minimal_score_keeps_out_what_hardly_fits"),
    21: ("a store works in its framework only", "test_five_lines_are_enough"),
    22: ("no vector, not found", "test_an_event_waits_for_a_dead_embedder_and_is_found_by_words_meanwhile"),
}  # fmt: skip


@cache
def written() -> set[str]:
    """Return the names of all tests there are, those to inherit included."""
    files = [*(ROOT / "tests").rglob("*.py"), *(ROOT / "agentmem" / "testing").rglob("*.py")]
    nodes = (node for file in files for node in ast.walk(ast.parse(file.read_text())))
    return {node.name for node in nodes if isinstance(node, ast.FunctionDef) and node.name.startswith("test_")}


@pytest.mark.parametrize(("number", "pain"), PAINS.items(), ids=lambda value: str(value)[:2])
def test_every_pain_is_tested(number: int, pain: tuple[str, str]) -> None:
    assert pain[1] in written(), f"{number}: {pain[0]}"


@pytest.mark.parametrize("memory", ["episodic", "arigraph", "tim", "amem", "memorybank"])
def test_what_is_said_twice_is_known_and_what_is_taken_back_stays_in_history(remember: Remember, memory: str) -> None:
    ada = remember(user="ada", memory=memory)

    ada.add(["Mia lives in Oslo.", "Mia lives in Oslo.", "Tom lives in Rome."])

    found = " ".join(one.text.lower() for one in ada.search("Where does Mia live?", limit=20))
    assert "oslo" in found
    ada.add("Mia lives in Lisbon.")
    kept = [one.text.lower() for one in ada.as_of(3).search("Where does Mia live?", limit=20)]
    assert any("oslo" in text for text in kept)


class Measured(PretendModel):
    """A model that answers by rules, and notes how long its prompts are."""

    def __init__(self, inner: Language) -> None:
        super().__init__(inner)
        self.longest = 0

    def ask(self, task: Task[Out], /, **inputs: Any) -> Out:
        self.longest = max(self.longest, len(filled(task.prompt, inputs)))
        return super().ask(task, **inputs)


@pytest.mark.parametrize("memory", ["arigraph", "tim", "amem", "memorybank", "summary", "emllm"])
def test_a_prompt_does_not_grow_with_what_is_remembered(tmp_path: Path, plugins: Host, memory: str) -> None:
    model = Measured(plugins.language("rules"))
    longest = []
    with AgentMemory(tmp_path / "chat.db", user="ada", memory=memory, language=model, host=plugins) as ada:
        for start in range(0, 600, 150):
            model.longest = 0
            ada.add_many(events(start, 150))
            longest.append(model.longest)

    assert longest[-1] <= 1.5 * longest[0]


class Slow(RuleLanguage):
    """Thinks long before it embeds anything."""

    def embed(self, texts: Sequence[str]) -> Vectors:
        time.sleep(0.2)
        return super().embed(texts)

    def ask(self, task: Task[Out], /, **inputs: Any) -> Out:
        time.sleep(0.2)
        return super().ask(task, **inputs)


def test_the_loop_goes_on_while_a_memory_thinks(tmp_path: Path, plugins: Host) -> None:
    async def chat() -> int:
        beats = 0
        slow = Slow(plugins.language("rules").embedder)
        async with AsyncAgentMemory(tmp_path / "chat.db", user="ada", host=plugins, language=slow) as ada:
            adding = asyncio.ensure_future(ada.add("I like tea."))
            while not adding.done():
                await asyncio.sleep(0)
                beats += 1
        return beats

    assert asyncio.run(chat()) > 10
