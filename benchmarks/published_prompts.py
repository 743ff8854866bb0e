"""The published prompts of A-MEM and AriGraph, read out of clones the user has: parsed, never run, never kept here."""

from __future__ import annotations

import ast
import re
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, NamedTuple


class Call(NamedTuple):
    """One call to a model: all that is sent, and what comes back."""

    messages: Sequence[str]
    schema: Mapping[str, Any] | None
    answer: str


class PublishedAMem:
    """A-MEM's two prompts and schemas, as in `memory_layer.py` of github.com/WujiangXu/A-mem."""

    def __init__(self, clone: Path) -> None:
        tree = _parsed(clone / "memory_layer.py")
        self._note, self._evolve = _text(tree, "prompt"), _text(tree, "self.evolution_system_prompt")
        self._system = _system_message(tree)
        formats = [node for node in ast.walk(tree) if isinstance(node, ast.keyword) and _is_response_format(node)]
        self._note_schema, self._evolve_schema = map(_schema, sorted(formats, key=lambda node: node.lineno)[:2])

    def note(self, content: str, *, answer: str) -> Call:
        """Return the call that makes a note of a text."""
        return Call((self._system, self._note + content), self._note_schema, answer)

    def evolve(self, note: Mapping[str, Any], neighbours: Sequence[Mapping[str, Any]], *, answer: str) -> Call:
        """Return the call that compares a note with its neighbours.

        Args:
            note: `content`, `context`, `keywords`.
            neighbours: The same, with `time` and `tags`.
            answer: What comes back.
        """
        told = "".join(
            f"memory index:{n}\t talk start time:{one['time']}\t memory content: {one['content']}\t memory context: "
            f"{one['context']}\t memory keywords: {one['keywords']}\t memory tags: {one['tags']}\n"
            for n, one in enumerate(neighbours)
        )
        prompt = self._evolve.format(**note, nearest_neighbors_memories=told, neighbor_number=len(neighbours))
        return Call((self._system, prompt), self._evolve_schema, answer)


class PublishedAriGraph:
    """AriGraph's three prompts of the memory, as in github.com/AIRI-Institute/AriGraph."""

    def __init__(self, clone: Path) -> None:
        prompts = _parsed(clone / "prompts" / "prompts.py")
        self._extract, self._refine = (
            _text(prompts, "prompt_extraction_current"),
            _text(prompts, "prompt_refining_items"),
        )
        self._player = _text(_parsed(clone / "prompts" / "system_prompts.py"), "default_system_prompt")
        agent = _parsed(clone / "agents" / "parent_agent.py")
        self._items = next(
            _joined(node.value)
            for function in ast.walk(agent)
            if isinstance(function, ast.FunctionDef) and function.name == "item_processing_scores"
            for node in function.body
            if isinstance(node, ast.Assign)
        )

    def entities(self, observation: str, plan: str, *, answer: str) -> Call:
        """Return the call that names what matters, to search with."""
        return Call((self._player, self._items.format(observation, plan)), None, answer)

    def extract(self, observation: str, example: Sequence[str], *, answer: str) -> Call:
        """Return the call that reads triplets; `example` is the subgraph recalled before."""
        prompt = self._extract.format(observation=observation, example=list(example))
        return Call(("You are a helpful assistant", prompt), None, answer)

    def outdated(self, existing: Sequence[str], new: Sequence[str], *, answer: str) -> Call:
        """Return the call that finds what is outdated."""
        prompt = self._refine.format(ex_triplets=list(existing), new_triplets=list(new))
        return Call(("You are a helpful assistant", prompt), None, answer)


def without_indents(text: str) -> str:
    """Return a text with runs of spaces as one: the published prompts are indented as their code, which is no fault."""
    return re.sub(r" {2,}", " ", text)


def _parsed(path: Path) -> ast.Module:
    return ast.parse(path.read_text(encoding="utf-8"))


def _text(tree: ast.Module, name: str) -> str:
    """Return the first text that is assigned to `name`, with what else is joined to it left out."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Assign) and ast.unparse(node.targets[0]) == name:
            for part in ast.walk(node.value):
                if isinstance(part, ast.Constant) and isinstance(part.value, str):
                    return part.value
    raise ValueError(f"no text is assigned to {name}; is this the repository?")


def _system_message(tree: ast.Module) -> str:
    texts = (node.value for node in ast.walk(tree) if isinstance(node, ast.Constant) and isinstance(node.value, str))
    return next(text for text in texts if "must respond with" in text and len(text) < 200)


def _is_response_format(node: ast.keyword) -> bool:
    return node.arg == "response_format" and isinstance(node.value, ast.Dict)


def _schema(node: ast.keyword) -> Mapping[str, Any]:
    schema: Mapping[str, Any] = ast.literal_eval(node.value)["json_schema"]["schema"]
    return schema


def _joined(node: ast.expr) -> str:
    """Return a text that is put together with `+` and `.format`, with its holes in the order they are filled."""
    match node:
        case ast.BinOp(left=left, right=right):
            return _joined(left) + _joined(right)
        case ast.Call(func=ast.Attribute(value=ast.Constant(value=str(text)))):
            return text
        case ast.Constant(value=str(text)):
            return text.replace("{", "{{").replace("}", "}}")
    raise ValueError(f"{ast.unparse(node)} is not a text; is this the repository?")
