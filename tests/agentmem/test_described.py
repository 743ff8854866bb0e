"""What a memory is, read off its class: the paper, its powers, its settings."""

from __future__ import annotations

from typing import Literal

import pytest
from pydantic import BaseModel, Field

from agentmem.described import describe
from agentmem.errors import UnknownName
from agentmem.hookspecs import hookimpl
from agentmem.host import Host
from agentmem.memory import MemoryFactory
from agentmem.settings import Setting, settings_from, settings_in
from agentmem.testing.notebook import Notebook


class PagesSettings(BaseModel):
    """What can be set.

    Attributes:
        pages, sheets: How many
            there are: not few.
        ink: Its colour.

    Not a setting: nothing.
    """

    pages: int = Field(default=5, ge=1, lt=100)
    sheets: float = 1.5
    ink: Literal["blue", "black"] = "blue"
    lined: bool = Field(default=True, description="Whether there are lines.")
    owner: str


class Pages(Notebook):
    """Pages (Somebody, 1999): keeps pages.

    And tells more of it.
    """

    def __init__(self, settings: PagesSettings) -> None:
        self.settings = settings

    def forget(self, graph: object, now: object) -> None:
        """Forget."""


class Offers:
    """A plugin."""

    @hookimpl
    def agentmem_memories(self) -> dict[str, MemoryFactory]:
        return {
            "pages": lambda settings: Pages(settings_from(PagesSettings, {"owner": "ann", **settings})),
            "strict": lambda settings: Pages(settings_from(PagesSettings, settings)),
        }


def test_a_memory_is_described_by_its_class() -> None:
    told = describe(Host([Offers()]), "pages")

    assert (told.about, told.more) == ("Pages (Somebody, 1999): keeps pages.", "And tells more of it.")
    assert told.powers == ("forget",)
    assert [setting.name for setting in told.settings] == ["pages", "sheets", "ink", "lined", "owner"]


def test_a_memory_that_cannot_be_built_says_why() -> None:
    told = describe(Host([Offers()]), "strict")

    assert told.fault.startswith("setting 'owner' is not set")
    assert (told.about, told.powers, told.settings) == ("", (), ())


def test_a_memory_nobody_offers_is_named_with_the_nearest() -> None:
    with pytest.raises(UnknownName, match="did you mean 'pages'"):
        describe(Host([Offers()]), "page")


def test_settings_are_described_with_default_values_and_meaning() -> None:
    assert settings_in(PagesSettings) == [
        Setting("pages", 5, "from 1 below 100", "How many there are: not few."),
        Setting("sheets", 1.5, "", "How many there are: not few."),
        Setting("ink", "blue", "blue or black", "Its colour."),
        Setting("lined", True, "true or false", "Whether there are lines."),
        Setting("owner", None, "", ""),
    ]
