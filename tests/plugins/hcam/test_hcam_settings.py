"""HCAM by name, as a user opens it."""

from __future__ import annotations

import pytest

from agentmem.errors import UnknownSetting
from agentmem.host import Host
from agentmem_hcam.memory import HCAM
from agentmem_hcam.settings import HCAMSettings


def test_settings_are_read_from_the_command_line() -> None:
    memory = Host().memory("hcam", {"size": "4", "closing": "boundary", "temperature": "0.5", "capacity": "9"})

    assert isinstance(memory, HCAM)
    assert memory.settings == HCAMSettings(size=4, closing="boundary", temperature=0.5, capacity=9)


def test_the_defaults_are_a_mean_as_key_and_chunks_of_one_size() -> None:
    defaults = HCAMSettings()

    assert (defaults.key, defaults.closing, defaults.size, defaults.turns, defaults.chunks) == (
        "mean",
        "size",
        16,
        8,
        4,
    )


@pytest.mark.parametrize(("name", "value"), [("sise", "3"), ("size", "0"), ("temperature", "0"), ("key", "best")])
def test_a_setting_that_cannot_be_is_refused_by_name(name: str, value: str) -> None:
    with pytest.raises(UnknownSetting, match=name):
        Host().memory("hcam", {name: value})
