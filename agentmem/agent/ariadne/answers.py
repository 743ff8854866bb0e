"""What the answers to Ariadne's questions look like: what is not of these shapes is a bad answer."""

from __future__ import annotations

from collections.abc import Sequence
from difflib import get_close_matches
from functools import partial
from typing import Annotated

from pydantic import AfterValidator, Field, StringConstraints, create_model

from agentmem.events import Value
from agentmem.language.keywords import words_in

ARTICLES = frozenset({"a", "an", "the"})
Said = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1)]


class Explore(Value):
    """The answer to the task `ariadne.explore`: whether the plan needs something to be found."""

    explore: bool


class PlanStep(Value):
    """One sub-goal, as its label or in words, with why it is open and how far it got."""

    sub_goal: Said
    reason: str


class Plan(Value):
    """The answer to the task `ariadne.plan`. `finished` names sub-goals by their labels."""

    main_goal: Said
    finished: tuple[str, ...] = ()
    steps: Annotated[tuple[PlanStep, ...], Field(min_length=1)]


class Act(Value):
    """The answer to the task `ariadne.act`."""

    reason: str
    action: Said


def act_among(offered: Sequence[str], *, is_free: bool) -> type[Act]:
    """Return the shape of an answer whose action is one of `offered`, letter by letter.

    An action that differs in case, articles or punctuation only is taken for the one it
    means. Any other is a bad answer, unless the player is free to say what he likes.
    """
    check = AfterValidator(partial(_meant, tuple(offered), is_free=is_free))
    return create_model("Act", __base__=Act, __doc__=Act.__doc__, action=(Annotated[Said, check], ...))


def same_words(text: str) -> tuple[str, ...]:
    """Return what makes two wordings the same: the words without articles, in lower case.

    >>> same_words("Take the Key 1.")
    ('take', 'key', '1')
    """
    return tuple(word for word in words_in(text) if word not in ARTICLES) or (text.casefold(),)


def _meant(offered: Sequence[str], said: str, *, is_free: bool) -> str:
    if said in offered:
        return said
    alike = [action for action in offered if same_words(action) == same_words(said)]
    if len(alike) == 1:
        return alike[0]
    if is_free:
        return " ".join(said.split())
    near = get_close_matches(said, offered, n=3, cutoff=0.0)
    raise ValueError(f"{said!r} is none of the actions that were offered; the nearest are: {', '.join(near)}")
