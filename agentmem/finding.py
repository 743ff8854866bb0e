"""One thing that was looked at, to see whether all is well with it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from agentmem.errors import AgentmemError


@dataclass(frozen=True)
class Finding:
    """One thing looked at.

    Attributes:
        what: What was looked at.
        state: "ok", "note" (works, or is optional), or "wrong".
        said: What was seen.
        cure: What to do about it; "" when there is nothing to do.
    """

    what: str
    state: Literal["ok", "note", "wrong"]
    said: str
    cure: str = ""

    @classmethod
    def wrong(cls, what: str, error: AgentmemError) -> Finding:
        """Return what an error says; in ours the cure comes last.

        >>> Finding.wrong("store", AgentmemError("it is locked; wait")).cure
        'wait'
        """
        said, mark, cure = str(error).rpartition("; ")
        return cls(what, "wrong", said, cure) if mark else cls(what, "wrong", cure)
