"""Retirement: which facts no longer hold, now that newer ones are known.

AriGraph (Anokhin et al., 2024), section 3.1, where a model compares the new
facts with those around them. Unlike the authors' program nothing is deleted,
both sides are compared in one form, and an answer can only name what was shown.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property

from agentmem.events import Fact, Value
from agentmem.language.aliases import meant
from agentmem.language.contract import Language, Task
from agentmem.language.facts import normal, outdates
from agentmem.language.maps import is_of_the_map
from agentmem.language.placing import moved
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

    def meant(self, said: str) -> str | None:
        """Return the alias that an answer means, by itself or by the fact it stands for; None if it was not shown."""
        return meant(said, self) or self._by_text.get(_names(said))

    @cached_property
    def _by_text(self) -> dict[tuple[str, ...], str]:
        return {_names(fact.text): alias for alias, fact in self.items()}


@dataclass(frozen=True)
class Verdict:
    """What is replaced, and what of an answer could not be used.

    Attributes:
        replaced: Old fact's id to its successor.
        unknown: Pairs with an alias that means nothing.
        unrelated: Pairs of facts that are not about the same thing.
    """

    replaced: Mapping[str, Fact]
    unknown: int = 0
    unrelated: int = 0


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


def judge(language: Language, existing: Mapping[str, Fact], new: list[Fact], *, place: str | None = None) -> Verdict:
    """Return which of `existing` (by node id) the `new` facts replace.

    How places lie to each other never becomes outdated (the paper guards the same facts).

    Args:
        language: Who is asked.
        existing: What is known.
        new: What was just learned.
        place: Where; if given, what the new facts put elsewhere is outdated too, whatever the answer.
    """
    ids = [node for node, fact in existing.items() if not is_of_the_map(fact)]
    if not ids or not new:
        return Verdict({})
    shown = Shown((f"f{n}", existing[node]) for n, node in enumerate(ids, 1))
    newer = Shown((f"n{n}", fact) for n, fact in enumerate(new, 1))
    answer = language.ask(OUTDATED, existing=shown, new=newer)
    said = [(shown.meant(pair.old), newer.meant(pair.new)) for pair in answer.replaced]
    known = [(shown[old], newer[now]) for old, now in said if old and now]
    sound = [pair for pair in known if are_about_one(*pair)]
    replaced = dict([*(moved(new, shown.values(), place=place) if place else ()), *sound])
    return Verdict(
        {node: replaced[existing[node]] for node in ids if existing[node] in replaced},
        unknown=len(said) - len(known),
        unrelated=len(known) - len(sound),
    )


def are_about_one(old: Fact, new: Fact) -> bool:
    """Return whether the subject of one of two facts is named by the other: without that, none replaces the other.

    >>> empty = [Fact(subject=name, relation="is", object="empty") for name in ("bed", "chair")]
    >>> are_about_one(*empty)
    False
    """
    return new.subject in (old.subject, old.object) or old.subject == new.object


def _names(said: str) -> tuple[str, ...]:
    """Return what a fact in words says, in the form in which names are compared."""
    return tuple(normal(part) for part in said.split(","))
