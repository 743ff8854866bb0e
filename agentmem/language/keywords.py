"""The words of a text that say what it is about, found without a model."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Collection, Iterable
from itertools import groupby

WORD = re.compile(r"[^\W_]+(?:['\N{RIGHT SINGLE QUOTATION MARK}-][^\W_]+)*")
_STOP_WORDS = """\
a about above after again against ago all also although always am an and any anyone anything are aren't around as at
away back be because been before being below between both but by can can't cannot could couldn't did didn't do does
doesn't doing don't done down during each else even ever every everyone everything few for from further get gets
getting go goes going gonna got had hadn't has hasn't have haven't having he he'd he'll he's her here here's hers
herself hey hi him himself his how how's however i i'd i'll i'm i've if in into is isn't it it'll it's its itself
just kind know let let's like lot lots made make many may maybe me might mine more most much must my myself need
never no nor not nothing now of off oh ok okay on once one ones only onto or other others our ours ourselves out
over own perhaps please quite rather really right said same say says see she she'd she'll she's should shouldn't
since so some someone something sometimes soon still such sure take than thank thanks that that's the their theirs
them themselves then there there's these they they'd they'll they're they've thing things think this those though
through to too towards under until up upon us very want was wasn't way we we'd we'll we're we've well went were
weren't what what's when when's where where's whether which while who who's whom whose why will with within without
won't would wouldn't wow yeah yep yes yet you you'd you'll you're you've your yours yourself yourselves
"""
STOP_WORDS = frozenset(_STOP_WORDS.split())
"""Words that are in every text and tell none from another."""
_TIMES = """\
today tomorrow tonight yesterday morning afternoon evening night day days week weeks weekend month months year years
monday tuesday wednesday thursday friday saturday sunday january february march april june july august september
october november december am pm o'clock last next recently lately
"""
TIMES = frozenset(_TIMES.split())
"""Words of time: what a text says of when is no subject of it."""
LONGEST_TEXT = 20_000
"""Characters of a text that are looked at for keywords."""


def words_in(text: str) -> list[str]:
    """Return the words of `text` in order, lower case, with inner apostrophes and hyphens.

    >>> words_in("Mia's well-kept boat; it isn't hers.")
    ["mia's", 'well-kept', 'boat', 'it', "isn't", 'hers']
    """
    return WORD.findall(text.lower().replace("\N{RIGHT SINGLE QUOTATION MARK}", "'"))


def content_words(text: str) -> list[str]:
    """Return the words of `text` that are no stop words, in order.

    >>> content_words("Where is the key that I found in the cellar?")
    ['key', 'found', 'cellar']
    """
    return [word for word in words_in(text) if word not in STOP_WORDS]


def keywords(text: str, count: int, *, leave_out: Collection[str] = ()) -> list[str]:
    """Return up to `count` words that say what `text` is about, the most telling first.

    RAKE's word scores (Rose et al. 2010): words that stand in long runs of
    content words, and those said often. Times and numbers are no keywords.

    Args:
        text: What is read; only its first 20,000 characters.
        count: The most words.
        leave_out: Words not wanted, lower case: names of speakers.

    >>> keywords("I adopted a rescue dog. The rescue dog loves the city park!", 3)
    ['rescue', 'dog', 'loves']
    """
    unwanted = STOP_WORDS | TIMES | frozenset(leave_out)
    frequency: Counter[str] = Counter()
    degree: Counter[str] = Counter()
    for run in _runs(text[:LONGEST_TEXT], unwanted):
        frequency.update(run)
        degree.update(dict.fromkeys(run, len(run)))
    first = {word: place for place, word in enumerate(frequency)}
    ranked = sorted(frequency, key=lambda word: (-degree[word], first[word]))
    return ranked[:count]


def _runs(text: str, unwanted: Collection[str]) -> Iterable[list[str]]:
    """Yield the runs of wanted words between unwanted ones and the ends of clauses."""
    for clause in re.split(r"[.,;:!?()\n]+", text):
        for wanted, run in groupby(words_in(clause), key=lambda word: _is_wanted(word, unwanted)):
            if wanted:
                yield list(run)


def _is_wanted(word: str, unwanted: Collection[str]) -> bool:
    return len(word) > 1 and word not in unwanted and not any(letter.isdigit() for letter in word)
