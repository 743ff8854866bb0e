"""The script that makes one game, run in a process of its own: `python making.py JSON`.

A process of its own, because the generator reads the seed of Python's hashes,
needs seconds to import, and may have to be stopped. It imports nothing of ours.
"""

from __future__ import annotations

import json
import sys


def make(challenge: str, settings: dict[str, object], *, seed: int, path: str) -> None:
    """Write the game to `path` (ending in .z8) and what TextWorld knows of it beside (.json)."""
    import textworld
    from textworld.challenges import CHALLENGES
    from textworld.generator import compile_game

    options = textworld.GameOptions()
    options.seeds = seed
    options.path = path
    options.file_ext = ".z8"
    _, make_game, _ = CHALLENGES[challenge]
    compile_game(make_game(settings, options), options)


if __name__ == "__main__":
    wanted = json.loads(sys.argv[1])
    make(wanted["challenge"], wanted["settings"], seed=wanted["seed"], path=wanted["path"])
