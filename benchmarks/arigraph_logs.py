"""The authors' logs of AriGraph, read step by step: GPT-4's real answers, and the graph it ended up with.

`logs/{hunt,cook}_arigraph.txt` of github.com/AIRI-Institute/AriGraph (MIT) hold three
attempts each. They are read where they lie, and never copied.
"""

from __future__ import annotations

import ast
import os
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

DATA = (
    Path(os.environ.get("AGENTMEM_SHARED_DATA", Path(__file__).resolve().parents[2] / "shared" / "data")) / "arigraph"
)
"""The folder with `logs/` and the games; `AGENTMEM_SHARED_DATA` names the one above it."""
GAMES = {"hunt": "hunt/hunt.z8", "cook": "cook/game.z8"}
"""Name of a log to its game, below `DATA`."""

_STEP = re.compile(
    r"Observation: \n(?P<text>.*?)\n"
    r"Inventory: (?P<inventory>.*?)\n"
    r"Crucial items: (?P<entities>.*?)\n"
    r"New triplets: (?P<triplets>.*?)\n"
    r"Outdated triplets: (?P<outdated>.*?)\n"
    r"Associated_subgraph: (?P<subgraph>.*?)\n"
    r"Episodic memory: (?P<episodes>.*?)\n"
    r"Graph: (?P<graph>.*?)\n"
    r"Plan0: (?P<plan>.*?)\n"
    r"tokens prompt plan: .*?\n"
    r"Action: (?P<action>.*?)\n"
    r"tokens prompt action: ",
    re.DOTALL,
)
_ACTION = re.compile(r'"action_to_take": "([^"]*)"')
_HEADER = re.compile(r"-= (.*?) =-")
_WALKED = re.compile(r"^Navigation step: \d+\nObservation: \s*-= (.*?) =-", re.MULTILINE)
_STRING = re.compile(r"""'(?:[^'\\]|\\.)*'|"(?:[^"\\]|\\.)*["]""")
_PAIR = re.compile(r"\[?\s*([^\[\]]+?)\s*->\s*([^\[\]]+?)\s*\]")


@dataclass(frozen=True)
class Step:
    """One step of an attempt. Answers of the model are as it wrote them, but for `triplets`.

    Attributes:
        number: From 1, as the log counts.
        before: The action taken just before; None at the first step.
        text: What was seen, as the model was shown it, without the inventory.
        inventory: What was carried.
        entities: The answer "crucial items": a dict, as Python shows it.
        triplets: The answer "new triplets", parsed, cleaned, and without those the graph held already.
        restated: Triplets that answer must have held too: known, called outdated, and in the graph all the same. The
            authors' program adds every triplet of an answer once it has deleted the outdated ones.
        outdated: The answer "outdated triplets".
        subgraph: Triplets the memory recalled.
        episodes: Past observations it recalled.
        graph: Every triplet of the authors' graph, once all this was done.
        plan: The planner's answer.
        action: The actor's answer.
        walked: The places walked through by a "go to" taken at this step, the last one included.
    """

    number: int
    before: str | None
    text: str
    inventory: str
    entities: str
    triplets: tuple[str, ...]
    restated: tuple[str, ...]
    outdated: str
    subgraph: tuple[str, ...]
    episodes: tuple[str, ...]
    graph: tuple[str, ...]
    plan: str
    action: str
    walked: tuple[str, ...]

    @property
    def taken(self) -> str:
        """The command that was chosen."""
        return str(_ACTION.findall(self.action)[-1])

    @property
    def place(self) -> str | None:
        """The place the text names in its header, if it has one."""
        header = _HEADER.search(self.text)
        return header[1] if header else None


@dataclass(frozen=True)
class Attempt:
    """One attempt at a game.

    Attributes:
        game: "hunt" or "cook".
        number: From 1.
        steps: In order.
    """

    game: str
    number: int
    steps: tuple[Step, ...]


def attempts(game: str) -> list[Attempt]:
    """Return the attempts that the log of a game holds.

    Raises:
        ValueError: a step of the log cannot be read; none is passed over.
    """
    log = (DATA / "logs" / f"{game}_arigraph.txt").read_text(encoding="utf-8")
    parts = re.split(r"^Attempt: \d+\n", log, flags=re.MULTILINE)[1:]
    return [Attempt(game, number, tuple(_steps(part))) for number, part in enumerate(parts, 1)]


def replacements(outdated: str) -> list[tuple[str, str]]:
    """Return (old, new) triplets of an answer "outdated", however the model quoted and nested them.

    >>> replacements("[['key, is on, floor -> key, is in, inventory'], [a, is, b -> 'a, is, c']]")
    [('key, is on, floor', 'key, is in, inventory'), ('a, is, b', 'a, is, c')]
    """
    return [(old.strip(" '\""), new.strip(" '\"")) for old, new in _PAIR.findall(outdated)]


def _steps(attempt: str) -> Iterator[Step]:
    before: str | None = None
    known: tuple[str, ...] = ()
    for number, part in enumerate(re.split(r"^Step: \d+\n", attempt, flags=re.MULTILINE)[1:], 1):
        found = _STEP.match(part)
        if found is None:
            raise ValueError(f"step {number} of the log cannot be read: {part[:200]!r}; is it the authors' log?")
        raw = found.groupdict()
        shown: dict[str, Any] = {name: _strings(raw[name]) for name in ("triplets", "subgraph", "episodes", "graph")}
        shown |= {name: raw[name] for name in ("text", "inventory", "entities", "outdated", "plan", "action")}
        walked = tuple(_WALKED.findall(part, found.end()))
        named = [old for old, _ in replacements(raw["outdated"])]
        restated = tuple(dict.fromkeys(one for one in named if one in known and one in shown["graph"]))
        step = Step(number=number, before=before, walked=walked, restated=restated, **shown)
        before, known = step.taken, step.graph
        yield step


def _strings(shown: str) -> tuple[str, ...]:
    """Return the strings of a list, tuple or set as Python shows it; one of them in the logs lost its end."""
    return tuple(ast.literal_eval(string) for string in _STRING.findall(shown))
