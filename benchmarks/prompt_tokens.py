"""Tokens of a write: ours against the published prompts, on the same inputs and for the same answers.

The published prompts are read from clones that the user has; nothing of them is kept here:

    git clone https://github.com/WujiangXu/A-mem            # read at 0c8039f
    git clone https://github.com/AIRI-Institute/AriGraph    # read at e884b76
    python benchmarks/prompt_tokens.py --amem A-mem --arigraph AriGraph --locomo locomo10.json

Both sides are counted as they are sent: all messages, the JSON schema of `response_format` (as JSON
without spaces; providers show it to the model in a form they do not publish), and the answer. Tokens are
those of the tokenizer in the wordllama wheel (Llama 2's, 32,000 words); the few that a provider adds per
message are left out. The published prompts are counted without their indentation.

- A-MEM: turns of LoCoMo. The notes, what is linked and what evolves are those of our rules, so the answers are
  the same, each in the shape that is asked for.
- AriGraph: the steps of the authors' logs, folded by ours; what GPT-4 answered there, in both shapes. The log leaves
  out what the graph held already: where a text was seen before, its first answer is taken again. Who names the
  entities to search with is a model in the paper, and a rule in ours unless `entities=language`: both are shown.
"""

from __future__ import annotations

import argparse
import ast
import json
from collections.abc import Iterator, Mapping, Sequence
from functools import cache
from importlib.metadata import distribution
from pathlib import Path
from statistics import mean
from typing import Any, NamedTuple

from tokenizers import Tokenizer

from agentmem.agent_memory import AgentMemory
from agentmem.graph.sqlite import SQLiteStore
from agentmem.host import Host
from agentmem.language.chat.schemas import schema_of
from agentmem.language.contract import Language, Out, Task
from agentmem.language.embedding.wordllama import TOKENIZER
from agentmem.language.prompting import filled
from agentmem.language.recording.replay import RecordedLanguage
from agentmem.testing.embedding import HashEmbedder
from agentmem.testing.languages import PretendModel
from agentmem.transcripts import locomo
from agentmem_amem.evolution import Evolution
from agentmem_amem.memory import AMem
from agentmem_amem.note import Note
from agentmem_arigraph.extraction import fact_of
from agentmem_arigraph.memory import AriGraph
from agentmem_arigraph.retirement import Outdated, Replacement
from agentmem_arigraph.semantic_search import CRUCIAL, Entities, Named, Names, phrases
from arigraph_logs import DATA, GAMES, Attempt, Step, attempts
from published_prompts import Call, PublishedAMem, PublishedAriGraph, without_indents
from real_answers import Answering


class Asked(NamedTuple):
    """One question that a memory put to a language, and the answer."""

    task: Task[Any]
    inputs: Mapping[str, Any]
    answer: Any


class Overheard(PretendModel):
    """A language that lets through what another answers, and notes it."""

    def __init__(self, inner: Language) -> None:
        super().__init__(inner)
        self.asked: list[Asked] = []

    def ask(self, task: Task[Out], /, **inputs: Any) -> Out:
        """Return the other's answer."""
        answer = super().ask(task, **inputs)
        self.asked.append(Asked(task, inputs, answer))
        return answer


class Spent(NamedTuple):
    """Tokens of one call: read from messages, from the schema, and written."""

    prompt: int
    schema: int
    answer: int

    @property
    def total(self) -> int:
        """All of them."""
        return sum(self)


Pairs = list[tuple[Sequence[Spent], Sequence[Spent]]]
"""For each write, or step: what the calls of the published prompts came to, and those of ours."""


def main() -> None:
    """Print both tables."""
    options = argparse.ArgumentParser(description="Count tokens of ours and of the published prompts.")
    options.add_argument("--amem", type=Path, help="a clone of github.com/WujiangXu/A-mem")
    options.add_argument("--arigraph", type=Path, help="a clone of github.com/AIRI-Institute/AriGraph")
    options.add_argument("--locomo", type=Path, default=DATA.parent / "locomo" / "locomo_conv1-5.json")
    options.add_argument("--turns", type=int, default=120, help="of LoCoMo's first conversation")
    chosen = options.parse_args()
    print(f"{'':<30}{'calls':>7}{'prompt':>9}{'schema':>9}{'answer':>9}{'tokens':>9}{'ratio':>8}")
    if chosen.amem:
        told("A-MEM, a write", amem(PublishedAMem(chosen.amem), locomo_events(chosen.locomo, chosen.turns)))
    if chosen.arigraph:
        told("AriGraph, a step", arigraph(PublishedAriGraph(chosen.arigraph)))


def told(title: str, steps: Mapping[str, Pairs]) -> None:
    """Print, for each part, the means per write of the published prompts and of ours."""
    print(title)
    for part, pairs in steps.items():
        theirs, ours = (_means([pair[side] for pair in pairs]) for side in (0, 1))
        print(f"  {part + ', published':<28}{_row(theirs)}")
        print(f"  {part + ', ours':<28}{_row(ours)}{ours[-1] / theirs[-1]:>8.2f}")


def _means(writes: Sequence[Sequence[Spent]]) -> tuple[float, ...]:
    flat = [[len(calls), *(sum(one[n] for one in calls) for n in range(3))] for calls in writes]
    means = [mean(column) for column in zip(*flat, strict=True)]
    return (*means, sum(means[1:]))


def _row(means: Sequence[float]) -> str:
    return f"{means[0]:>7.2f}" + "".join(f"{value:>9.0f}" for value in means[1:])


def locomo_events(path: Path, turns: int) -> Sequence[Any]:
    """Return the first turns of LoCoMo's first conversation."""
    corpus = locomo.corpus(json.loads(path.read_text(encoding="utf-8")), where=str(path))
    return corpus.conversations[0].events[:turns]


def amem(published: PublishedAMem, events: Sequence[Any]) -> dict[str, Pairs]:
    """Return the calls of each write, theirs and ours: in all, and by what is asked."""
    language = Overheard(Host().language("rules"))
    memory = AgentMemory(SQLiteStore.in_memory(), memory=AMem(), language=language)
    pairs: dict[str, Pairs] = {"write": [], "note": [], "evolution": []}
    for event in events:
        before = len(language.asked)
        memory.add_many([event])
        note, *evolve = language.asked[before:]
        answered = json.dumps(note.answer.model_dump(mode="json"), ensure_ascii=False)
        theirs = [spent(published.note(f"Speaker {event.speaker} says : {event.text}", answer=answered))]
        ours = [spent(ours_of(note))]
        pairs["note"].append((list(theirs), list(ours)))
        if evolve:
            theirs.append(spent(published_evolution(published, evolve[0])))
            ours.append(spent(ours_of(evolve[0])))
            pairs["evolution"].append((theirs[1:], ours[1:]))
            if len(evolve[0].inputs["neighbours"]) == 5:
                pairs["write"].append((theirs, ours))
    return pairs


def published_evolution(published: PublishedAMem, asked: Asked) -> Call:
    """Return the published call for what ours asked, with the same decision in its shape."""
    note: Note = asked.inputs["note"]
    neighbours: Mapping[str, Note] = asked.inputs["neighbours"]
    answer = asked.answer
    assert isinstance(answer, Evolution)
    told = {one.alias: one for one in answer.neighbours}
    names = list(neighbours)
    actions = [*(["strengthen"] if answer.links else []), *(["update_neighbor"] if told else [])]
    decision = {
        "should_evolve": bool(actions),
        "actions": actions,
        "suggested_connections": [names.index(alias) for alias in answer.links],
        "tags_to_update": list(answer.tags),
        "new_context_neighborhood": [
            (alias in told and told[alias].context) or one.context for alias, one in neighbours.items()
        ],
        "new_tags_neighborhood": [
            list((alias in told and told[alias].tags) or one.tags) for alias, one in neighbours.items()
        ],
    }
    shown = [
        {
            "content": one.content,
            "time": one.time,
            "context": one.context,
            "keywords": list(one.keywords),
            "tags": list(one.tags),
        }
        for one in neighbours.values()
    ]
    new = {"content": note.content, "context": note.context, "keywords": list(note.keywords)}
    return published.evolve(new, shown, answer=json.dumps(decision, ensure_ascii=False))


def arigraph(published: PublishedAriGraph) -> dict[str, Pairs]:
    """Return the calls of each logged step, theirs and ours: in all, and by what is asked."""
    pairs: dict[str, Pairs] = {
        "step": [],
        "step, names by a rule": [],
        "extraction": [],
        "outdated": [],
        "entities": [],
    }
    for attempt in (one for game in GAMES for one in attempts(game)):
        known: tuple[str, ...] = ()
        recalled: tuple[str, ...] = ()
        plan = ""
        answers: dict[str, tuple[str, ...]] = {}
        for step, asked in overheard(attempt):
            said = answers.setdefault(step.text.split("\n", 1)[1], step.triplets)
            new = [one for one in step.triplets if one not in known]
            theirs = {
                "extraction": published.extract(step.text, recalled, answer="; ".join(said)),
                "outdated": published.outdated(_nearby(known, said), new, answer=step.outdated),
                "entities": published.entities(step.text, plan, answer=json.dumps(ast.literal_eval(step.entities))),
            }
            ours = {one.task.name: ours_of(one) for one in (with_all(asked[0], said), *map(by_alias, asked[1:]))}
            entities = ours_of(names_asked(step, plan, known))
            both = [spent(one) for one in theirs.values()], [spent(one) for one in ours.values()]
            pairs["step"].append((both[0], [*both[1], spent(entities)]))
            pairs["step, names by a rule"].append(both)
            pairs["extraction"].append((both[0][:1], both[1][:1]))
            pairs["outdated"].append((both[0][1:2], both[1][1:]))
            pairs["entities"].append((both[0][2:], [spent(entities)]))
            known, recalled, plan = step.graph, step.subgraph, step.plan
    return pairs


def overheard(attempt: Attempt) -> Iterator[tuple[Step, Sequence[Asked]]]:
    """Fold an attempt, and give each step with what our memory asked."""
    store = SQLiteStore.in_memory()
    script = Answering()
    language = Overheard(RecordedLanguage(script, embedder=HashEmbedder()))
    memory = AgentMemory(store, memory=AriGraph(), language=language)
    for step in attempt.steps:
        before = len(language.asked)
        script.tell(step, memory)
        yield step, language.asked[before:]
    store.close()


def with_all(asked: Asked, said: Sequence[str]) -> Asked:
    """Return a reading with every triplet that was answered when the text was first seen."""
    facts = tuple(fact_of(*triplet.split(", ", 2), None) for triplet in said)
    return asked._replace(answer=asked.answer.model_copy(update={"facts": facts}))


def by_alias(asked: Asked) -> Asked:
    """Return a judgement of what is outdated as it is asked for: GPT-4 named the triplets themselves."""
    pairs = ((asked.inputs["existing"].meant(p.old), asked.inputs["new"].meant(p.new)) for p in asked.answer.replaced)
    return asked._replace(answer=Outdated(replaced=tuple(Replacement(old=a, new=b) for a, b in pairs if a and b)))


def names_asked(step: Step, plan: str, known: Sequence[str]) -> Asked:
    """Return our question for the names to search with, as a search with `entities=language` puts it."""
    text = f"{step.text}\n{plan}"
    names = {end for triplet in known for end in (triplet.split(", ")[0], triplet.split(", ")[-1])}
    inputs = {"text": text, "known": Names(name for name in phrases(text) if name in names)}
    answer = Entities(entities=tuple(Named(name=n, depth=d) for n, d in ast.literal_eval(step.entities).items()))
    return Asked(CRUCIAL, inputs, answer)


def _nearby(known: Sequence[str], new: Sequence[str]) -> list[str]:
    """Return the known triplets that share an end with a new one, without those the authors' guards leave out."""
    ends = {end for triplet in new for end in (triplet.split(", ")[0], triplet.split(", ")[-1])}
    guards = ("west", "east", "south", "north", "associated with", "used for", "to be")
    return [
        one
        for one in known
        if not ends.isdisjoint((one.split(", ")[0], one.split(", ")[-1])) and not any(word in one for word in guards)
    ]


def ours_of(asked: Asked) -> Call:
    """Return what ours sends for a question, and its answer."""
    answer = json.dumps(asked.answer.model_dump(mode="json"), ensure_ascii=False)
    return Call((filled(asked.task.prompt, asked.inputs),), schema_of(asked.task.output).body, answer)


def spent(call: Call) -> Spent:
    """Return what a call costs."""
    schema = json.dumps(call.schema, separators=(",", ":")) if call.schema else ""
    return Spent(sum(tokens(without_indents(text)) for text in call.messages), tokens(schema), tokens(call.answer))


def tokens(text: str) -> int:
    """Return how many tokens a text has."""
    return len(_tokenizer().encode(text, add_special_tokens=False).ids)


@cache
def _tokenizer() -> Tokenizer:
    return Tokenizer.from_file(str(distribution("wordllama").locate_file(TOKENIZER)))


if __name__ == "__main__":
    main()
