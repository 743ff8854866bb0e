"""A small general grammar for people's prose: what someone plainly says about themselves and those they know.

Open information extraction in the manner of ReVerb (Fader et al. 2011): a
subject, a verb from a short list, and what follows it up to the end of the
clause. It prefers saying nothing to saying what was not said: questions,
suppositions and pronouns other than "I" are left alone.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from agentmem.events import Fact
from agentmem.language.facts import Reading

LONGEST_SENTENCE = 400
LONGEST_OBJECT = 8
"""Words; what is longer is a story rather than a fact."""

NAME = r"[A-Z][\w-]+(?: (?:de |van |von )?[A-Z][\w-]+){0,2}"
KIN = (
    r"(?:best |old |new |older |younger |big |little )?(?:sister|brother|mother|father|mum|mom|dad|wife|husband|son|"
    r"daughter|partner|girlfriend|boyfriend|fiancée?|friend|boss|colleague|teacher|cousin|aunt|uncle|niece|nephew|"
    r"grandmother|grandfather|grandma|grandpa|neighbou?r|roommate|dog|cat|puppy|kitten|horse|parrot)"
)
SPEAKER = re.compile(rf"({NAME})(?: \([^)\n]{{1,60}}\))?: ")
SENTENCE = re.compile(r"[^.!?;\n]+[.!?;]?")
CLAUSE = re.compile(r",? (?:and|but) (?=I\b|my\b)")
KNOWN_BY_NAME = re.compile(
    rf"\b(?:[Mm]y|(?:have|got) an?) ({KIN})(?:,? (?:named|called)|'s name is| is called| is named|,)? ({NAME})"
)
OWN = re.compile(r"[Mm]y (name|age|job|hometown|birthday|hobby|favou?rite [a-z]+(?: [a-z]+)?) is (.+)")
STARTERS = """It He She They We You This That These Those There Here What Who Which When Where Why How If Everyone
Everybody Nobody Someone Somebody Something Everything Nothing All Some Many Most Maybe Perhaps Today Yesterday
Tomorrow Then Now Thanks Wow Yes No Oh Well And But So My Your His Her Our Their The An"""
NOT_A_NAME = frozenset(STARTERS.split())
LEAD_IN = (
    r"(?:(?:[Yy]es|[Yy]eah|[Nn]o|[Ww]ell|[Oo]h|[Hh]ey|[Hh]i|[Ss]o|[Aa]lso|[Aa]ctually|[Aa]nd|[Bb]ut|[Nn]ow|"
    r"[Yy]esterday|[Tt]oday|[Ll]ast \w+)[,!]? )*"
)
SUBJECT = rf"I|[Mm]y (?:{KIN},? )?{NAME},?|[Mm]y [a-z]+(?: [a-z]+)??|{NAME}"
ADVERB = r"(?: (?:also|really|always|still|just|now|recently|finally|usually|often|currently|absolutely))*"
SAID = re.compile(rf"{LEAD_IN}(?P<subject>{SUBJECT}){ADVERB} (?P<said>.+)")
OBJECT_ENDS = re.compile(
    r"[,:()\"]| (?:because|when|while|which|that|who|where|since|so|but|after|before|although|if|named|called"
    r"|and (?:I|it|we|he|she|they)|yesterday|today|tonight|tomorrow|now|again|too|(?:last|next|this) \w+"
    r"|\w+ (?:days?|weeks?|months?|years?) ago|on (?:Mon|Tues|Wednes|Thurs|Fri|Satur|Sun)day|any ?more|these days"
    r"|as well)\b"
)
POINTERS = "it this that these those them him her you us me your our how what to about like at"
UNRESOLVED = frozenset(POINTERS.split())
"""Words that point elsewhere, or were cut short: an object with them at its edge or in it says nothing by itself."""
ARTICLE = re.compile(r"(?:a|an|the|some|my) ")
SHORT_FORMS = (("I'm ", "I am "), ("I've ", "I have "), ("don't ", "do not "), ("doesn't ", "does not "))

LIKING = r"likes?|loves?|enjoys?|prefers?|hates?|dislikes?"
SLOTTED: tuple[tuple[re.Pattern[str], str, str | None], ...] = tuple(
    (re.compile(rf"(?:{pattern}) (?=\S)"), relation, slot)
    for pattern, relation, slot in (
        (r"lives? (?:in|at)", "lives in", "home"),
        (r"(?:has |have )?moved (?:back )?to", "moved to", "home"),
        (r"works? as", "works as", "job"),
        (r"works? (?:at|for)", "works at", "employer"),
        (r"(?:am|is) from", "is from", "origin"),
        (r"(?:am|is) (?:called|named)", "is called", "name"),
        (r"(?:am|is)(?= \d+ years? old)", "is", "age"),
        (r"(?:am|is)(?= (?:an?|the) )", "is", None),
        (r"(?:have|has)(?: got)?(?= (?:an?|the|one|two|three|four|five|six|no|\d+) )", "has", None),
    )
)
STATED = re.compile(
    r"(?:am|is) (?P<state>allergic to|afraid of|married to|engaged to|interested in|good at|vegetarian|vegan)\b ?"
    rf"|(?:do|does) not (?P<unliked>like|love|enjoy)\b ?|(?P<liked>{LIKING}) "
    r"|(?P<done>went to|visited|met|bought|saw|watched|joined|adopted|started|finished|won|painted|wrote|attended|"
    r"signed up for) |(?P<doing>plays?|speaks?|study|studies|wants?|needs?|owns?|teach(?:es)?|drives?|collects?) "
)


def read_prose(text: str, action: str | None = None) -> Reading:  # noqa: ARG001 - the task's inputs; chat has no actions
    """Return the facts a text of people's prose plainly states; none is a fine answer.

    "I" is the name at the start of the line ("Ann: I ..."), or `user`.

    >>> [fact.text for fact in read_prose("Ann: My sister Mia lives in Oslo, and I love jazz.").facts]
    ['ann, has sister, mia', 'mia, lives in, oslo', 'ann, loves, jazz']
    """
    speaker, facts = "user", dict[Fact, None]()
    for line in text.replace("\N{RIGHT SINGLE QUOTATION MARK}", "'").splitlines():
        named = SPEAKER.match(line)
        if named:
            speaker, line = named[1].lower(), line[named.end() :]  # noqa: PLW2901 - what is left to read
        for sentence in SENTENCE.findall(line):
            if len(sentence) <= LONGEST_SENTENCE and not sentence.endswith("?"):
                facts.update(dict.fromkeys(_facts(sentence.strip(" .!;"), speaker)))
    return Reading(facts=tuple(facts))


def _facts(sentence: str, speaker: str) -> Iterator[Fact]:
    for short, full in SHORT_FORMS:
        sentence = sentence.replace(short, full)
    for known in KNOWN_BY_NAME.finditer(sentence):
        yield Fact(subject=speaker, relation=f"has {known[1].lower()}", object=known[2].lower())
    for clause in CLAUSE.split(sentence):
        fact = _own(clause, speaker) or _said(clause, speaker)
        if fact is not None:
            yield fact


def _own(clause: str, speaker: str) -> Fact | None:
    """Return what "my name is ..." and the like say."""
    own = OWN.match(clause)
    if own is None:
        return None
    return _fact(speaker, "is called" if own[1] == "name" else f"has {own[1]}", own[2], slot=own[1])


def _said(clause: str, speaker: str) -> Fact | None:
    said = SAID.match(clause)
    subject = _subject(said["subject"].rstrip(","), speaker) if said else None
    return _stated(subject, said["said"], is_speaker=subject == speaker) if said and subject else None


def _subject(words: str, speaker: str) -> str | None:
    """Return who is spoken of: the speaker, someone by name, or someone of the speaker's."""
    if words == "I":
        return speaker
    if words.startswith(("My ", "my ")):
        name = re.search(rf" ({NAME})\Z", words)
        return name[1].lower() if name else f"{speaker}'s {words[3:]}"
    first = words.split(" ", 1)[0]
    return None if first in NOT_A_NAME or first.endswith("ing") else words.lower()


def _stated(subject: str, said: str, *, is_speaker: bool) -> Fact | None:
    for pattern, relation, slot in SLOTTED:
        found = pattern.match(said)
        if found:
            return _fact(subject, relation, said[found.end() :], slot=slot)
    found = STATED.match(said)
    if found is None:
        return None
    verb, rest = found[found.lastgroup or 0], said[found.end() :]
    if found.lastgroup in ("liked", "doing") and (_third_person(verb) == verb) is is_speaker:
        return None  # "I like" and "Ann likes", but "Sounds like": such a verb belongs to something else
    return _by_kind(subject, found.lastgroup or "", verb, rest)


def _by_kind(subject: str, kind: str, verb: str, rest: str) -> Fact | None:
    if kind == "state":
        return _fact(subject, f"is {verb}", rest) if rest else Fact(subject=subject, relation="is", object=verb)
    if kind == "done":
        return _fact(subject, verb, rest)
    if kind == "doing":
        return _fact(subject, _third_person(verb), rest)
    fact = _fact(subject, f"does not {verb}" if kind == "unliked" else _third_person(verb), rest)
    return fact and fact.model_copy(update={"slot": f"opinion of {fact.object}"})


def _fact(subject: str, relation: str, rest: str, *, slot: str | None = None) -> Fact | None:
    thing = ARTICLE.sub("", OBJECT_ENDS.split(rest, maxsplit=1)[0].strip(), count=1).lower()
    words = thing.split()
    told = words[1:-1] if words[:1] == ["to"] and len(words) > 1 else words  # "wants to travel" is told in full
    if not words or len(words) > LONGEST_OBJECT or not UNRESOLVED.isdisjoint((*told, words[-1])):
        return None
    return Fact(subject=subject, relation=relation, object=thing, slot=slot)


def _third_person(verb: str) -> str:
    """Return a listed verb as it is said of someone else.

    >>> _third_person("study"), _third_person("teach"), _third_person("likes")
    ('studies', 'teaches', 'likes')
    """
    if verb.endswith("s"):
        return verb
    return verb[:-1] + "ies" if verb == "study" else verb + ("es" if verb.endswith("ch") else "s")
