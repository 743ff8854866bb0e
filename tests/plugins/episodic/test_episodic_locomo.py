"""On a real conversation the evidence is found: one of LoCoMo's, where it is at hand."""

from __future__ import annotations

import json
import os
import re
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from agentmem.agent_memory import AgentMemory
from agentmem.events import Event, new_event
from agentmem.graph.contract import Store

SHARED = Path(os.environ.get("AGENTMEM_SHARED_DATA", Path(__file__).parents[4] / "shared" / "data"))
LOCOMO = SHARED / "locomo" / "locomo_conv1-5.json"
ADVERSARIAL = 5


@pytest.fixture(scope="module")
def sample() -> dict[str, Any]:
    if not LOCOMO.exists():
        pytest.skip(f"{LOCOMO} is not here: set AGENTMEM_SHARED_DATA to the folder with LoCoMo")
    samples: list[dict[str, Any]] = json.loads(LOCOMO.read_text(encoding="utf-8"))
    return samples[1]


def turns(conversation: dict[str, Any]) -> list[Event]:
    """One event per turn, with the time of its session; a shared image is told by its caption."""
    events = []
    for session in sorted(
        (name for name in conversation if re.fullmatch(r"session_\d+", name)), key=lambda s: int(s[8:])
    ):
        at = datetime.strptime(conversation[f"{session}_date_time"], "%I:%M %p on %d %B, %Y").replace(tzinfo=UTC)
        for turn in conversation[session]:
            shared = f" [shares {turn['blip_caption']}]" if "blip_caption" in turn else ""
            text = turn["text"] + shared
            events.append(
                new_event(text, speaker=turn["speaker"], session=session, at=at, id=turn["dia_id"], role="user")
            )
    return events


def test_four_fifths_of_the_evidence_is_among_the_first_ten(sample: dict[str, Any], store: Store) -> None:
    events = turns(sample["conversation"])
    memory = AgentMemory(store, memory="episodic")
    memory.add_many(events)
    known = {event.id for event in events}

    recalls = []
    for asked in sample["qa"]:
        evidence = set(asked["evidence"]) & known
        if asked["category"] != ADVERSARIAL and evidence:
            found = {one.sources[0] for one in memory.search(asked["question"], limit=10)}
            recalls.append(len(found & evidence) / len(evidence))

    assert sum(recalls) / len(recalls) >= 0.8
