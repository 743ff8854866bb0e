"""What a server serves: which store, which memory, to whom."""

from __future__ import annotations

from pathlib import Path

from pydantic import Field

from agentmem.events import Value
from agentmem.thinking import Thinking

USER_HEADER = "X-Agentmem-User"
SESSION_HEADER = "X-Agentmem-Session"


class Serving(Value):
    """What a server serves. Each worker process gets it whole.

    Attributes:
        store: A path or a URI; several workers, or several machines, may share it.
        memory: The memory, or several: `episodic+arigraph`.
        memory_settings: Its settings.
        thinking: What it thinks with. A session's budget is that of one worker.
        app: Of which app all memories are, where there are no keys.
        user: Whose memory it is where there are no keys, and the request names nobody.
        keys: A file of keys; None lets in whoever reaches the server, which is then this machine alone.
        upstream: The address of the model that chats are sent on to, as `https://HOST/v1`; None for no proxy.
        hosts: Names this server answers to, beside its address and those of this machine.
        origins: Web pages that may ask it from another address, as `https://chat.example`.
        rate: Requests a second that each key may make of one worker, on average; 0 for any number.
        plugins_blocked, plugins_also: As `Host` takes them.
        open_memories: How many a worker keeps open.
        threads: In which a worker answers.
    """

    store: str
    memory: str = "episodic"
    memory_settings: dict[str, str] = Field(default_factory=dict)
    thinking: Thinking = Thinking()
    app: str | None = None
    user: str | None = None
    keys: Path | None = None
    upstream: str | None = None
    hosts: tuple[str, ...] = ()
    origins: tuple[str, ...] = ()
    rate: float = Field(default=100.0, ge=0)
    plugins_blocked: tuple[str, ...] = ()
    plugins_also: tuple[str, ...] = ()
    open_memories: int = Field(default=256, ge=1)
    threads: int = Field(default=8, ge=1)
