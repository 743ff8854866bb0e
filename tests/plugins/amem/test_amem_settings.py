"""A-MEM by name, as a user opens it."""

from __future__ import annotations

import pytest

from agentmem.errors import UnknownSetting
from agentmem.host import Host
from agentmem_amem.memory import AMem
from agentmem_amem.settings import AMemSettings


def test_the_defaults_are_the_papers(host: Host) -> None:
    memory = host.memory("amem", {})

    assert isinstance(memory, AMem)
    assert (memory.settings.neighbours, memory.settings.evolution, memory.settings.query) == (5, True, "text")


def test_settings_are_read_from_the_command_line(host: Host) -> None:
    memory = host.memory("amem", {"neighbours": "3", "evolution": "false", "query": "keywords"})

    assert isinstance(memory, AMem)
    assert memory.settings == AMemSettings(neighbours=3, evolution=False, query="keywords")


@pytest.mark.parametrize(("name", "value"), [("neighbors", "3"), ("linked_share", "2"), ("link_strength", "1")])
def test_a_setting_that_cannot_be_is_refused_by_name(host: Host, name: str, value: str) -> None:
    with pytest.raises(UnknownSetting, match=name):
        host.memory("amem", {name: value})
