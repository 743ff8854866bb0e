"""Settings as a user types them."""

from typing import Literal

import pytest
from pydantic import BaseModel, Field, model_validator

from agentmem.errors import UnknownSetting
from agentmem.settings import settings_from


class Forgetting(BaseModel):
    tau: float = Field(default=1.0, gt=0, le=100)
    scoring: Literal["paper", "code"] = "paper"
    keep_all: bool = False
    low: int = 0
    high: int = 9

    @model_validator(mode="after")
    def _low_is_below_high(self) -> "Forgetting":
        if self.low > self.high:
            raise ValueError("low must not be above high")
        return self


class Nothing(BaseModel):
    pass


class Required(BaseModel):
    path: str


def test_what_is_not_set_has_its_default() -> None:
    assert settings_from(Forgetting, {}) == Forgetting()


def test_strings_from_the_command_line_become_what_is_wanted() -> None:
    settings = settings_from(Forgetting, {"tau": "0.5", "keep_all": "true", "scoring": "code"})

    assert (settings.tau, settings.keep_all, settings.scoring) == (0.5, True, "code")


def test_an_unknown_setting_names_the_nearest_and_all_there_are() -> None:
    with pytest.raises(UnknownSetting, match="no setting named 'tua'; did you mean 'tau'") as caught:
        settings_from(Forgetting, {"tua": 1})

    assert "the settings are: tau=1.0, scoring=paper, keep_all=False" in str(caught.value)


def test_a_value_out_of_range_names_value_and_range() -> None:
    with pytest.raises(UnknownSetting, match=r"setting 'tau' is '-1'; it should be greater than 0 \(above 0 to 100\)"):
        settings_from(Forgetting, {"tau": "-1"})


def test_a_word_that_is_no_number_is_shown() -> None:
    with pytest.raises(UnknownSetting, match=r"setting 'tau' is 'much'; it should be a valid number"):
        settings_from(Forgetting, {"tau": "much"})


def test_a_choice_names_the_choices() -> None:
    with pytest.raises(UnknownSetting, match="it should be 'paper' or 'code'"):
        settings_from(Forgetting, {"scoring": "mine"})


def test_settings_that_do_not_go_together_are_refused_in_words() -> None:
    with pytest.raises(UnknownSetting, match="these settings do not go together: low must not be above high"):
        settings_from(Forgetting, {"low": 10})


def test_what_takes_no_settings_says_so() -> None:
    with pytest.raises(UnknownSetting, match="there are no settings here: leave it out"):
        settings_from(Nothing, {"n": 1})


def test_a_setting_without_default_must_be_set() -> None:
    with pytest.raises(UnknownSetting, match="setting 'path' is not set"):
        settings_from(Required, {})
