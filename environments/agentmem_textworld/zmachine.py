"""Whether a file is a story of the z-machine, and whole.

The interpreter is a C library that may hang or crash on a file that is neither,
so the header is read first: The Z-Machine Standards Document 1.1, section 11.
"""

from __future__ import annotations

from hashlib import sha256
from pathlib import Path

from agentmem.errors import EnvironmentFailed, InvalidInput

UNIT = {1: 2, 2: 2, 3: 2, 4: 4, 5: 4, 7: 8, 8: 8}
"""Bytes per unit of the length in the header, by version. (Version 6 has graphics; nobody here plays it.)"""

HEADER = 64
LENGTH = slice(0x1A, 0x1C)
CHECKSUM = slice(0x1C, 0x1E)
SERIAL = slice(0x12, 0x18)
"""Six characters, by custom the date of compilation."""


def read(path: Path) -> bytes:
    """Return the story in the file at `path`.

    Raises:
        InvalidInput: there is no such file, or it is no z-machine story.
        EnvironmentFailed: it cannot be read, or is not whole.
    """
    if not path.exists():
        raise InvalidInput(f"no game file at '{path}'; give the path of a .z8 or .z5 file, or a name: agentmem games")
    if not path.is_file():
        raise InvalidInput(f"'{path}' is not a file; give the path of one game, ending in .z8 or .z5")
    try:
        story = path.read_bytes()
    except OSError as error:
        raise EnvironmentFailed(f"'{path}' cannot be read: {error.strerror}; check its permissions") from error
    _check(story, path)
    return story


def is_intact(story: bytes) -> bool:
    """Return whether the checksum in the header is that of the story. Some old games were given none."""
    whole = story[HEADER : _length(story)]
    return int.from_bytes(story[CHECKSUM]) == sum(whole) % 0x10000


def fingerprint(story: bytes) -> str:
    """Return the SHA-256 of a story, leaving out the date of its compilation (and the checksum, which counts it).

    So a game made again tomorrow from the same seed has the same fingerprint.
    """
    undated = bytearray(story)
    undated[SERIAL] = bytes(6)
    undated[CHECKSUM] = bytes(2)
    return sha256(undated).hexdigest()


def _check(story: bytes, path: Path) -> None:
    if len(story) < HEADER:
        raise EnvironmentFailed(f"'{path}' has {len(story)} bytes, too few for a game; copy or make it again")
    if story[0] not in UNIT or not HEADER <= int.from_bytes(story[4:6]) <= len(story):
        raise InvalidInput(f"'{path}' is not a z-machine game; give one that ends in .z8 or .z5 and was made as such")
    if len(story) < _length(story):
        raise EnvironmentFailed(
            f"'{path}' is cut off: {len(story)} of {_length(story)} bytes are there; copy or make it again"
        )


def _length(story: bytes) -> int:
    """Bytes the story says it has; all there are, where it says nothing (before version 3)."""
    return int.from_bytes(story[LENGTH]) * UNIT[story[0]] or len(story)
