"""What a plugin did wrong, in one sentence: what was raised, and where in its code."""

from __future__ import annotations

import sysconfig
import traceback
from pathlib import Path

from agentmem.errors import LanguageError

HOST = Path(__file__).parent
STANDARD = Path(sysconfig.get_path("stdlib"))


def in_words(error: BaseException) -> str:
    r"""Return an error as one line: its kind, and what it says; of a refused value the field and why, not the value.

    >>> in_words(ValueError("too\n many"))
    'ValueError: too many'
    """
    from pydantic import ValidationError

    if isinstance(error, ValidationError):
        fields = (
            (".".join(map(str, one["loc"])), one["msg"]) for one in error.errors(include_url=False, include_input=False)
        )
        said = "; ".join(f"{field}: {why}" if field else why for field, why in fields)
        return f"{error.title} refused: {said}"
    said = " ".join(str(error).split())
    return f"{type(error).__name__}: {said}" if said else type(error).__name__


def fault_of(error: BaseException) -> str:
    """Return an error of a plugin as one line, with the line of its code, where there is one and it is to blame."""
    place = "" if isinstance(error, LanguageError) else place_of(error)
    return f"{in_words(error)} ({place})" if place else in_words(error)


def place_of(error: BaseException) -> str:
    """Return where an error was raised in the first code outside of the host, as "memory.py, line 31"; "" for nowhere.

    What that code called in turn, a library or the host again, is not where one would look.
    """
    frames = traceback.extract_tb(error.__traceback__)
    outside = [frame for frame in frames if not _is_known(frame.filename)]
    own = [frame for frame in outside if Path(frame.filename).parent == Path(outside[0].filename).parent]
    return f"{Path(own[-1].filename).name}, line {own[-1].lineno}" if own else ""


def _is_known(file: str) -> bool:
    """Return whether code is the host's or Python's own; the import system has no file at all."""
    above = Path(file).parents
    installed = any(folder.name in ("site-packages", "dist-packages") for folder in above)
    return file.startswith("<") or HOST in above or (STANDARD in above and not installed)
