"""How an event is scored against a question, on numbers one can check by hand."""

from __future__ import annotations

import numpy as np
import pytest

from agentmem_episodic.answers import asked_for, held, last_question
from agentmem_episodic.scoring import (
    alike_words,
    by_words,
    of_neighbours,
    of_session,
    question_vector,
    rarity,
    same_words,
)

EAST, NORTH = np.array([1, 0], np.float32), np.array([0, 1], np.float32)


def test_the_share_of_words_that_are_said_weighs_the_rare_ones_more() -> None:
    weights = np.array([3.0, 1.0])
    alike = same_words(["zebra", "walk"], ["zebra", "walk", "home"])

    shares = by_words(weights, [["zebra"], ["walk", "home"], ["zebra", "walk"], []], alike)

    assert shares.tolist() == [0.75, 0.25, 1.0, 0.0]


def test_a_word_counts_with_its_likeness_to_the_nearest_word() -> None:
    half = np.array([[0.6, 0.8]], np.float32)
    alike = alike_words(["dog"], ["puppy", "rain"], (EAST[None], np.concatenate([half, NORTH[None]])))

    shares = by_words(np.array([2.0]), [["rain", "puppy"], ["rain"]], alike)

    assert shares.tolist() == pytest.approx([0.36, 0.0])


def test_the_same_word_is_fully_alike_even_without_a_vector() -> None:
    nothing = np.zeros((1, 2), np.float32)

    alike = alike_words(["qx"], ["qx"], (nothing, nothing))

    assert by_words(np.array([1.0]), [["qx"]], alike).tolist() == [1.0]


def test_a_question_without_telling_words_has_no_share() -> None:
    assert by_words(np.array([]), [["a"], []], same_words([], ["a"])).tolist() == [0.0, 0.0]


def test_the_question_vector_leans_to_the_words_that_tell() -> None:
    whole = np.array([1, 0], np.float32)

    assert question_vector(whole, np.empty((0, 2), np.float32), np.array([])).tolist() == [1.0, 0.0]
    leaning = question_vector(whole, np.stack([EAST, NORTH]), np.array([0.1, 9.0]))
    assert leaning[1] > 0.6


def test_neighbours_give_their_likeness_both_ways() -> None:
    before, after = of_neighbours(np.array([0.5, 0.0, 1.0]), [(0, 1), (1, 2)])

    assert before.tolist() == [0.0, 0.5, 0.0]
    assert after.tolist() == [0.0, 1.0, 0.0]


def test_a_session_is_as_good_as_its_best_events() -> None:
    assert of_session(np.array([0.9, 0.3, 0.0, 0.6]), ["a", "a", "a", "b"], best=2).tolist() == pytest.approx(
        [0.6, 0.6, 0.6, 0.6]
    )


def test_rarity_never_fails_where_more_are_counted_than_known() -> None:
    assert rarity(5, 3) > 0


@pytest.mark.parametrize(
    ("question", "asked"),
    [
        ("When did Ann paint a sunrise?", {"time"}),
        ("How many children does she have?", {"number"}),
        ("Which city did they visit?", {"name"}),
        ("What did Ann think of it?", set()),
    ],
)
def test_what_a_question_asks_for(question: str, asked: set[str]) -> None:
    assert asked_for(question) == asked


@pytest.mark.parametrize(
    ("text", "kinds"),
    [
        ("I went there yesterday.", ["time"]),
        ("I have three dogs.", ["number"]),
        ('We read "Dune" together.', ["name"]),
        ("I flew to Oslo.", ["name"]),
        ("Great, thanks!", []),
    ],
)
def test_what_a_text_holds(text: str, kinds: list[str]) -> None:
    assert held(text) == kinds


def test_only_a_sentence_that_asks_is_a_question() -> None:
    assert last_question("I know. Do you?") == "Do you?"
    assert last_question("No question here.") == ""
    assert len(last_question("so " * 500 + "?")) == 300
