"""GPT-4's real answers, folded by our `arigraph`, and held against the game's own facts beside the authors' graph.

    python benchmarks/real_answers.py

The authors' logs hold what GPT-4 answered at each of 204 steps of six attempts. Our memory is told the same
observations, and its questions are answered with the same answers: `facts` with the new triplets of that step,
`arigraph.outdated` with its outdated ones. Where the authors' graph shows that an answer repeated a triplet that it
also called outdated, that is answered too; what else it repeated makes no difference. Both graphs are judged alike:

- A location fact says where a thing is, from either side ("key, is in, locker"; "locker, contains, key"), of two things
  that the game has. It is wrong if it is not so in the game at that step.
- The share of wrong ones is over all location facts in a graph, summed over all steps.
- A thing that was shown is found if the graph tells its place truly, in any words.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Mapping
from typing import Any

from agentmem.agent_memory import AgentMemory
from agentmem.events import new_event
from agentmem.graph.contract import Where
from agentmem.graph.sqlite import SQLiteStore
from agentmem.language.recorded import RecordedLanguage
from agentmem.testing.embedding import HashEmbedder
from agentmem_arigraph.memory import AriGraph
from agentmem_arigraph.settings import AriGraphSettings
from arigraph_logs import GAMES, Attempt, Step, attempts, replacements
from game_truth import worlds

FACTS = Where(memory="arigraph", label="Fact")
WALKED = re.compile(r"go (north|south|east|west)")


class Answering:
    """A script for a recorded language: answers as GPT-4 did at one step of a log after the other."""

    def __init__(self) -> None:
        self._step: Step | None = None

    def tell(self, step: Step, memory: AgentMemory) -> None:
        """Add what was seen at a step to a memory, to be answered about as it was then.

        Raises:
            RuntimeError: the memory set it aside.
        """
        self._step = step
        added = memory.add_many([new_event(step.text, action=step.before, id=f"e{step.number}")])
        if added.set_aside:
            raise RuntimeError(f"step {step.number} was set aside: {memory.status().set_aside}")

    def __call__(self, task: str, inputs: Mapping[str, Any]) -> dict[str, Any] | None:  # noqa: ARG002 - as scripts are called
        """Answer a task: what is outdated is named as GPT-4 named it, by the triplets themselves."""
        if self._step is None or task not in ("facts", "arigraph.outdated"):
            return None
        if task == "facts":
            return reading(self._step)
        return {"replaced": [{"old": old, "new": new} for old, new in replacements(self._step.outdated)]}


def reading(step: Step) -> dict[str, Any]:
    """Return the answer to `facts`; place and heading, which the authors did not ask for, are read off the text."""
    parts = [triplet.split(", ", 2) for triplet in (*step.triplets, *step.restated)]
    moved = WALKED.fullmatch(step.before or "") if step.place else None
    return {
        "facts": [{"subject": one, "relation": relation, "object": other} for one, relation, other in parts],
        "place": step.place,
        "heading": moved and moved[1],
    }


def folded(attempt: Attempt, settings: AriGraphSettings, script: Answering) -> Iterator[tuple[str, ...]]:
    """Fold an attempt, and give after each step the current facts of our graph, as triplets."""
    store = SQLiteStore.in_memory()
    language = RecordedLanguage(script, embedder=HashEmbedder())
    memory = AgentMemory(store, memory=AriGraph(settings), language=language)
    for step in attempt.steps:
        script.tell(step, memory)
        yield tuple(node.text for node in memory.graph.scan(FACTS))
    store.close()


def compared(attempt: Attempt, settings: AriGraphSettings | None = None) -> dict[str, Counter[str]]:
    """Return for the authors' graph and ours: location facts and wrong ones, things shown and found, over all steps.

    Wrong facts are counted by their text too: how many steps each stood.
    """
    counts: dict[str, Counter[str]] = {"theirs": Counter(), "ours": Counter()}
    ours = folded(attempt, settings or AriGraphSettings(), Answering())
    for (step, world), graph in zip(worlds(attempt), ours, strict=True):
        for whose, triplets in (("theirs", step.graph), ("ours", graph)):
            told = [(triplet, place) for triplet in triplets if (place := world.place_in(triplet))]
            true = [place for _, place in told if world.holds(place)]
            counts[whose] += Counter(
                {"facts": len(told), "wrong": len(told) - len(true), "shown": len(world.shown)}
                | {"found": len({place.thing for place in true} & world.shown)}
            )
            counts[whose].update(f"wrong: {triplet}" for triplet, place in told if not world.holds(place))
    return counts


def main() -> None:
    """Print the tables."""
    print(f"{'attempt':<10}{'steps':>6}   {'wrong of all: theirs':>24}{'ours':>20}   {'found: theirs':>14}{'ours':>7}")
    total: dict[str, Counter[str]] = {"theirs": Counter(), "ours": Counter()}
    steps = 0
    for attempt in (one for game in GAMES for one in attempts(game)):
        counts = compared(attempt)
        print(row(f"{attempt.game} {attempt.number}", len(attempt.steps), counts))
        total = {whose: total[whose] + counts[whose] for whose in total}
        steps += len(attempt.steps)
    print(row("all", steps, total))
    for whose, counted in total.items():
        print(f"\n{whose}: wrong facts, and for how many steps they stood")
        for text, count in counted.most_common():
            if text.startswith("wrong: "):
                print(f"{count:>5}  {text.removeprefix('wrong: ')}")


def row(title: str, steps: int, counts: Mapping[str, Counter[str]]) -> str:
    """Return one line of the table."""
    wrong = [f"{one['wrong']} of {one['facts']} ({one['wrong'] / one['facts']:.2%})" for one in counts.values()]
    found = [f"{one['found'] / one['shown']:.1%}" for one in counts.values()]
    return f"{title:<10}{steps:>6}   {wrong[0]:>24}{wrong[1]:>20}   {found[0]:>14}{found[1]:>7}"


if __name__ == "__main__":
    main()
