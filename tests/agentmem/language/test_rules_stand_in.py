"""The rules answer in place of a model: where the user chose that, or the budget says so; never silently."""

import logging

import pytest

from agentmem.errors import BadAnswer, BudgetExceeded, LanguageError, LanguageMisconfigured, LanguageUnavailable
from agentmem.language.charging import charged_to
from agentmem.language.contract import OnFailure
from agentmem.language.model import ModelLanguage
from agentmem.language.rules import RuleLanguage
from agentmem.testing.embedding import HashEmbedder

from .conftest import LENGTH, Purse, Scripted, language_of


def with_rules(answers: Scripted, on_failure: OnFailure = "rules") -> ModelLanguage:
    return language_of(answers, rules=RuleLanguage(HashEmbedder()), on_failure=on_failure)


@pytest.mark.parametrize("error", [LanguageUnavailable("out"), BadAnswer("no sense"), LanguageMisconfigured("no key")])
def test_the_rules_answer_after_a_failure_where_that_was_chosen(
    error: LanguageError, caplog: pytest.LogCaptureFixture
) -> None:
    language = with_rules(Scripted(lambda text: error))

    with caplog.at_level(logging.WARNING), charged_to(None) as charge:
        said = [language.ask(LENGTH, text=text).letters for text in ("four", "eleven")]

    assert said == [4, 6]
    assert charge.by("scripted:one") == "rules length"
    assert language.receipt().by_rules == 2
    (record,) = caplog.records
    assert record.getMessage() == f"rules answer in place of scripted:one: {type(error).__name__}"


def test_unless_that_was_chosen_the_rules_stay_silent() -> None:
    language = with_rules(Scripted(lambda text: LanguageUnavailable("out")), on_failure="defer")

    with pytest.raises(LanguageUnavailable):
        language.ask(LENGTH, text="four")

    assert language.receipt().by_rules == 0


def test_a_budget_that_defers_is_not_overruled_by_on_failure() -> None:
    language = with_rules(Scripted())

    with charged_to(Purse(0, then=BudgetExceeded("no money"))), pytest.raises(BudgetExceeded):
        language.ask(LENGTH, text="four")


def test_a_budget_may_leave_a_call_to_the_rules() -> None:
    answers = Scripted()
    language = with_rules(answers, on_failure="defer")

    with charged_to(Purse(1)) as charge:
        said = [language.ask(LENGTH, text=text).letters for text in ("one", "four")]

    assert said == [3, 4]
    assert charge.by("nobody") == f"scripted:one length@{LENGTH.prompt_hash}; rules length"
    assert (language.receipt().calls, language.receipt().by_rules) == (1, 1)


def test_without_rules_a_call_left_to_them_is_over_budget() -> None:
    with charged_to(Purse(0)), pytest.raises(BudgetExceeded):
        language_of(Scripted()).ask(LENGTH, text="four")


def test_once_the_model_is_back_it_answers_again() -> None:
    out = [LanguageUnavailable("out")]
    answers = Scripted(lambda text: out.pop() if out else None)
    language = with_rules(answers)

    with charged_to(None) as charge:
        language.ask(LENGTH, text="four")
        language.ask(LENGTH, text="four")

    assert [heard.by for heard in charge.heard] == ["rules", "scripted:one"]
