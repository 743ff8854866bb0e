"""Retirement: which facts no longer hold, now that newer ones are known.

AriGraph (Anokhin et al., 2024), section 3.1, where a model compares the new
facts with those around them. Unlike the authors' program nothing is deleted,
both sides are compared in one form, and an answer can only name what was shown.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass

from agentmem.events import Fact, Value
from agentmem.language.contract import Language, Task
from agentmem.language.facts import outdates
from agentmem.language.maps import is_of_the_map
from agentmem.language.prompting import prompt_beside


class Replacement(Value):
    """One old fact and the new one that replaces it, by their aliases."""

    old: str
    new: str


class Outdated(Value):
    """The answer to the task `arigraph.outdated`."""

    replaced: tuple[Replacement, ...] = ()


class Shown(dict[str, Fact]):
    """Facts by short alias. As text, one to a line, it is what a model sees of them."""

    def __str__(self) -> str:
        return "\n".join(f"{alias}: {fact.text}" for alias, fact in self.items())


@dataclass(frozen=True)
class Verdict:
    """Old fact's id to its successor, and how many of the answer's aliases meant nothing."""

    replaced: Mapping[str, Fact]
    unknown: int = 0


def outdated_by_rule(existing: Mapping[str, Fact], new: Mapping[str, Fact]) -> Outdated:
    """Answer without a model: a subject holds one value per slot (`agentmem.language.facts.outdates`)."""
    news: dict[str, list[tuple[str, Fact]]] = defaultdict(list)
    for alias, fact in new.items():
        news[fact.subject].append((alias, fact))
    pairs = (
        Replacement(old=old, new=alias)
        for old, fact in existing.items()
        for alias, newer in news.get(fact.subject, [])
        if outdates(newer, fact)
    )
    return Outdated(replaced=tuple(pairs))


OUTDATED: Task[Outdated] = Task(
    name="arigraph.outdated",
    output=Outdated,
    prompt=prompt_beside(__file__, "outdated.prompt.txt"),
    rules=outdated_by_rule,
)
"""Inputs: `existing` and `new`, facts by alias (f1, f2, ... and n1, n2, ...)."""


def judge(language: Language, existing: Mapping[str, Fact], new: list[Fact]) -> Verdict:
    """Return which of `existing` (by node id) the `new` facts replace.

    How places lie to each other never becomes outdated (the paper guards the same facts).
    """
    ids = [node for node, fact in existing.items() if not is_of_the_map(fact)]
    if not ids or not new:
        return Verdict({})
    shown = Shown((f"f{n}", existing[node]) for n, node in enumerate(ids, 1))
    newer = Shown((f"n{n}", fact) for n, fact in enumerate(new, 1))
    answer = language.ask(OUTDATED, existing=shown, new=newer)
    meant = dict(zip(shown, ids, strict=True))
    known = [pair for pair in answer.replaced if pair.old in meant and pair.new in newer]
    return Verdict({meant[pair.old]: newer[pair.new] for pair in known}, len(answer.replaced) - len(known))
