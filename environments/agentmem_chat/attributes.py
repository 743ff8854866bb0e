"""What a simulated user may say about somebody: attributes, their values, and the sentences about them.

In a sentence `{S}` and `{s}` are who it is about ("I", "Mia"), `{My}` and `{my}` whose it is ("My", "Mia's"),
`{v}` the ending of a verb, `{be}` and `{do}` these verbs. No value is part of another sentence here.
"""

from __future__ import annotations

from typing import NamedTuple


class Attribute(NamedTuple):
    """One thing that holds of a person, one value at a time.

    Attributes:
        values: At least 16, of which no two share a word.
        told: Sentences that tell it for the first time.
        changed: Sentences that tell a new value. None names the old one.
        undone: Sentences that take the new value back, and tell the old one again.
        asked: Questions about it.
    """

    values: tuple[str, ...]
    told: tuple[str, ...]
    changed: tuple[str, ...]
    undone: tuple[str, ...]
    asked: tuple[str, ...]


ATTRIBUTES = (
    Attribute(
        ("Oslo", "Lyon", "Porto", "Kyoto", "Quito", "Turin", "Galway", "Tallinn", "Nairobi", "Bergen", "Seville",
         "Hanoi", "Graz", "Malmo", "Cusco", "Perth"),
        ("{S} live{v} in {value}.", "{My} flat is in {value}; {s} live{v} there alone."),
        ("{S} moved last week, and live{v} in {value} now.", "The boxes are packed: {value} is where {s} live{v} now."),
        ("I was wrong about {my} move: {s} still live{v} in {value}.",),
        ("Where {do} {s} live?", "In which town {do} {s} live now?"),
    ),
    Attribute(
        ("baker", "plumber", "pilot", "nurse", "tailor", "gardener", "notary", "welder", "librarian", "carpenter",
         "butcher", "surveyor", "dentist", "florist", "roofer", "translator"),
        ("{S} work{v} as a {value}.", "{My} job is a quiet one: {s} work{v} as a {value}."),
        ("{S} found a new job, and work{v} as a {value} now.",
         "{My} old job is over: {s} earn{v} a living as a {value}."),
        ("{My} new job came to nothing: {s} work{v} as a {value}, as before.",),
        ("What {do} {s} work as?", "What is {my} job?"),
    ),
    Attribute(
        ("parrot", "tortoise", "hamster", "greyhound", "goat", "rabbit", "ferret", "canary", "pony", "gecko", "poodle",
         "hedgehog", "iguana", "budgie", "donkey", "chinchilla"),
        ("{My} pet is a {value}.", "{S} keep{v} a {value} as a pet."),
        ("{My} old pet is with a friend now; the new pet is a {value}.",
         "{S} took in a {value}: no other pet is left."),
        ("They exchanged the animals again: {my} pet is the {value}, as ever.",),
        ("What pet {do} {s} keep?", "What animal is {my} pet?"),
    ),
    Attribute(
        ("green", "purple", "orange", "silver", "beige", "turquoise", "yellow", "maroon", "white", "black", "pink",
         "grey", "crimson", "indigo", "golden", "brown"),
        ("{My} car is {value}.", "{S} drive{v} a {value} car."),
        ("{My} car was painted {value} yesterday.", "{S} could not stand it any more: {my} car is {value} now."),
        ("The paint did not hold, so {my} car is {value} again.",),
        ("What colour is {my} car?", "Which colour is the car that {s} drive{v}?"),
    ),
    Attribute(
        ("ratatouille", "paella", "goulash", "ramen", "moussaka", "pierogi", "risotto", "ceviche", "lasagne", "falafel",
         "fondue", "borscht", "gumbo", "laksa", "gnocchi", "tagine"),
        ("{My} favourite dish is {value}.", "Of all dishes {s} like{v} {value} best."),
        ("{My} taste has changed: {value} is the favourite dish now.",
         "These days {s} order{v} {value} and nothing else."),
        ("Forget that about the food: {my} favourite dish is {value} after all.",),
        ("What is {my} favourite dish?", "Which dish {do} {s} like best?"),
    ),
    Attribute(
        ("peanuts", "shellfish", "pollen", "penicillin", "strawberries", "latex", "wool", "celery", "sesame", "nickel",
         "soy", "mustard", "feathers", "mould", "kiwi", "lupins"),
        ("{S} {be} allergic to {value}.", "{My} allergy is a nuisance: {value}."),
        ("A new test says that {s} {be} allergic to {value}, and to nothing else.",
         "The doctor corrected {my} allergy: it is {value}."),
        ("The new test was a mistake: {s} {be} allergic to {value}, as we thought.",),
        ("What {be} {s} allergic to?", "Which allergy {do} {s} have?"),
    ),
    Attribute(
        ("cello", "oboe", "banjo", "trombone", "harp", "accordion", "ukulele", "bassoon", "piccolo", "tuba", "zither",
         "clarinet", "viola", "sitar", "mandolin", "bagpipes"),
        ("{S} play{v} the {value}.", "{My} instrument is the {value}; {s} play{v} it every evening."),
        ("{S} sold the instrument, and play{v} the {value} now.", "{S} switched to the {value} for good."),
        ("{My} new teacher gave up: {s} play{v} the {value} again.",),
        ("Which instrument {do} {s} play?", "What instrument {do} {s} play these days?"),
    ),
    Attribute(
        ("1043", "2217", "3391", "4586", "5120", "6674", "7702", "8835", "9418", "1967", "2750", "3628", "4099", "5513",
         "6281", "7346"),
        ("{My} locker has the number {value}.", "{S} put everything into locker {value}."),
        ("{My} locker was exchanged, and has the number {value} now.", "They gave {s_} another locker: {value}."),
        ("The exchange was cancelled: {my} locker has the number {value}, as at first.",),
        ("What is the number of {my} locker?", "Which number has {my} locker?"),
    ),
)  # fmt: skip
SPEAKERS = ("Ada", "Bruno", "Carla", "Dev", "Elif", "Femi", "Greta", "Hugo")
"""Who the simulated user may be."""
PEOPLE = {
    "Mia": "sister", "Mira": "niece", "Nils": "cousin", "Tomas": "neighbour", "Priya": "colleague", "Olga": "aunt",
    "Kofi": "friend", "Jonas": "brother", "Hanna": "boss", "Luis": "flatmate", "Yuki": "classmate", "Omar": "uncle",
}  # fmt: skip
"""Whom the user talks about."""
SMALL_TALK = (
    "The bus was late again this morning.",
    "It rained so hard that the cellar is wet.",
    "I have read half of that long novel.",
    "Somebody left an umbrella at my door.",
    "We watched an old film, and fell asleep.",
    "My printer is out of paper once more.",
    "The lift in our house is being repaired.",
    "I could not find my keys for an hour.",
    "There was a long queue at the post office.",
    "The neighbours are having a party tonight.",
    "I walked along the river until it got dark.",
    "My phone battery hardly lasts a day.",
    "They are digging up our street again.",
    "I tried to fix the tap, and made it worse.",
    "The museum was closed when we got there.",
    "I slept badly because of the moon.",
    "Our train stood in a tunnel for ages.",
    "I am thinking of repainting the hallway.",
    "The market had no eggs left at noon.",
    "I wrote three letters on Sunday.",
)
"""Answers nothing that is asked."""
