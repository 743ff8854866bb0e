"""What the verbs of `AgentMemory` return."""

from __future__ import annotations

from agentmem.events import Event, Value
from agentmem.fold import Fold
from agentmem.journal import Journal
from agentmem.language.contract import Receipt


class Added(Value):
    """What a write did: the events that are new, durable from now on, what it cost, what was set aside."""

    events: tuple[Event, ...]
    receipt: Receipt
    set_aside: tuple[str, ...] = ()


class Standing(Value):
    """How one memory stands: how many entries it has folded, what it set aside and why, and what it waits for."""

    memory: str
    folded: int
    set_aside: dict[str, str]
    waits: str = ""


class Status(Value):
    """How a namespace stands: entries in the journal, how far each memory has come, and how many no memory is told."""

    namespace: str
    entries: int
    memories: tuple[Standing, ...]
    quarantined: int = 0

    @property
    def folded(self) -> int:
        """Entries that every memory has folded."""
        return min(one.folded for one in self.memories)

    @property
    def set_aside(self) -> dict[str, str]:
        """Entries that any memory set aside, with the reason."""
        return {entry: reason for one in self.memories for entry, reason in one.set_aside.items()}


class Left(Value):
    """What a search for erased texts found: nodes that still say one, with the events they come from."""

    id: str
    memory: str
    sources: tuple[str, ...]


class Erased(Value):
    """What a deletion did.

    Attributes:
        events: Ids of the events erased; with one go all that it corrects, and all that correct it.
        absent: Ids that had been erased before.
        entries: How many later entries were folded again without them.
        receipt: What that cost.
        is_verified: Whether it was searched for afterwards, by text and by vector.
        unverified: Why it was searched for by text alone, where the embedder was out; "" where it was not.
        left: What that search found: what other events say too, in the same words. Empty: no trace.
    """

    events: tuple[str, ...]
    absent: tuple[str, ...] = ()
    entries: int = 0
    receipt: Receipt
    is_verified: bool = False
    unverified: str = ""
    left: tuple[Left, ...] = ()


def standing(fold: Fold, journal: Journal) -> Standing:
    """Return how one memory stands."""
    aside = {str(node.props["entry"]): str(node.props["reason"]) for node in fold.set_aside()}
    return Standing(memory=fold.memory.name, folded=journal.count(fold.cursor), set_aside=aside, waits=fold.waits)
