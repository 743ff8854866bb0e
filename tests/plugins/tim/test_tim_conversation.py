"""A long conversation between two people, remembered and asked about (LoCoMo, where it is at hand)."""

from __future__ import annotations

import json
import os
import re
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from agentmem.agent_memory import AgentMemory
from agentmem.events import Event, Query, new_event
from agentmem.graph.contract import Store, Where
from agentmem.host import Host
from agentmem_tim.memory import TiM
from agentmem_tim.settings import TiMSettings

HERE = Path(__file__).resolve()
SHARED = Path(os.environ.get("AGENTMEM_SHARED_DATA", HERE.parents[3].parent / "shared" / "data"))
LOCOMO = SHARED / "locomo" / "locomo_conv1-5.json"
NOW = datetime(2024, 1, 1, tzinfo=UTC)


@pytest.fixture(scope="module")
def conversation() -> dict[str, Any]:
    if not LOCOMO.exists():
        pytest.skip(f"{LOCOMO} is not here: set AGENTMEM_SHARED_DATA to the folder with the conversations")
    first: dict[str, Any] = json.loads(LOCOMO.read_text(encoding="utf-8"))[0]
    return first


def turns(conversation: dict[str, Any], sessions: int) -> Iterator[Event]:
    for number in range(1, sessions + 1):
        said = conversation["conversation"]
        at = datetime.strptime(said[f"session_{number}_date_time"], "%I:%M %p on %d %B, %Y").replace(tzinfo=UTC)
        for turn in said[f"session_{number}"]:
            yield new_event(turn["text"], id=turn["dia_id"], at=at, speaker=turn["speaker"], session=str(number))


def test_most_turns_leave_thoughts_and_the_answer_is_among_them(store: Store, conversation: dict[str, Any]) -> None:
    memory = AgentMemory(store, memory=TiM(TiMSettings(probes=16)), language=Host().language("rules"))
    told = list(turns(conversation, sessions=3))
    memory.add_many(told)

    found = memory.search(Query(text="When did Caroline go to the LGBTQ support group?", limit=3, now=NOW))

    held = memory.graph.scan(Where(memory="tim", label="Thought"))
    assert found[0].sources == ("D1:3",)
    assert re.match(r"Caroline \(1:56 pm on 8 May, 2023\): ", found[0].text)
    assert memory.graph.stats()["tim/Telling"] > 0.8 * len(told)
    assert 1 < len(held) / len(told) < 4
