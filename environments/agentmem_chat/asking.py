"""What a question asks: of whom, and what about; and how much of it a passage tells. By words, with no model."""

from __future__ import annotations

import re
from dataclasses import dataclass

from agentmem.language.keywords import STOP_WORDS, words_in

ASKS = re.compile(
    r"^(?:and |but |so |ok(?:ay)?,? |please,? )*(?:(?:who|whom|whose|what|which|where|when|why|how)\b"
    r"|(?:do|does|did|is|are|am|was|were|can|could|will|would|should|has|have|had) (?:i|you|he|she|it|we|they|my|\w+) "
    r"|(?:tell|remind|show) (?:me|us)\b|do you (?:know|remember)\b)",
    re.IGNORECASE,
)
_ASKING = "who what which where when why how do does did is are am was were i you me my your a the"
ASKING = frozenset(_ASKING.split())
"""Words left out of a question that has no others which tell."""
OWN = frozenset(["i", "i'm", "i've", "i'd", "i'll", "me", "my", "mine", "myself", "we", "we're", "our", "ours", "us"])
"""Words by which people speak of themselves."""
NAME = re.compile(r"(?<=[\w,;] )[A-Z][^\W\d_]+")
"""A word with a capital that begins no sentence."""
KIN = (
    frozenset({"liv", "mov", "home", "resid", "town", "city", "settl"}),
    frozenset({"work", "job", "profession", "earn", "career"}),
)
"""Beginnings of words that ask for, or tell, the same thing."""


def is_question(text: str) -> bool:
    """Return whether a message asks something.

    >>> is_question("Where does Mia live?"), is_question("remind me of her name"), is_question("Mia lives in Oslo.")
    (True, True, False)
    """
    said = text.strip()
    return said.endswith("?") or bool(ASKS.match(said))


@dataclass(frozen=True)
class Asked:
    """A question.

    Attributes:
        names: Whom it is about, by the beginnings of their names; a passage that names none of them does not answer.
        words: The beginnings of the other words that say what it is about.
        is_own: Whether it is about the asker.
    """

    names: frozenset[str]
    words: frozenset[str]
    is_own: bool

    def told_by(self, text: str, *, said: str | None = None) -> float:
        """Return the share of the question that a passage tells, in [0, 1]; 0 if it is about somebody else.

        Args:
            text: The passage, with who said it.
            said: What they said, where that is known; else who speaks of themselves in it is not.

        >>> question = asked("Where does Mia live?")
        >>> [question.told_by(text) for text in ("Mia moved to Oslo.", "Mia sings.", "Nils lives in Oslo.")]
        [1.0, 0.0, 0.0]
        """
        told = frozenset(map(_stem, words_in(text)))
        named = sum(_is_told(name, told) for name in self.names)
        shared = sum(_is_told(word, told) for word in self.words)
        is_others = self.is_own and not self.names and said is not None and not OWN.intersection(words_in(said))
        if is_others or (self.names and not named) or (self.words and not shared):
            return 0.0
        return (named + shared) / (len(self.names) + len(self.words))


def asked(question: str) -> Asked:
    """Return what a question asks.

    >>> sorted(asked("Which pet does my sister Mia keep?").words)
    ['keep', 'pet', 'sister']
    """
    words = words_in(question)
    names = frozenset(_stem(name.lower()) for name in NAME.findall(question) if name.lower() not in STOP_WORDS)
    telling = [word for word in words if word not in STOP_WORDS] or [word for word in words if word not in ASKING]
    return Asked(names, frozenset(map(_stem, telling)) - names, bool(OWN.intersection(words)))


def _stem(word: str) -> str:
    """Return the beginning that the forms of a word share.

    >>> [_stem(word) for word in ("lives", "live", "lived", "living", "Mia's", "pets")]
    ['liv', 'liv', 'liv', 'liv', 'Mia', 'pet']
    """
    word = word.removesuffix("'s")
    for ending in ("s", "ing", "ed", "e"):
        word = word.removesuffix(ending) if len(word) > len(ending) + 2 else word
    return word


def _is_told(word: str, told: frozenset[str]) -> bool:
    kin = next((group for group in KIN if word in group), frozenset({word}))
    return bool(kin & told) or any(_is_form(word, other) for other in told)


def _is_form(word: str, other: str) -> bool:
    short = min(len(word), len(other))
    return short >= 4 and word[: max(4, short - 1)] == other[: max(4, short - 1)]
