"""Whether a memory embeds unchanged text again: what it asks for while writing, counted behind no cache."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import closing

from agentmem.agent_memory import AgentMemory
from agentmem.events import Event, Value
from agentmem.graph.sqlite import SQLiteStore
from agentmem.host import Host
from agentmem.language.contract import Language
from agentmem.language.counting import CountingLanguage, needless
from agentmem.memory import Memory, Unprepared


class Embedded(Value):
    """The texts a memory asked to embed while it wrote events, one after another.

    Attributes:
        events: How many were written; no two say the same.
        asked: Texts asked for, each time it was.
        distinct: Different ones among them.
        repeated: Texts asked for at an earlier event, and again since the event at hand says them too: a name.
        unchanged: Texts asked for again for no such reason, or twice at one event.
    """

    events: int
    asked: int = 0
    distinct: int = 0
    repeated: int = 0
    unchanged: int = 0

    def __add__(self, more: Embedded) -> Embedded:
        """Return what two memories asked for that were told the same events."""
        added = {name: getattr(self, name) + getattr(more, name) for name in Embedded.model_fields if name != "events"}
        return Embedded(events=max(self.events, more.events), **added)


def embedded_by(memory: Memory, events: Sequence[Event], *, host: Host, language: Language) -> Embedded:
    """Return what `memory` asks to embed while it writes `events` into an empty store.

    What a memory would embed ahead, in `prepare`, it is not asked for: that is the same text,
    asked for once more by intention.
    """
    counting = CountingLanguage(language)
    store = SQLiteStore.in_memory()
    known: set[str] = set()
    repeated = unchanged = 0
    with closing(store):
        told = AgentMemory(store, memory=Unprepared(memory), language=counting, host=host)
        for event in events:
            before = len(counting.embedded)
            told.add_many([event])
            asked = counting.embedded[before:]
            wasted = len(needless(asked, known, event=event))
            repeated += len(asked) - len(set(asked) - known) - wasted
            unchanged += wasted
            known.update(asked)
    return Embedded(
        events=len(events),
        asked=len(counting.embedded),
        distinct=len(known),
        repeated=repeated,
        unchanged=unchanged,
    )
