"""The model all are given: a real server on this machine, whose answers are the same plain reading of each turn.

It is told which turn is being told, and answers every prompt out of that turn alone, by rule, in the form that is
asked for. So no peer's prompt is parsed for what was said, and none gets a better reading than another:

- **Facts** of a turn are its sentences, each with the speaker's name before it, but for questions, those of less than
  four words, and those with less than two words that tell anything ("Good to see you!"); of a turn that has none, the
  whole turn. mem0's extraction gets each as a memory to ADD; LangMem's manager a call of its tool
  `Memory` for each; Graphiti an edge for each, from the speaker to the word that says most of it.
- **Entities** (Graphiti) are the speaker and those words. None is a duplicate beyond what Graphiti
  finds by name without asking, no fact contradicts another, and no summary needs a change.
- **Notes** (A-MEM, theirs and ours) have five keywords, the first three as tags, and the longest sentence as context.
- **Evolution** (A-MEM, theirs and ours): the new note is linked to the nearest neighbour, which takes over one of its
  tags; the others, and all contexts, stay.
- **Anything else** with a schema gets the emptiest answer that fits it, and is counted as `unforeseen`.

A real model reads better than this, and pays for it. What is compared is how a memory finds, and what it costs.
Vectors are wordllama's, those agentmem comes with, for everybody.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from types import TracebackType
from typing import Any, Self

from agentmem.language.embedding.wordllama import DIM, WordLlamaEmbedder
from agentmem.language.keywords import content_words, keywords
from agentmem.language.sentences import sentences
from agentmem.testing.models.script import Asked, Said
from agentmem.testing.models.server import ModelServer
from agentmem.testing.models.wire import tokens
from peers.served import Json, Turn

LEAST_WORDS, LEAST_TELLING = 4, 2
"""Of a sentence that is a fact: words, and words that are in not every text."""
NOBODY = Turn("", "Nobody", "Nothing was said.", "2023-01-01T00:00:00+00:00", "")
OFFICIAL_NEIGHBOUR = re.compile(r"memory index:\s*(\d+).*?memory context: (.*?)\tmemory keywords: .*?memory tags: (.*)")
NAMED = re.compile(r'"id":\s*(\d+),\s*"name":\s*"((?:[^"\\]|\\.)*)"')
Answer = Callable[[Turn, Asked], Json]


@dataclass
class Used:
    """What was asked of the model so far.

    Attributes:
        calls: Of the chat model.
        read, written: Tokens, one for four characters begun: messages, tools and schemas, and what was answered.
        embeds, texts: Calls for vectors, and texts in them.
        unforeseen: Prompts answered with the emptiest answer that fits.
    """

    calls: int = 0
    read: int = 0
    written: int = 0
    embeds: int = 0
    texts: int = 0
    unforeseen: int = 0

    def since(self, before: Used) -> Used:
        """Return what was asked between the two."""
        return Used(**{name: value - getattr(before, name) for name, value in vars(self).items()})

    def now(self) -> Used:
        """Return a copy, as it stands."""
        return Used(**vars(self))


class ScriptedModel:
    """A model server in this process: `with ScriptedModel() as model:`.

    Attributes:
        used: What was asked of it so far.
    """

    def __init__(self) -> None:
        self.used = Used()
        self._turn = NOBODY
        self._server = ModelServer(self._answered, embed=WordLlamaEmbedder().embed)
        self._server.watch = self._count

    @property
    def url(self) -> str:
        """What a client takes as its base URL."""
        return self._server.url

    def hears(self, turn: Turn) -> None:
        """Let the answers be about `turn` from now on."""
        self._turn = turn

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._server.close()

    def _count(self, asked: Asked) -> None:
        self._server.asked.clear()  # what peers send is long, and nobody looks at it again
        if asked.path.endswith("/embeddings"):
            given = asked.body.get("input", "")
            self.used.embeds += 1
            self.used.texts += 1 if isinstance(given, str) else len(given)
        elif asked.is_chat or asked.is_response:
            forms = [asked.body[name] for name in ("tools", "response_format", "text") if name in asked.body]
            self.used.calls += 1
            self.used.read += tokens(asked.text) + sum(tokens(json.dumps(form)) for form in forms)

    def _answered(self, asked: Asked) -> Said:
        said = self._said(asked)
        self.used.written += tokens(said.text) + sum(tokens(arguments) for _, arguments in said.calls)
        return said

    def _said(self, asked: Asked) -> Said:
        if "Memory" in _offered(asked):  # LangMem's manager
            return Said("", calls=tuple(("Memory", json.dumps({"content": fact})) for fact in facts(self._turn)))
        for marks, answer in ANSWERS.items():
            if all(mark in asked.text or mark == _schema_name(asked) for mark in marks):
                return Said(json.dumps(answer(self._turn, asked)))
        self.used.unforeseen += 1
        return Said(json.dumps(emptiest(asked.schema)))


def facts(turn: Turn) -> list[str]:
    """Return what a plain reader writes down of a turn.

    >>> facts(Turn("D1:1", "Mia", "Hi Ann! I moved to Oslo last week. And you?", "2023-05-08T10:00:00+00:00", "s1"))
    ['Mia: I moved to Oslo last week.']
    """
    told = [one for one in sentences(turn.text) if _tells(one)]
    return [f"{turn.speaker}: {one}" for one in told] or [turn.line]


def _tells(sentence: str) -> bool:
    is_long = len(sentence.split()) >= LEAST_WORDS and len(content_words(sentence)) >= LEAST_TELLING
    return is_long and not sentence.endswith("?")


def matter(fact: str) -> str:
    """Return the word that says most of a fact, as an entity is named.

    >>> matter("Mia: I moved to Oslo last week.")
    'moved'
    """
    return next(iter(keywords(fact.partition(": ")[2], 1)), "talk")


def emptiest(schema: Mapping[str, Any]) -> Any:
    """Return the emptiest value that fits a JSON schema.

    >>> emptiest({"properties": {"names": {"type": "array"}, "size": {"type": "integer"}}})
    {'names': [], 'size': 0}
    """
    if "properties" in schema:
        return {name: emptiest(one) for name, one in schema["properties"].items()}
    plain: dict[str, Any] = {"array": [], "boolean": False, "integer": 0, "number": 0, "object": {}, "string": ""}
    return plain.get(str(schema.get("type")))


def _memories(turn: Turn, asked: Asked) -> Json:  # noqa: ARG001 - all answers are asked alike
    """Answer mem0's extraction: each fact is new."""
    return {"memory": [{"id": str(n), "text": fact, "attributed_to": "user"} for n, fact in enumerate(facts(turn))]}


def _note(turn: Turn, asked: Asked) -> Json:  # noqa: ARG001
    """Answer the first question of A-MEM, which theirs and ours ask alike."""
    words = keywords(turn.text, 5) or ["talk"]
    context = max(sentences(turn.text) or [turn.text], key=len)
    return {"keywords": words, "context": context, "tags": words[:3]}


def _evolution(turn: Turn, asked: Asked) -> Json:
    """Answer the second question of the authors' A-MEM, about neighbours it shows."""
    shown = OFFICIAL_NEIGHBOUR.findall(asked.text)
    tags = [re.findall(r"'([^']+)'", listed) for _, _, listed in shown]
    new = _note(turn, asked)["tags"]
    if tags:
        tags[0] = list(dict.fromkeys([*tags[0], new[0]]))[:8]
    numbers = "integer" in json.dumps(asked.schema.get("properties", {}).get("suggested_connections", {}))
    return {
        "should_evolve": bool(shown),
        "actions": ["strengthen", "update_neighbor"],
        "suggested_connections": [int(index) if numbers else index for index, _, _ in shown[:1]],
        "tags_to_update": new,
        "new_context_neighborhood": [context for _, context, _ in shown],
        "new_tags_neighborhood": tags,
    }


def _our_evolution(turn: Turn, asked: Asked) -> Json:
    """Answer the second question of our A-MEM the same."""
    listed = re.search(r"<neighbours>\nn1: .*?\ntags: (.*?)\n", asked.text, re.DOTALL)
    new = _note(turn, asked)["tags"]
    grown = list(dict.fromkeys([*(listed[1].split(", ") if listed else []), new[0]]))[:8]
    return {"links": ["n1"], "tags": new, "neighbours": [{"alias": "n1", "context": "", "tags": grown}]}


def _entities(turn: Turn, asked: Asked) -> Json:  # noqa: ARG001
    names = dict.fromkeys([turn.speaker, *map(matter, facts(turn))])
    return {"extracted_entities": [{"name": name, "entity_type_id": 0, "episode_indices": [0]} for name in names]}


def _resolutions(turn: Turn, asked: Asked) -> Json:  # noqa: ARG001
    named = {int(number): json.loads(f'"{name}"') for number, name in NAMED.findall(asked.text)}
    return {
        "entity_resolutions": [
            {"id": number, "name": name, "duplicate_candidate_id": -1} for number, name in named.items()
        ]
    }


def _edges(turn: Turn, asked: Asked) -> Json:  # noqa: ARG001
    ends = {"source_entity_name": turn.speaker, "relation_type": "TOLD_OF", "valid_at": turn.at, "invalid_at": None}
    return {"edges": [ends | {"target_entity_name": matter(one), "fact": one} for one in facts(turn)]}


ANSWERS: Mapping[tuple[str, ...], Answer] = {
    ("You are a Memory Extractor", "## New Messages"): _memories,
    ("Write a note about an event",): _note,
    ("Generate a structured analysis of the following content",): _note,
    ("AI memory evolution agent",): _evolution,
    ("Say which neighbours belong with a new note",): _our_evolution,
    ("ExtractedEntities",): _entities,
    ("NodeResolutions",): _resolutions,
    ("ExtractedEdges",): _edges,
    ("EdgeDuplicate",): lambda *_: {"duplicate_facts": [], "contradicted_facts": []},
    ("SummarizedEntities",): lambda *_: {"summaries": []},
}
"""Marks of a prompt, all of which it holds, or the name of its schema: what answers it."""
DIMENSIONS = DIM


def _offered(asked: Asked) -> set[str]:
    return {str(tool.get("function", tool).get("name")) for tool in asked.body.get("tools") or []}


def _schema_name(asked: Asked) -> str:
    return str((asked.body.get("response_format") or {}).get("json_schema", {}).get("name", ""))
