"""Organising: what is forgotten and what is merged in a bucket.

TiM (Liu et al., 2023): a model is shown the thoughts of a bucket, to forget
those that contradict others, and to merge those with the same head. Unlike in
the paper it names what it means by alias, and what it does not name stays.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np

from agentmem.events import Fact, Value
from agentmem.language.aliases import meant
from agentmem.language.contract import Language, Task
from agentmem.language.facts import outdates
from agentmem.language.keywords import content_words
from agentmem.language.prompting import prompt_beside
from agentmem.vectors import Vectors
from agentmem_tim.settings import TiMSettings
from agentmem_tim.thinking import LONGEST_NAME, LONGEST_TEXT, Thought, is_lasting

LONGEST_MERGED = 12
"""Words of a tail that rules make of two."""


class Dropped(Value):
    """One thought to forget, and the one that makes it wrong or needless, by their aliases."""

    thought: str
    kept: str | None = None


class Forgotten(Value):
    """The answer to the task `tim.forget`."""

    drop: tuple[Dropped, ...] = ()


class Union(Value):
    """One thought that stands for several: their common head is its head."""

    replaces: tuple[str, ...]
    relation: str
    tail: str
    text: str


class Merged(Value):
    """The answer to the task `tim.merge`."""

    merged: tuple[Union, ...] = ()


class Shown(dict[str, Thought]):
    """Thoughts by short alias, oldest first. As text, one to a line, it is what a model sees of them."""

    def __str__(self) -> str:
        return "\n".join(f"{alias}: {thought.text} ({thought.fact.text})" for alias, thought in self.items())


class Alike(frozenset[tuple[str, str]]):
    """Pairs of aliases (older, newer) of thoughts with nearly the same embedding."""

    def __str__(self) -> str:
        return "\n".join(f"{older} and {newer}" for older, newer in sorted(self)) or "none"


def forget_by_rule(thoughts: Mapping[str, Thought], alike: frozenset[tuple[str, str]]) -> Forgotten:
    """Answer without a model: of two that contradict each other, or say the same, the newer one is kept."""
    rivals: dict[tuple[str, str | None], list[str]] = defaultdict(list)
    dropped: dict[str, str] = {}
    for newer, thought in thoughts.items():
        fact = thought.fact
        for ground in {(fact.subject, fact.object), (fact.subject, fact.slot)}:
            dropped |= {older: newer for older in rivals[ground] if contradicts(fact, thoughts[older].fact)}
            rivals[ground].append(newer)
    for older, newer in sorted(alike):
        if _says_all(thoughts[newer].fact, thoughts[older].fact):
            dropped.setdefault(older, newer)
    return Forgotten(drop=tuple(Dropped(thought=older, kept=newer) for older, newer in dropped.items()))


def contradicts(new: Fact, old: Fact) -> bool:
    """Return whether a newer triple makes an older one wrong: its slot is filled anew, or it is denied.

    >>> likes = Fact(subject="ann", relation="likes", object="jazz")
    >>> contradicts(likes.model_copy(update={"relation": "not likes"}), likes)
    True
    """
    return outdates(new, old) or (new.subject, new.object, new.relation) == (old.subject, old.object, opposite(old))


def opposite(fact: Fact) -> str:
    """Return the relation that denies a triple."""
    return fact.relation.removeprefix("not ") if fact.relation.startswith("not ") else f"not {fact.relation}"


def _says_all(new: Fact, old: Fact) -> bool:
    """Return whether a triple leaves out no word of an older one: one word may be the whole point."""
    words = set(content_words(old.object))
    return new.relation == old.relation and bool(words) and words <= set(content_words(new.object))


def merge_by_rule(thoughts: Mapping[str, Thought]) -> Merged:
    """Answer without a model: tails of the same head and relation are joined, where they are short and lasting."""
    groups: dict[tuple[str, str], list[str]] = defaultdict(list)
    for alias, thought in thoughts.items():
        if is_lasting(thought.fact):
            groups[thought.fact.subject, thought.fact.relation].append(alias)
    unions = (_union([(alias, thoughts[alias].fact) for alias in aliases]) for aliases in groups.values())
    return Merged(merged=tuple(union for union in unions if union is not None))


def _union(facts: Sequence[tuple[str, Fact]]) -> Union | None:
    """Return as many of the facts as fit into one, the oldest first; None where no two do."""
    replaces: list[str] = []
    tails: dict[str, None] = {}
    for alias, fact in facts:
        longer = {**tails, **dict.fromkeys(fact.object.split(" and "))}  # what was merged before may be told again
        if len(" and ".join(longer).split()) <= LONGEST_MERGED:
            replaces.append(alias)
            tails = longer
    if len(replaces) < 2:
        return None
    first, tail = facts[0][1], " and ".join(tails)
    text = f"{first.subject} {first.relation} {tail}"
    return Union(replaces=tuple(replaces), relation=first.relation, tail=tail, text=text)


FORGET: Task[Forgotten] = Task(
    name="tim.forget",
    output=Forgotten,
    prompt=prompt_beside(__file__, "forget.prompt.txt"),
    rules=forget_by_rule,
)
"""Inputs: `thoughts` by alias (t1, t2, ...), oldest first; `alike`, pairs that read nearly the same."""
MERGE: Task[Merged] = Task(
    name="tim.merge",
    output=Merged,
    prompt=prompt_beside(__file__, "merge.prompt.txt"),
    rules=merge_by_rule,
)
"""Input: `thoughts` by alias, oldest first; each has its head in common with another."""


@dataclass(frozen=True)
class Held:
    """A thought with its node, its place in the journal and its vector, which a text of unknown words has not."""

    node: str
    thought: Thought
    position: int
    vector: Vectors | None


@dataclass
class Tidied:
    """What is to change in a bucket: node to what is kept in its place, unions with the nodes they replace.

    `unknown` counts what the answers named that was not shown, or could not be used.
    """

    forgotten: dict[str, str | None] = field(default_factory=dict)
    merged: list[tuple[Thought, tuple[str, ...]]] = field(default_factory=list)
    unknown: int = 0

    @property
    def gone(self) -> set[str]:
        """The nodes that are forgotten, or replaced by a union."""
        return {*self.forgotten, *(node for _, nodes in self.merged for node in nodes)}

    def add(self, more: Tidied) -> None:
        """Take in what is to change in another bucket."""
        self.forgotten |= more.forgotten
        self.merged += more.merged
        self.unknown += more.unknown


def tidy(bucket: Sequence[Held], kin: Sequence[Held], language: Language, settings: TiMSettings) -> Tidied:
    """Return what to forget and what to merge in a bucket; nothing while it holds few thoughts of different heads.

    What fills a slot is not merged: the next value could not replace it.

    Args:
        bucket: Its thoughts, oldest first, the new ones last.
        kin: Thoughts of other buckets with the heads of the new ones: they may be
            forgotten, for what contradicts may lie apart, but not merged.
        language: Who answers.
        settings: `tidy_at`, `duplicate`, `merge`.
    """
    found = Tidied()
    held = sorted([*kin, *bucket], key=lambda one: one.position)
    if len(bucket) < settings.tidy_at and len({one.thought.fact.subject for one in held}) == len(held):
        return found
    _forget(held, language, found, duplicate=settings.duplicate)
    if settings.merge != "none":
        left = [one for one in bucket if one.node not in found.forgotten and one.thought.fact.slot is None]
        _merge([one for one in left if settings.merge == "all" or not one.thought.of_world], language, found)
    return found


def _forget(held: Sequence[Held], language: Language, found: Tidied, *, duplicate: float) -> None:
    held_as = {f"t{n}": one for n, one in enumerate(held, 1)}
    shown = Shown((alias, one.thought) for alias, one in held_as.items())
    answer = language.ask(FORGET, thoughts=shown, alike=_alike(held_as, duplicate))
    for drop in answer.drop:
        alias, because = meant(drop.thought, held_as), meant(drop.kept or "", held_as)
        if alias is None or because == alias:
            found.unknown += 1
            continue
        kept = held_as[because] if because else None
        if kept and kept.node in found.forgotten:
            continue  # not each for the other: one of them stays
        found.unknown += bool(drop.kept) and kept is None
        found.forgotten[held_as[alias].node] = kept.node if kept else None


def _alike(held_as: Mapping[str, Held], least: float) -> Alike:
    """Return the pairs of thoughts with the same head whose embeddings are nearly the same."""
    placed = [(alias, one) for alias, one in held_as.items() if one.vector is not None]
    if len(placed) < 2:
        return Alike()
    rows = np.stack([one.vector for _, one in placed if one.vector is not None])
    near = np.argwhere(np.triu(np.vecdot(rows[:, None, :], rows) >= least, k=1)).tolist()
    heads = [one.thought.fact.subject for _, one in placed]
    return Alike((placed[old][0], placed[new][0]) for old, new in near if heads[old] == heads[new])


def _merge(held: Sequence[Held], language: Language, found: Tidied) -> None:
    heads: dict[str, int] = defaultdict(int)
    for one in held:
        heads[one.thought.fact.subject] += 1
    held_as = {f"t{n}": one for n, one in enumerate((o for o in held if heads[o.thought.fact.subject] > 1), 1)}
    if not held_as:
        return
    answer = language.ask(MERGE, thoughts=Shown((alias, one.thought) for alias, one in held_as.items()))
    taken: set[str] = set()
    for union in answer.merged:
        named = dict.fromkeys(alias for said in union.replaces if (alias := meant(said, held_as)))
        aliases = [alias for alias in named if alias not in taken]
        found.unknown += len(union.replaces) - len(aliases)
        thought = _united(union, [held_as[alias].thought for alias in aliases])
        if thought is None:
            found.unknown += 1
            continue
        taken.update(aliases)
        found.merged.append((thought, tuple(held_as[alias].node for alias in aliases)))


def _united(union: Union, replaced: Sequence[Thought]) -> Thought | None:
    """Return the thought that a union comes to; None where it joins no two, or thoughts of different heads."""
    names = [" ".join(name.split())[:LONGEST_NAME] for name in (union.relation, union.tail)]
    text = " ".join(union.text.split())[:LONGEST_TEXT]
    heads = {thought.fact.subject for thought in replaced}
    if len(replaced) < 2 or len(heads) != 1 or not (text and all(names)):
        return None
    fact = Fact(subject=heads.pop(), relation=names[0].lower(), object=names[1].lower())
    return Thought(fact, text, stated=False, of_world=replaced[0].of_world)
