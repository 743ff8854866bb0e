"""Thinking: from an event to the thoughts it leaves behind.

TiM (Liu et al., 2023), section 3.3: a thought is a relation triple (head,
relation, tail), told as one sentence. The paper draws them with a model, or by
open information extraction; here facts come from the host's task `facts`, and
what people say beyond those from the extraction below (`say`).
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from hashlib import blake2b

from agentmem.events import Event, Fact
from agentmem.graph.contract import Node
from agentmem.language.facts import HERE, Reading, normal, settled, slot_in
from agentmem.language.keywords import TIMES, content_words
from agentmem.language.places import set_in_place
from agentmem.language.sentences import sentences

SAYS = "says"
"""The relation of a sentence that has no triple of its own: its head is who says it."""
LONGEST_TEXT = 1000
LONGEST_NAME = 200
"""Characters of a thought, and of its head, relation or tail."""
LEFT_OVER = 2
"""A sentence with this many telling words that no fact holds is a thought of its own."""
LONGEST_LASTING = 4
"""Words of a tail that can be told beside others."""
LONGEST_READ = 20_000
"""Characters of a text that are looked at."""
LONGEST_SUBJECT = 5
"""Words before the verb; with more it is no name."""
_SPOKEN = re.compile(
    r"\A(?:(?:absolutely|actually|also|and|awesome|but|cool|definitely|hey|hi|hmm+|just|no|oh|ok(?:ay)?|really|so|sure|"
    r"thank you|thanks|totally|well|woah|wow|yeah|yep|yes|yup)\b[ ,!-]*)+",
    re.IGNORECASE,
)
"""What a spoken sentence may begin with before it says anything."""
_CALLED = re.compile(r"^[A-Z]\w+, |, [A-Z]\w+(?=[.! ]*$)")
"""Someone spoken to by name."""
_LONG_FORMS = (
    ("\N{RIGHT SINGLE QUOTATION MARK}", "'"), ('"', ""), ("can't", "can not"), ("Can't", "can not"),
    ("won't", "will not"), ("n't", " not"), ("I'm", "I am"), ("I'd", "I would"), ("'ve", " have"), ("'ll", " will"),
    ("'re", " are"),
    ("gonna", "going to"), ("Gonna", "going to"), ("it's", "it is"), ("It's", "it is"),
)  # fmt: skip


def _words(text: str) -> frozenset[str]:
    return frozenset(text.split())


_COURTESY = _words(
    "absolutely agree amazing awesome best bye cheers congrats congratulations cool definitely fantastic glad good "
    "goodbye great happy hear hello lovely luck nice proud sorry sound sounds super sweet talk thank thanks time "
    "totally welcome wishes wishing wonderful wow"
)
"""Words of greeting and praise: a sentence of nothing else leaves no thought."""
_AUXILIARIES = _words(
    "am is are was were be been being have has had do does did will would can could may might must shall should"
)
_BETWEEN = _words(
    "absolutely actually already also always currently definitely even finally just now often probably really "
    "recently so still totally usually"
)
_PRESENT = _words(
    "adopt aim apply appreciate ask attend bake believe bring build buy call care come cook create dream drive eat "
    "enjoy feel find fly get give go grow hang hate help hike hope join keep know learn like listen live look lose "
    "love make meet miss move need own paint plan play practice prefer read rely remember reply ride run say see sell "
    "send sing sit sleep speak spend start study support swim take talk teach tell think travel try use visit "
    "volunteer walk want watch wish work write"
)
_PAST = _words(
    "ate became began bought brought built came caught chose did drank drew drove fell felt flew forgot found gave got "
    "grew had heard held hung kept knew learnt led left lost made met paid ran said sang sat saw sent sold spent spoke "
    "stood swam taught thought told took was went were won wore wrote"
)
_PARTICLES = _words("about as at for from in into of on out over to up with")
_DETERMINERS = _words("a an any every his her its my no our some that the their this your")
_DENIALS = frozenset(("not", "never"))
_IRREGULAR = {"am": "is", "have": "has", "do": "does", "go": "goes"}
_OWN = re.compile(r"(?:I|We|Our|My|we|our|my)\b")
_NAMES = re.compile(r"(?<=[a-z,] )(?!I\b)[A-Z]|\d")
"""Names and numbers inside a sentence."""
_POINTERS = _words(
    "after anything because before by everyone everything he her here him his how if it its nothing one our she since "
    "something that their them there these they this those us we what when where which while who why you your"
)
"""Heads that point elsewhere: what is said of them is kept as what someone says."""


@dataclass(frozen=True)
class Thought:
    """One thought.

    Attributes:
        fact: Its triple: head, relation and tail are `subject`, `relation` and `object`.
        text: The sentence.
        stated: Whether the triple was read by the task `facts`; else the sentence is what counts.
        of_world: Whether it is about the world an agent acts in, rather than said by someone.
    """

    fact: Fact
    text: str
    stated: bool = True
    of_world: bool = False

    @property
    def key(self) -> str:
        """What tells its triple from every other, short whatever the names."""
        return key_of(self.fact.subject, self.fact.relation, self.fact.object)


def thought_in(node: Node) -> Thought:
    """Return the thought a node stands for."""
    props = node.props
    slot = props.get("slot")
    fact = Fact(
        subject=str(props["head"]),
        relation=str(props["relation"]),
        object=str(props["tail"]),
        slot=None if slot is None else str(slot),
    )
    return Thought(fact, node.text, stated=bool(props["stated"]), of_world=bool(props["of_world"]))


def key_of(*names: str) -> str:
    """Return a short key for names.

    >>> len(key_of("ann", "loves", "jazz"))
    24
    """
    return blake2b("\n".join(names).encode("utf-8", "replace"), digest_size=12).hexdigest()


def is_lasting(fact: Fact) -> bool:
    """Return whether a triple is short and says what is so rather than what happened: it can be told beside others.

    >>> is_lasting(Fact(subject="ann", relation="loves", object="jazz"))
    True
    >>> is_lasting(Fact(subject="ann", relation="went to", object="paris"))
    False
    """
    verb, tail = fact.relation.split()[0], fact.object.split()
    if fact.slot is not None or verb in (SAYS, "was") or not verb.endswith("s"):
        return False
    return len(tail) <= LONGEST_LASTING and (_POINTERS | TIMES).isdisjoint(tail)


def think(event: Event, reading: Reading, *, before: str | None, most: int) -> tuple[list[Thought], str | None]:
    """Return the thoughts of `event`, at most `most`, each triple once, and the place it is set in.

    Every fact is a thought. In a conversation, so is each sentence that says more
    than the facts hold; what an environment shows is left to its grammar, unless
    that reads nothing. Where a slot is filled twice, the last one counts.

    Args:
        event: What happened.
        reading: What the task `facts` read in it.
        before: The place the event before was set in.
        most: Thoughts wanted; the first ones.
    """
    facts, place = set_in_place(reading, before=before)
    of_world = _who(event) is None
    stated = [_stated(event, fact) for fact in settled(filter(None, map(_normal, facts[: 2 * most])))]
    said = [] if stated and of_world else _said(event, facts, most)
    thoughts = {thought.key: thought for thought in [*stated, *said]}
    return list(thoughts.values())[:most], place


def left_out(reading: Reading, *, place: str | None, most: int) -> int:
    """Return how many facts `think` cannot use: of a "here" without a name, without names, or too many or too long."""
    said = [fact for fact in reading.facts[: 2 * most] if place or HERE not in (fact.subject, fact.object)]
    return len(reading.facts) - sum(_normal(fact) is not None for fact in said)


def _who(event: Event) -> str | None:
    """Return who says it; None where it is what an agent sees of its world."""
    if event.action is not None:
        return None
    return event.speaker or (None if event.role == "environment" else event.role)


def _stated(event: Event, fact: Fact) -> Thought:
    sentence = f"{fact.subject} {fact.relation} {fact.object}"
    return Thought(fact, _told(event, sentence), of_world=_who(event) is None)


def _said(event: Event, facts: Iterable[Fact], most: int) -> list[Thought]:
    """Return a thought for each sentence that says more than `facts`."""
    held = {word for fact in facts for word in content_words(fact.text)}
    who = (event.speaker or event.role).strip()
    thoughts: list[Thought] = []
    for sentence in sentences(event.text[:LONGEST_READ]):
        triple = say(sentence, who, held=held)
        if triple is not None:
            thoughts.append(Thought(triple, _told(event, sentence), stated=False, of_world=_who(event) is None))
        if len(thoughts) == most:
            break
    return thoughts


def _told(event: Event, sentence: str) -> str:
    """Return the sentence with who said it, and when; of the world, as it is."""
    plain = _printable(sentence)[:LONGEST_TEXT]
    return plain if _who(event) is None else event.model_copy(update={"text": plain}).dated


def say(sentence: str, who: str, *, held: Iterable[str] = ()) -> Fact | None:
    """Return the triple of a sentence that `who` said, or None if it tells nothing.

    Open information extraction by one clause: what stands before the first verb,
    the verb with what belongs to it, and the rest. "I" is the speaker. Questions,
    greetings and praise tell nothing; of what has no such triple, the head is who says it.

    Args:
        sentence: One sentence.
        who: The speaker's name.
        held: Words that are known from elsewhere (facts): a sentence of little else tells nothing.

    >>> said = ("Yeah, I went to a support group!", "My kids are excited about the break.", "It was moving and loud.")
    >>> [triple.text for sentence in said if (triple := say(sentence, "Ann"))]
    ['ann, went to, support group', "ann's kids, are excited about, break", 'ann, says, it was moving and loud']
    >>> say("How was it?", "Ann"), say("Thanks, Mel!", "Ann")
    (None, None)
    """
    plain = _CALLED.sub("", _SPOKEN.sub("", _CALLED.sub("", _printable(sentence)), count=1)).strip(" .,!;:-\u2013")
    for short, full in _LONG_FORMS:
        plain = plain.replace(short, full)
    if plain.endswith(("?", "\N{FULLWIDTH QUESTION MARK}")) or not _tells(plain, frozenset(held)):
        return None
    words, who = plain.split(), who.lower()
    head, relation, tail = _clause(words, who) or (who, SAYS, plain)
    return _normal(Fact(subject=head, relation=relation, object=tail[:LONGEST_NAME]))


def _tells(sentence: str, held: frozenset[str]) -> bool:
    """Return whether a sentence says something of itself, beyond greeting, praise and what is held."""
    words = content_words(sentence)
    telling = [word for word in words if word not in _COURTESY and word not in held]
    weight = sum(1 if word.isascii() or len(word) < LONGEST_SUBJECT else 2 for word in telling)
    is_own = _OWN.match(sentence) or _NAMES.search(sentence)
    return weight >= (1 if is_own and held.isdisjoint(words) else LEFT_OVER)


def _clause(words: list[str], who: str) -> tuple[str, str, str] | None:
    """Return head, relation and tail of a sentence, if its first clause has them."""
    at = next((n for n in range(len(words)) if _is_verb(words, n)), len(words))
    head = _head(words[:at], who)
    if head is None or at == len(words):
        return None
    end = at
    while end < len(words) and (_is_verbal(_word(words, end)) or (end > at and _is_inflected(_word(words, end)))):
        end += 1
    end = max(end, at + 1)
    if end < len(words) - 1 and _word(words, end) in _PARTICLES:
        end += 1
    relation = _relation([_word(words, n) for n in range(at, end)], is_speaker=head == who)
    tail = " ".join(words[end:])
    return (head, relation, tail) if relation and tail else None


def _is_verb(words: list[str], at: int) -> bool:
    """Return whether the word at this place is the first verb, given that none before it is."""
    word, before = _word(words, at), [_word(words, n) for n in range(at)]
    if word in _AUXILIARIES:
        return at > 0
    if before[:1] == ["i"] and all(map(_is_between, before[1:])):
        return word.isalpha() and not _is_between(word)
    if at == 0:
        return _is_inflected(word) and not _opens_subject(words)
    is_told = word in _PAST or word.endswith("ed") or (word.endswith("s") and word[:-1] in _PRESENT)
    return is_told and before[-1] not in _DETERMINERS


def _opens_subject(words: list[str]) -> bool:
    """Return whether a sentence begins with a doing it then says something of: "Painting is fun"."""
    soon = {_word(words, at) for at in range(1, min(len(words), LONGEST_SUBJECT + 1))}
    return words[0].endswith("ing") and not soon.isdisjoint(("is", "was", "looks", "sounds", "makes"))


def _is_inflected(word: str) -> bool:
    if word in _PAST or word in _PRESENT:
        return True
    return len(word) > 4 and word.endswith(("ed", "ing")) and word not in _POINTERS


def _is_between(word: str) -> bool:
    return word in _BETWEEN or (word.endswith("ly") and word not in _PRESENT)


def _is_verbal(word: str) -> bool:
    return word in _AUXILIARIES or word in _DENIALS or _is_between(word)


def _word(words: list[str], at: int) -> str:
    return words[at].lower().strip(".,!;:\"'()")


def _head(subject: list[str], who: str) -> str | None:
    """Return who or what a sentence is about, if that is a name; no subject at all is the speaker."""
    while len(subject) > 1 and subject[-1].lower() in _BETWEEN:
        subject = subject[:-1]
    first = subject[0].lower() if subject else "i"
    if first == "i":
        return who if all(_is_between(word.lower()) for word in subject[1:]) else None
    is_name = (_POINTERS | TIMES).isdisjoint(word.lower() for word in subject)
    if not is_name or any(word.endswith((",", ":", "-")) for word in subject) or len(subject) > LONGEST_SUBJECT:
        return None
    return f"{who}'s {' '.join(subject[1:])}" if first == "my" and len(subject) > 1 else " ".join(subject)


def _relation(words: list[str], *, is_speaker: bool) -> str:
    """Return a relation in one form: of the speaker in the third person, denied with "not" in front."""
    denied = not _DENIALS.isdisjoint(words)
    kept = [word for word in words if word not in _DENIALS and not _is_between(word)]
    if denied:
        kept = [word for word in kept if word not in ("do", "does", "did")]
    if is_speaker and kept:
        kept[0] = _third_person(kept[0])
    return " ".join(["not", *kept] if denied else kept)


def _third_person(verb: str) -> str:
    """Return a verb as it is said of someone else, if it is a known one in the present.

    >>> [_third_person(verb) for verb in ("have", "try", "play", "teach", "went")]
    ['has', 'tries', 'plays', 'teaches', 'went']
    """
    if verb in _IRREGULAR or verb not in _PRESENT:
        return _IRREGULAR.get(verb, verb)
    if verb.endswith("y") and verb[-2] not in "aeou":
        return f"{verb[:-1]}ies"
    return f"{verb}es" if verb.endswith(("s", "sh", "ch")) else f"{verb}s"


def _normal(fact: Fact) -> Fact | None:
    """Return a fact with its names in one form; None where one is missing or is a story."""
    names = [normal(name) for name in (fact.subject, fact.relation, fact.object)]
    if not all(0 < len(name) <= LONGEST_NAME for name in names):
        return None
    return Fact(subject=names[0], relation=names[1], object=names[2], slot=slot_in(fact.slot))


def _printable(text: str) -> str:
    """Return a text in single spaces, without control characters."""
    shown = text if text.isprintable() else "".join(c if c.isprintable() else " " for c in text)
    return " ".join(shown.split())
