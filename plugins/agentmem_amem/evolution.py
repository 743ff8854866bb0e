"""Links and evolution: which notes belong to a note, and what they become by it.

A-MEM (Xu et al., 2025), sections 3.2 and 3.3. A language is shown the note and
those nearest to it, and says which to link, and what it and they should be filed
under now. It can name only what it was shown.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import NamedTuple

from agentmem.events import Value
from agentmem.language.aliases import meant
from agentmem.language.contract import Language, Task
from agentmem.language.keywords import STOP_WORDS, TIMES, words_in
from agentmem.language.prompting import prompt_beside
from agentmem_amem.note import Note, addressed, one_line, tidy
from agentmem_amem.settings import AMemSettings

LINKS_BY_RULE = 3
TAGS_BY_RULE = 8
"""A neighbour with this many tags is not given more."""
CUT = " ..."
"""The end of a content of which a model is shown the beginning."""
NAME = re.compile(r"(?<=[\w,;] )[A-Z][\w'-]+")
"""A word with a capital that begins no sentence."""


class Evolved(Value):
    """What becomes of one neighbour, by its alias; what is empty stays as it is."""

    alias: str
    context: str = ""
    tags: tuple[str, ...] = ()


class Evolution(Value):
    """The answer to the task `amem.evolve`: aliases to link, the new note's tags, and what becomes of neighbours."""

    links: tuple[str, ...]
    tags: tuple[str, ...]
    neighbours: tuple[Evolved, ...]


class Shown(dict[str, Note]):
    """Neighbours by alias, the nearest first. As text it is what a model sees of them.

    Keywords are told of those only whose content is cut: they are words of the content.
    """

    def __str__(self) -> str:
        return "\n".join(
            f"{alias}: {note.timed}\ncontext: {note.context}"
            + (f"\nkeywords: {', '.join(note.keywords)}" if note.content.endswith(CUT) else "")
            + f"\ntags: {', '.join(note.tags)}"
            for alias, note in self.items()
        )


class Neighbour(NamedTuple):
    """A note near another: its node, what it says, and the cosine of the two."""

    id: str
    note: Note
    cosine: float


@dataclass(frozen=True)
class Outcome:
    """What came of comparing a note with its neighbours.

    Attributes:
        note: The note, with the tags it has now.
        links: Ids of the neighbours it is linked to.
        evolved: Ids of the neighbours that changed, to what they say now; no other has changed.
        unknown: How many of the answer's aliases meant nothing.
    """

    note: Note
    links: tuple[str, ...] = ()
    evolved: Mapping[str, Note] = field(default_factory=dict)
    unknown: int = 0


def evolved_by_rule(
    note: Note, neighbours: Mapping[str, Note], cosines: Mapping[str, float], likeness: float
) -> Evolution:
    """Answer without a model, and without inventing a word.

    Linked are the nearest three that are alike enough and share a keyword or a name.
    The note takes over the tags that two of them hold; each of them is tagged with the
    keywords it shares. No context changes.
    """
    shared = {
        alias: found
        for alias, other in neighbours.items()
        if cosines[alias] >= likeness and (found := _shared(note, other))
    }
    linked = list(shared)[:LINKS_BY_RULE]
    held = Counter(tag for alias in linked for tag in neighbours[alias].tags)
    common = [tag for tag, count in held.items() if count > 1]
    grown = {alias: _with(neighbours[alias].tags, shared[alias]) for alias in linked}
    return Evolution(
        links=tuple(linked),
        tags=_with(note.tags, common),
        neighbours=tuple(
            Evolved(alias=alias, tags=tags) for alias, tags in grown.items() if tags != neighbours[alias].tags
        ),
    )


EVOLVE: Task[Evolution] = Task(
    name="amem.evolve",
    output=Evolution,
    prompt=prompt_beside(__file__, "evolve.prompt.txt"),
    rules=evolved_by_rule,
    for_rules=("cosines", "likeness"),
)
"""Inputs: `note`, and `neighbours` by alias (n1, n2, ..., the nearest first), which a model is shown; for the rules
`cosines` by alias and the least `likeness` of what is linked."""


def evolve(language: Language, note: Note, near: Sequence[Neighbour], settings: AMemSettings) -> Outcome:
    """Return what becomes of `note` and those near it; without any, nobody is asked."""
    if not near:
        return Outcome(note)
    shown = {f"n{number}": one for number, one in enumerate(near, 1)}
    answer = language.ask(
        EVOLVE,
        note=_cut(note, settings.shown),
        neighbours=Shown((alias, _cut(one.note, settings.shown)) for alias, one in shown.items()),
        cosines={alias: round(one.cosine, 3) for alias, one in shown.items()},
        likeness=settings.likeness,
    )
    links = dict.fromkeys(shown[alias].id for said in answer.links if (alias := meant(said, shown)))
    told = {alias: one for one in answer.neighbours if (alias := meant(one.alias, shown))}
    aliases = [*answer.links, *(one.alias for one in answer.neighbours)]
    unknown = sum(meant(said, shown) is None for said in aliases)
    if not settings.evolution:
        return Outcome(note, tuple(links), unknown=unknown)
    evolved = {shown[alias].id: _evolved(shown[alias].note, one) for alias, one in told.items()}
    changed = {one.id: evolved[one.id] for one in near if evolved.get(one.id, one.note) != one.note}
    return Outcome(replace(note, tags=tidy(answer.tags) or note.tags), tuple(links), changed, unknown)


def _evolved(note: Note, told: Evolved) -> Note:
    return replace(note, context=one_line(told.context) or note.context, tags=tidy(told.tags) or note.tags)


def _shared(note: Note, other: Note) -> list[str]:
    """Return the keywords and names that two notes share, without those of their speakers."""
    speakers = {*words_in(note.speaker), *words_in(other.speaker)}
    words = [word for word in note.keywords if word in other.keywords]
    names = _names(other.content)
    words += [name for name in _names(note.content) if name in names]
    return [word for word in dict.fromkeys(words) if word not in speakers]


def _names(text: str) -> list[str]:
    found = dict.fromkeys(name.lower() for name in NAME.findall(text))
    left_out = addressed(text) | STOP_WORDS | TIMES
    return [name for name in found if name not in left_out]


def _with(tags: Sequence[str], more: Sequence[str]) -> tuple[str, ...]:
    """Return `tags` with as many of `more` as there is room for; none is lost."""
    return tuple(dict.fromkeys([*tags, *more]))[: max(len(tags), TAGS_BY_RULE)]


def _cut(note: Note, length: int) -> Note:
    content = note.content
    return note if len(content) <= length else replace(note, content=content[:length] + CUT)
