"""TiM by name, as a user opens it."""

from __future__ import annotations

import pytest

from agentmem.errors import UnknownSetting
from agentmem.host import Host
from agentmem_tim.memory import TiM
from agentmem_tim.settings import TiMSettings


def test_one_bucket_is_probed_as_in_the_paper() -> None:
    assert TiMSettings().probes == 1


def test_settings_are_read_from_the_command_line() -> None:
    memory = Host().memory("tim", {"probes": "4", "fallback": "none"})

    assert isinstance(memory, TiM)
    assert memory.settings == TiMSettings(probes=4, fallback="none")


@pytest.mark.parametrize(("name", "value"), [("probs", "3"), ("buckets", "7"), ("fallback", "all"), ("duplicate", "2")])
def test_a_setting_that_cannot_be_is_refused_by_name(name: str, value: str) -> None:
    with pytest.raises(UnknownSetting, match=name):
        Host().memory("tim", {name: value})
