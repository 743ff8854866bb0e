"""What the answer to a command says: what was done, and what cannot be done.

A failed attempt is a fact as well, so that whoever remembers it does not try
again. The sentences are those of TextWorld's Inform 7 library and of its
cooking rules.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator

from agentmem.events import Fact
from agentmem.language.facts import HERE
from agentmem_textworld.naming import bare, openness, placed, states
from agentmem_textworld.verbs import Command

Answer = Callable[[re.Match[str], Command], Iterator[Fact]]

_DONE = {"slice": "sliced", "dice": "diced", "chop": "chopped"}
_THING = r"(.{1,80}?)"


def read_outcome(text: str, command: Command) -> list[Fact] | None:
    """Return what the answer to `command` says, or None where no sentence of TextWorld's is known in it."""
    facts: list[Fact] = []
    known = False
    for line in text.splitlines():
        for pattern, tell in _ANSWERS:
            found = pattern.match(line)
            if found:
                known = True
                facts.extend(tell(found, command))
                break
    return [*facts, *_by_shorter_name(facts, command)] if known else None


def _by_shorter_name(facts: list[Fact], command: Command) -> Iterator[Fact]:
    """Give the facts again for a thing that the command named by its noun alone, as the room did.

    An "old rusty safe" may be described as a safe; only the answer names it in full.
    """
    ending = f" {command.thing}" if command.thing else None
    for fact in facts:
        if ending and fact.slot == "openness" and fact.subject.endswith(ending):
            yield fact.model_copy(update={"subject": command.thing})
        elif ending and fact.relation == "unlocks" and fact.object.endswith(ending):
            yield fact.model_copy(update={"object": command.thing})


def is_refusal(text: str) -> bool:
    """Return whether an answer says no more than that the command makes no sense here."""
    return bool(_REFUSAL.match(text.strip()))


def failed(command: Command) -> Fact:
    """Return that a command did nothing in the place where it was tried."""
    return Fact(subject=command.text, relation="failed in", object=HERE)


def _taken(found: re.Match[str], _: Command) -> Iterator[Fact]:
    thing, words = bare(found[1])
    yield _in_inventory(thing)
    yield from states(thing, words)


def _dropped(found: re.Match[str], _: Command) -> Iterator[Fact]:
    yield Fact(subject=bare(found[1])[0], relation="lies in", object=HERE, slot="place")
    yield _hands("free")


def _put(found: re.Match[str], _: Command) -> Iterator[Fact]:
    relation = "is on" if found[2].startswith("on") else "is in"
    holder = bare(found[3])[0]
    thing = bare(found[1])[0]
    yield Fact(subject=thing, relation=relation, object=holder, slot="place")
    yield Fact(subject=thing, relation="was once put on" if relation == "is on" else "was once put in", object=holder)
    yield openness(holder, "open") if relation == "is in" else Fact(subject=holder, relation="is a", object="supporter")
    yield _hands("free")


def _opened(found: re.Match[str], _: Command) -> Iterator[Fact]:
    container = bare(found[1])[0]
    yield openness(container, "open")
    if found[2]:
        yield from placed(found[2], "is in", container)


def _closed(found: re.Match[str], _: Command) -> Iterator[Fact]:
    yield openness(bare(found[1])[0], "closed")


def _locked(found: re.Match[str], command: Command) -> Iterator[Fact]:
    state = "closed" if found[1].lower() == "unlock" else "locked"
    lock = bare(found[2])[0]
    yield openness(lock, state)
    if command.tool:
        yield Fact(subject=command.tool, relation="unlocks", object=lock)


def _consumed(found: re.Match[str], _: Command) -> Iterator[Fact]:
    yield Fact(subject=bare(found[1])[0], relation="is", object="consumed", slot="place")
    yield _hands("free")


def _cut(found: re.Match[str], _: Command) -> Iterator[Fact]:
    thing, words = bare(found[2])
    yield from states(thing, (*words, _DONE[found[1].lower()]))


def _cooked(found: re.Match[str], command: Command) -> Iterator[Fact]:
    thing = bare(found[2])[0]
    word = found[1].lower()
    yield from states(thing, (word,))
    if command.tool and word != "burned":
        yield Fact(subject=command.tool, relation="makes food", object=word)


def _prepared(_: re.Match[str], __: Command) -> Iterator[Fact]:
    yield _in_inventory("meal")
    yield Fact(subject="meal", relation="is", object="prepared")


def _no_exit(_: re.Match[str], command: Command) -> Iterator[Fact]:
    if command.heading:
        yield Fact(subject=HERE, relation="has no exit", object=command.heading)


def _needs_opening(found: re.Match[str], _: Command) -> Iterator[Fact]:
    yield openness(bare(found[1])[0], "closed")


def _needs_key(found: re.Match[str], _: Command) -> Iterator[Fact]:
    lock = bare(found[1])[0]
    yield openness(lock, "locked")
    yield Fact(subject=bare(found[2])[0], relation="unlocks", object=lock)


def _welded(found: re.Match[str], _: Command) -> Iterator[Fact]:
    lock = bare(found[1])[0]
    yield openness(lock, "locked")
    yield Fact(subject=lock, relation="cannot be", object="opened")


def _misfit(_: re.Match[str], command: Command) -> Iterator[Fact]:
    if command.tool and command.thing:
        yield Fact(subject=command.tool, relation="does not fit", object=command.thing)


def _already(found: re.Match[str], command: Command) -> Iterator[Fact]:
    if command.thing:
        yield openness(command.thing, "closed" if found[1].lower() == "unlocked" else found[1].lower())


def _seems_locked(_: re.Match[str], command: Command) -> Iterator[Fact]:
    if command.thing:
        yield openness(command.thing, "locked")
        yield failed(command)


def _have_already(_: re.Match[str], command: Command) -> Iterator[Fact]:
    if command.thing:
        yield _in_inventory(command.thing)


def _cannot(found: re.Match[str], command: Command) -> Iterator[Fact]:
    if command.thing:
        done = {"open": "opened", "close": "closed", "lock": "locked", "unlock": "unlocked"}[found[1].lower()]
        yield Fact(subject=command.thing, relation="cannot be", object=done)


def _fixed(_: re.Match[str], command: Command) -> Iterator[Fact]:
    if command.thing:
        yield Fact(subject=command.thing, relation="cannot be", object="taken")


def _full(_: re.Match[str], __: Command) -> Iterator[Fact]:
    yield _hands("full")


def _already_cut(found: re.Match[str], command: Command) -> Iterator[Fact]:
    yield failed(command)
    yield from states(bare(found[1])[0], (found[2].lower(),))


def _only_there(found: re.Match[str], _: Command) -> Iterator[Fact]:
    yield Fact(subject="meal", relation="can be prepared in", object=bare(found[1])[0])


def _nothing_done(_: re.Match[str], command: Command) -> Iterator[Fact]:
    if command.text:
        yield failed(command)


def _in_inventory(thing: str) -> Fact:
    return Fact(subject=thing, relation="is in", object="inventory", slot="place")


def _hands(state: str) -> Fact:
    return Fact(subject="inventory", relation="is", object=state, slot="room")


_REFUSAL = re.compile(
    r"You can't see any such thing|That's not a verb I|I (?:didn't|only) underst|I beg your pardon|Which do you mean"
    r"|You need to take|You haven't got|Cutting something requires|Can only c|Cooking requires|You should cook"
    r"|You still miss something|Something still needs|What do you want to|You have to be more specific"
    r"|You (?:can't|cannot) (?!see inside)|But you aren't|You must supply|You seem to|There is nothing"
    r"|.{1,80}plainly inedible|.{1,80}has already been cut|.{1,80}can't contain things|.{1,80} isn't available"
    r"|You need to specify",
    re.IGNORECASE,
)
_ANSWERS: tuple[tuple[re.Pattern[str], Answer], ...] = tuple(
    (re.compile(pattern, re.IGNORECASE), tell)
    for pattern, tell in (
        (rf"You (?:take|pick up|remove|get|grab) (?!too many){_THING}(?: from .{{1,80}})?\.", _taken),
        (rf"You (?:drop|put down) {_THING}(?: on the (?:ground|floor))?\.", _dropped),
        (rf"You put {_THING} (on|onto|into|in|inside) {_THING}\.", _put),
        (rf"You open {_THING}(?:, revealing (.{{1,900}}))?\.", _opened),
        (rf"You close {_THING}\.", _closed),
        (rf"You (lock|unlock) {_THING}\.", _locked),
        (rf"You (?:eat|drink) {_THING}\.", _consumed),
        (rf"You (slice|dice|chop) {_THING}\.", _cut),
        (rf"You (fried|roasted|grilled|burned) {_THING}[.!]", _cooked),
        (r"Adding the meal to your inventory\.", _prepared),
        (r"You can't go that way|There is no door in that direction", _no_exit),
        (rf"You have to open {_THING} first\.", _needs_opening),
        (rf"You have to unlock {_THING} with {_THING} first\.", _needs_key),
        (rf"{_THING} is welded shut\.", _welded),
        (r".{1,80} (?:doesn't|don't|do not|does not) seem to fit the lock", _misfit),
        (r"(?:That's|It's|They're|.{1,80} (?:is|are)) already (open|closed|locked|unlocked)\b", _already),
        (r"(?:It|They|.{1,80}) seems? to be locked", _seems_locked),
        (r"You already have ", _have_already),
        (r".{1,80}n't (?:something|things?) you can (open|close|lock|unlock)\b", _cannot),
        (r".{1,80} (?:doesn't|don't) seem to be something you can (open|close|lock|unlock)\b", _cannot),
        (r"(?:That's|They're) not something you can (open|close|lock|unlock)\b", _cannot),
        (r".{1,80}(?:fixed in place|hardly portable)", _fixed),
        (r"You're carrying too many things already|You are carrying too many", _full),
        (rf"{_THING} is already (sliced|diced|chopped)", _already_cut),
        (r"Can only prepare meal in (?:the )?(?:-= )?(.{1,80}?)(?: =-)?\.", _only_there),
        (_REFUSAL.pattern, _nothing_done),
    )
)
