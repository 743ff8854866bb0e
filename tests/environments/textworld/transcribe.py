"""Write the corpus of transcripts anew: what generated games print, and what the grammar reads of it today.

    python tests/environments/textworld/transcribe.py

Run it after a change of the grammar that is meant, and look at the difference:
each changed line is a reading that became another.
"""

from __future__ import annotations

import json
import random
from collections.abc import Iterator
from pathlib import Path
from typing import Any

CORPUS = Path(__file__).with_name("transcripts")
GAMES = ("simple", "coin:110", "treasure:22", "cook:3", "cook:5")
LINES = 32
"""Different answers kept of each game, at the most."""
STEPS = 150
NONSENSE = ("open nothing", "go up", "take nothing", "prepare meal", "dance", "inventory", "unlock door with key")


def main() -> None:
    """Write one file per game."""
    from agentmem_textworld.generation import made
    from agentmem_textworld.levels import parse

    for title in GAMES:
        lines = [json.dumps(line, ensure_ascii=False) for line in transcript(made(parse(title), seed=1))]
        (CORPUS / f"{title.replace(':', '-')}.jsonl").write_text("\n".join(lines) + "\n", encoding="utf-8")


def transcript(game: Path) -> Iterator[dict[str, Any]]:
    """Give the different answers along a random walk, each with its command and its reading."""
    import textworld

    from agentmem_textworld.prose import clean

    world = textworld.start(str(game), textworld.EnvInfos(feedback=True, inventory=True, admissible_commands=True))
    state, action, seen = world.reset(), None, set[str]()
    chance = random.Random(1)
    for _ in range(STEPS):
        text = f"{clean(state['feedback'])}\n\n{state['inventory'].strip()}"
        if text not in seen and len(seen) < LINES and "***" not in text:
            seen.add(text)
            yield {"action": action, "text": text, "reading": as_read(text, action)}
        sensible = chance.random() < 0.85
        action = chance.choice(sorted(state["admissible_commands"]) if sensible else NONSENSE)
        state, _, done = world.step(action)
        if done:
            state, action = world.reset(), None


def as_read(text: str, action: str | None) -> dict[str, Any] | None:
    """Return the reading of a text as a line of the corpus holds it."""
    from agentmem_textworld.grammar import read

    reading = read(text, action)
    if reading is None:
        return None
    return {
        "place": reading.place,
        "heading": reading.heading,
        "facts": [[fact.subject, fact.relation, fact.object, fact.slot] for fact in reading.facts],
    }


if __name__ == "__main__":
    main()
