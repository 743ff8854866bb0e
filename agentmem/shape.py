"""What a memory holds, in its own shape: notes with their links, buckets of thoughts, days with what is left of them.

For people who want to see an algorithm at work: `agentmem show`. A memory with
the power `Shows` says how it is arranged; of any other, nodes are listed by label.
"""

from __future__ import annotations

from pydantic import Field, JsonValue

from agentmem.events import Value


class Item(Value):
    """One thing that is held.

    Attributes:
        id: Its node, or the event it stands for; `agentmem why` explains it.
        text: What it says.
        about: What the algorithm knows of it, by name ("retention": 0.37, "links": [...]).
    """

    id: str
    text: str
    about: dict[str, JsonValue] = Field(default_factory=dict)


class Group(Value):
    """Things that belong together in this memory: a bucket, a day, a chunk.

    Attributes:
        title: What they are, in words.
        about: What the algorithm knows of the group, by name.
        items: In the memory's own order.
    """

    title: str
    about: dict[str, JsonValue] = Field(default_factory=dict)
    items: tuple[Item, ...] = ()
