"""Language without a model."""

from concurrent.futures import ThreadPoolExecutor
from itertools import count

import pytest

from agentmem.errors import BadAnswer
from agentmem.events import Value
from agentmem.language.contract import Task
from agentmem.language.facts import Reading
from agentmem.language.facts_task import FACTS
from agentmem.language.kept import ANSWERS_KEPT
from agentmem.language.prompting import filled
from agentmem.language.rules import LONGEST_KEPT, RuleLanguage
from agentmem.testing.embedding import HashEmbedder


class Length(Value):
    letters: int


LENGTH = Task(name="length", output=Length, prompt="How long is {text}?", rules=lambda text: Length(letters=len(text)))


def test_a_task_is_answered_by_its_own_rules() -> None:
    assert RuleLanguage(HashEmbedder()).ask(LENGTH, text="four").letters == 4


def test_the_first_rule_that_claims_the_text_answers() -> None:
    short = lambda text: Length(letters=0) if text == "" else None  # noqa: E731 - a rule is any callable
    language = RuleLanguage(HashEmbedder(), {"length": [lambda text: None, short]})

    assert language.ask(LENGTH, text="").letters == 0
    assert language.ask(LENGTH, text="four").letters == 4


def test_what_was_asked_before_is_not_worked_out_again() -> None:
    worked = count(1)
    task = Task(name="count", output=Length, prompt="{text}", rules=lambda text: Length(letters=next(worked)))
    language = RuleLanguage(HashEmbedder())

    answers = [language.ask(task, text="same").letters for _ in range(3)]

    assert answers == [1, 1, 1]
    assert (language.receipt().asked, language.receipt().cached) == (3, 2)


def test_inputs_of_other_names_are_other_questions() -> None:
    task = Task(name="pair", output=Length, prompt="{a} {b}", rules=lambda a, b: Length(letters=len(a)))
    language = RuleLanguage(HashEmbedder())

    assert language.ask(task, a="x", b="long").letters == 1
    assert language.ask(task, b="x", a="long").letters == 4


def test_inputs_that_cannot_be_hashed_are_answered_all_the_same() -> None:
    task = Task(name="many", output=Length, prompt="{texts}", rules=lambda texts: Length(letters=len(texts)))
    language = RuleLanguage(HashEmbedder())

    assert language.ask(task, texts=["a", "b"]).letters == 2
    assert language.receipt().cached == 0


def test_what_is_kept_is_bounded() -> None:
    language = RuleLanguage(HashEmbedder())
    for number in range(ANSWERS_KEPT + 1):
        language.ask(LENGTH, text=str(number))

    language.ask(LENGTH, text="0")
    language.ask(LENGTH, text=str(ANSWERS_KEPT))
    for _ in range(2):
        language.ask(LENGTH, text="x" * (LONGEST_KEPT + 1))

    assert language.receipt().cached == 1


def test_what_is_answered_ahead_is_ready_when_it_is_asked() -> None:
    language = RuleLanguage(HashEmbedder())

    language.prefetch(LENGTH, [{"text": "one"}, {"text": "two"}])
    language.ask(LENGTH, text="one")

    assert (language.receipt().asked, language.receipt().cached) == (1, 1)


def test_a_rule_that_fails_is_named_and_fails_the_same_way_ahead() -> None:
    def divide(text: str) -> Length:
        return Length(letters=1 // 0)

    task = Task(name="bad", output=Length, prompt="{text}", rules=divide)
    language = RuleLanguage(HashEmbedder())

    language.prefetch(task, [{"text": "x"}])

    with pytest.raises(BadAnswer, match=r"the rule .*divide failed at task 'bad': ZeroDivisionError"):
        language.ask(task, text="x")


def test_an_answer_of_another_shape_is_a_bad_answer() -> None:
    language = RuleLanguage(HashEmbedder(), {"length": [lambda text: Reading()]})

    with pytest.raises(BadAnswer, match="answered task 'length' with a Reading; return Length or None"):
        language.ask(LENGTH, text="x")


def test_a_text_is_embedded_once() -> None:
    language = RuleLanguage(HashEmbedder())

    first = language.embed(["red key", "red key", "rain"])
    second = language.embed(["rain"])

    assert (first[0] == first[1]).all()
    assert (first[2] == second[0]).all()
    assert (language.receipt().embedded, language.receipt().cached) == (2, 2)


def test_vectors_given_out_are_the_callers_own() -> None:
    language = RuleLanguage(HashEmbedder())
    language.embed(["rain"])[0] = 0

    assert language.embed(["rain"]).any()


def test_no_texts_are_no_rows() -> None:
    assert RuleLanguage(HashEmbedder(dim=8)).embed([]).shape == (0, 8)


def test_a_receipt_is_exact_with_many_threads() -> None:
    language = RuleLanguage(HashEmbedder())

    def work(number: int) -> None:
        language.ask(LENGTH, text=str(number % 7))
        language.embed([str(number)])

    with ThreadPoolExecutor(8) as pool:
        list(pool.map(work, range(400)))

    receipt = language.receipt()
    assert (receipt.asked, receipt.calls, receipt.tokens, receipt.embedded) == (400, 0, 0, 400)


def test_the_prompt_for_facts_names_its_inputs() -> None:
    prompt = filled(FACTS.prompt, {"text": "TEXT", "action": "ACTION"})

    assert "<text>\nTEXT\n</text>" in prompt
    assert "ACTION" in prompt
    assert '{"facts": [{' in prompt
