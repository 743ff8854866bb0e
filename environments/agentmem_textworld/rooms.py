"""What the description of a room says: furniture, what is in and on it, exits, the floor.

Covers the templates of TextWorld's house grammar (`house_room.twg`): every way
to introduce furniture, to say a supporter is bare and to point at an exit.
Sentences that only chat are passed over.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from functools import lru_cache

from agentmem.events import Fact
from agentmem_textworld.naming import DIRECTIONS, name, openness, placed

_SENTENCE = re.compile(r"(?<=[.!?])\s+|\n+")
_WHERE = r"(?:here|in the room|nearby|close by|in the corner|right there by you)"
_COMPASS = "|".join(sorted(DIRECTIONS, key=len, reverse=True))
_WAYS = rf"(?:{_COMPASS})(?:(?:, and |, | and )(?:{_COMPASS}))*"
_SEE = r"(?<!time )you (?:can )?(?:even )?(?:see|make out)"

_LIES = re.compile(r"there (?:is|are) (.+) on the floor\W*$")
_DOOR = re.compile(rf"there (?:is|are) (?:an? )?(open|closed|locked) (.+) leading ({_COMPASS})\b")
_NEARBY_DOOR = re.compile(rf"nearby (?:an? |the )?(.+) leads ({_COMPASS})\b")
_EXIT = re.compile(
    r"(?:exits?(?: unblocked| unguarded)?(?: lies?)? to the|(?:try|trying) going|why not (?:try )?go|can (?:also )?go"
    rf"|if you go|leave by the) ({_WAYS})\b",
)
_HOLDS = re.compile(r"(?:the (.{1,80}?)|it) contains (.+?)\W*$")
_IN = re.compile(rf"in (?:the (.{{1,80}}?)|it),? (?:{_SEE}|is|are) (.+?)\W*$")
_ON = re.compile(rf"on the (.{{1,80}}?),? (?:{_SEE}|is|are) (.+?)\W*$")
_SEEN_ON = re.compile(rf"{_SEE} ((?:an?|some) .+) on the (.{{1,80}}?)(?:, so .*)?\W*$")
_HOLLOW = re.compile(r"(?:the (.+) is )?empty(?:, what a .*)?\W*$")
_BARE = re.compile(
    r"isn't a thing on it|(?:but )?the thing (?:is empty|hasn't got anything)|nothing on this piece of"
    r"|taken everything off it|like an empty .*, has nothing on it|appears to be empty",
)
_STANDS = re.compile(rf"^(?:oh well )?an? (locked|open|opened|closed) (.+?)(?:, which looks .+,)? is {_WHERE}\W*$")
_INTRODUCED = re.compile(
    rf"(?:{_SEE}|(?:looks like|over there,|by the wall,|it is!) it's"
    r"|you scan the room, seeing|smell, and follow it to|and you find|see anything other than|it's just|here's"
    r"|look over there[,!]|fall onto|stand up, you notice|opens up to reveal|can suddenly see)"
    r" an? (?!gleam over)(?:(locked|open|opened|closed) )?(.+?)"
    rf"(?:, which looks .+?,)?(?: {_WHERE})?(?:, so .*)?\W*$",
)
_GROUP = re.compile(rf"(?:{_SEE}|drawn to) (?:two|several) (\w+?)s, (.+?)(?:,? {_WHERE})?(?:, so .*)?\W*$")
_LOOKING = re.compile(r"^.{1,40}? looking (?=\S)")
_LONGEST = 1000
"""Characters of the longest sentence read; TextWorld writes none so long, and so reading stays linear."""
_CONTINUES = re.compile(r"(?:look over there!|it is!)$")


class Scene:
    """A room being read: the furniture met so far gives "it" and "the stand" their meaning."""

    def __init__(self, place: str) -> None:
        self.place = place
        self.furniture: list[str] = []
        self.facts: list[Fact] = []

    def introduce(self, furniture: str, state: str | None) -> None:
        """Add a piece of furniture, with its openness where told."""
        furniture = name(_LOOKING.sub("", furniture))
        self.furniture.append(furniture)
        self.facts.append(Fact(subject=furniture, relation="is in", object=self.place, slot="place"))
        if state:
            self.facts.append(openness(furniture, state.lower()))

    def meant(self, furniture: str | None) -> str:
        """Return the full name of the furniture that "it", or a noun alone, stands for."""
        if furniture is None:
            return self.furniture[-1] if self.furniture else self.place
        wanted = name(furniture)
        if wanted in self.furniture:
            return wanted
        if self.furniture and wanted.endswith(" " + self.furniture[-1]):
            self._rename(wanted)
            return wanted
        return next((known for known in reversed(self.furniture) if known.endswith(" " + wanted)), wanted)

    def known(self, furniture: str | None) -> str:
        """Return the full name of furniture that is spoken of, which must then be here if nothing introduced it."""
        full = self.meant(furniture)
        if full not in (self.place, *self.furniture):
            self.introduce(full, None)
        return full

    def _rename(self, full: str) -> None:
        """Correct the last furniture, introduced by its noun, once its full name is told."""
        noun = self.furniture[-1]
        self.furniture[-1] = full
        self.facts = [f.model_copy(update={"subject": full}) if f.subject == noun else f for f in self.facts]


def read_room(text: str, place: str) -> list[Fact]:
    """Return what the description of `place` says, in its order."""
    scene = Scene(place)
    for sentence in sentences(text):
        told = _recognise(sentence)
        if told:
            learn, found = told
            learn(scene, found)
    return scene.facts


def sentences(text: str) -> Iterator[str]:
    """Give the sentences in lower case; those that TextWorld splits by an exclamation are joined again."""
    held = ""
    for part in _SENTENCE.split(text.lower()):
        sentence = f"{held} {part}" if held else part
        if _CONTINUES.search(part):
            held = sentence
            continue
        held = ""
        if 0 < len(sentence) <= _LONGEST:
            yield sentence


def _learn_floor(scene: Scene, found: re.Match[str]) -> None:
    scene.facts.extend(placed(found[1], "lies in", scene.place))


def _learn_exits(scene: Scene, found: re.Match[str]) -> None:
    ways = re.findall(_COMPASS, found[1].lower())
    scene.facts.extend(Fact(subject=scene.place, relation="has exit", object=way) for way in ways)


def _learn_door(scene: Scene, found: re.Match[str]) -> None:
    _add_door(scene, found[2], found[3])
    scene.facts.append(openness(name(found[2]), found[1].lower()))


def _learn_nearby_door(scene: Scene, found: re.Match[str]) -> None:
    _add_door(scene, found[1], found[2])


def _add_door(scene: Scene, door: str, way: str) -> None:
    scene.facts.append(Fact(subject=scene.place, relation="has exit", object=way.lower()))
    scene.facts.append(Fact(subject=name(door), relation=f"leads {way.lower()} from", object=scene.place))


def _learn_contents(scene: Scene, found: re.Match[str]) -> None:
    container = scene.known(found[1])
    scene.facts.append(openness(container, "open"))
    scene.facts.extend(placed(found[2], "is in", container))


def _learn_top(scene: Scene, found: re.Match[str]) -> None:
    _add_top(scene, scene.known(found[1]), found[2])


def _learn_seen_top(scene: Scene, found: re.Match[str]) -> None:
    _add_top(scene, scene.known(found[2]), found[1])


def _add_top(scene: Scene, supporter: str, things: str) -> None:
    scene.facts.append(Fact(subject=supporter, relation="is a", object="supporter"))
    scene.facts.extend(placed(things, "is on", supporter))


def _learn_bare(scene: Scene, _: re.Match[str]) -> None:
    if scene.furniture:
        scene.facts.append(Fact(subject=scene.furniture[-1], relation="is a", object="supporter"))


def _learn_hollow(scene: Scene, found: re.Match[str]) -> None:
    scene.facts.append(openness(scene.meant(found[1]), "open"))


def _learn_furniture(scene: Scene, found: re.Match[str]) -> None:
    scene.introduce(found[2], found[1])


def _learn_group(scene: Scene, found: re.Match[str]) -> None:
    for member in re.split(r",? and |, ", found[2]):
        words = name(member)
        scene.introduce(f"{words.removesuffix(' one')} {found[1]}" if words.endswith(" one") else words, None)


_Reader = Callable[[Scene, re.Match[str]], None]
_READERS: tuple[tuple[Callable[[str], re.Match[str] | None], _Reader], ...] = (
    (_LIES.match, _learn_floor),
    (_DOOR.match, _learn_door),
    (_NEARBY_DOOR.match, _learn_nearby_door),
    (_EXIT.search, _learn_exits),
    (_HOLDS.match, _learn_contents),
    (_BARE.search, _learn_bare),
    (_HOLLOW.match, _learn_hollow),
    (_STANDS.match, _learn_furniture),
    (_SEEN_ON.match, _learn_seen_top),
    (_ON.match, _learn_top),
    (_IN.match, _learn_contents),
    (_INTRODUCED.search, _learn_furniture),
    (_GROUP.search, _learn_group),
)


@lru_cache(maxsize=4096)
def _recognise(sentence: str) -> tuple[_Reader, re.Match[str]] | None:
    """Return what a sentence is, if it tells anything; kept, as rooms are described again and again."""
    for look, learn in _READERS:
        if found := look(sentence):
            return learn, found
    return None
