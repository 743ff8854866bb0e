"""GPT-4's real answers, from the authors' logs: all are read, and our graph is less wrong than theirs was."""

from __future__ import annotations

from collections import Counter
from functools import cache

import pytest

pytest.importorskip("textworld")

from agentmem_arigraph.settings import AriGraphSettings
from answer_forms import FORMS, KINDS, Form, losses
from arigraph_logs import DATA, GAMES, attempts
from real_answers import compared

pytestmark = pytest.mark.skipif(
    not (DATA / "logs").is_dir(), reason=f"{DATA / 'logs'} is not here: set AGENTMEM_SHARED_DATA to the folder above it"
)


@cache
def totals(games: tuple[str, ...] = tuple(GAMES), *, one_place: bool = True) -> dict[str, Counter[str]]:
    settings = AriGraphSettings(one_place=one_place)
    counts = [compared(attempt, settings) for game in games for attempt in attempts(game)]
    return {whose: sum((one[whose] for one in counts), Counter()) for whose in ("theirs", "ours")}


@pytest.mark.parametrize("form", FORMS, ids=lambda form: form.title)
def test_no_answer_is_lost_however_it_was_written(form: Form) -> None:
    counts = losses(form)

    assert {kind: counts[kind, "ours"] for kind in KINDS} == dict.fromkeys(KINDS, 0)
    assert all(counts[kind, "all"] for kind in KINDS)


def test_of_what_our_graph_says_of_places_at_most_half_as_much_is_wrong_and_nothing_true_is_missing() -> None:
    counts = totals()

    theirs, ours = (one["wrong"] / one["facts"] for one in counts.values())
    assert ours <= theirs / 2
    assert counts["ours"]["found"] >= counts["theirs"]["found"]


def test_what_is_still_wrong_was_never_told() -> None:
    # cooking a meal uses up what it is made of, which no text says; once GPT-4 took "take the knife first" for news
    wrong = {text.removeprefix("wrong: ") for text in totals()["ours"] if text.startswith("wrong: ")}

    assert wrong == {
        "orange bell pepper, is in, inventory",
        "green bell pepper, is in, inventory",
        "yellow potato, is in, inventory",
        "knife, is in, inventory",
    }


def test_by_the_answers_alone_less_is_wrong_too() -> None:
    counts = totals(("hunt",), one_place=False)

    theirs, ours = (one["wrong"] / one["facts"] for one in counts.values())
    assert ours <= theirs / 2
