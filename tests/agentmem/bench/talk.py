"""A conversation to measure memories with."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

MONDAY = datetime(2026, 1, 5, 9, tzinfo=UTC)
SAID = (
    ("Ann", "I bought a red kayak."), ("Bob", "Where do you keep it?"), ("Ann", "In the shed behind the mill."),
    ("Bob", "My sister Mia moved to Lima."), ("Ann", "That is a secret, Bob."), ("Bob", "She plays the cello there."),
)  # fmt: skip
ASKED: tuple[dict[str, Any], ...] = (
    {"text": "What red thing did Ann buy, a kayak?", "evidence": ["e1"], "category": "single-hop"},
    {"text": "Where did Mia, the sister, move, and what cello does she play there?", "evidence": ["e4", "e6"],
     "category": "multi-hop"},
    {"text": "What is the secret?", "evidence": ["e5"], "category": "single-hop"},
    {"text": "Did Bob buy a kayak?", "evidence": ["e1"], "category": "trap", "apart": True},
    {"text": "How is everybody?"},
)  # fmt: skip


def write_talk(folder: Path) -> Path:
    """Write a file with two conversations that are the same but for their names."""
    lines = [
        {"conversation": name, **line}
        for name in ("first", "second")
        for line in (
            *(
                {
                    "event": {
                        "id": f"e{n}",
                        "at": (MONDAY + timedelta(minutes=n)).isoformat(),
                        "speaker": who,
                        "text": text,
                    }
                }
                for n, (who, text) in enumerate(SAID, 1)
            ),
            *({"question": one} for one in ASKED),
        )
    ]
    path = folder / "talk.jsonl"
    path.write_text("\n".join(json.dumps(line) for line in lines))
    return path
