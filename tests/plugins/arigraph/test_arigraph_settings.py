"""AriGraph by name, as a user opens it."""

from __future__ import annotations

import pytest

from agentmem.errors import UnknownSetting
from agentmem.host import Host
from agentmem_arigraph.memory import AriGraph
from agentmem_arigraph.settings import AriGraphSettings


def test_the_defaults_are_the_papers() -> None:
    defaults = AriGraphSettings()

    assert (defaults.width, defaults.episodes, defaults.scoring) == (6, 2, "paper")


def test_settings_are_read_from_the_command_line() -> None:
    memory = Host().memory("arigraph", {"width": "3", "scoring": "code", "fill": "false"})

    assert isinstance(memory, AriGraph)
    assert memory.settings == AriGraphSettings(width=3, scoring="code", fill=False)


@pytest.mark.parametrize(("name", "value"), [("widht", "3"), ("width", "0"), ("scoring", "best"), ("fill", "perhaps")])
def test_a_setting_that_cannot_be_is_refused_by_name(name: str, value: str) -> None:
    with pytest.raises(UnknownSetting, match=name):
        Host().memory("arigraph", {name: value})
