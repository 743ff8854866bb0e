"""agentmem: `add_many` of one event, `search`; through the same door as any application's.

Options: `memory` (default `episodic`); `language`: `rules` (default) or `model`, the model server;
`embedder`: `local` (default, in this process) or `server`, the same vectors over HTTP, as the peers have them.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from pathlib import Path

from agentmem import AgentMemory
from agentmem.events import Query, new_event
from peers.served import Found, Setting, Turn, serve


class Ours:
    """One namespace of one SQLite file."""

    def open(self, setting: Setting) -> str:
        """Open the file."""
        options, scripted = setting.options, f"openai:scripted@{setting.model}"
        self._memory = AgentMemory(
            Path(setting.folder) / "memory.db",
            namespace=setting.who,
            memory=str(options.get("memory", "episodic")),
            language=scripted if options.get("language") == "model" else "rules",
            embedder=scripted if options.get("embedder") == "server" else None,
        )
        return f"agentmem {_version()}"

    def add(self, turn: Turn) -> None:
        """Remember one event; forced to the disk when this returns."""
        added = self._memory.add_many(
            [
                new_event(
                    turn.text,
                    id=turn.id,
                    at=datetime.fromisoformat(turn.at),
                    speaker=turn.speaker,
                    session=turn.session,
                )
            ]
        )
        if added.set_aside or added.receipt.deferred:
            raise RuntimeError(f"{turn.id} waits, or was set aside: {added.set_aside}")

    def search(self, text: str, limit: int, at: str) -> Iterator[Found]:
        """Search; what is pinned is shown whatever is asked, and is no answer."""
        for one in self._memory.search(Query(text=text, limit=limit, now=datetime.fromisoformat(at))):
            if not one.pinned:
                yield Found(one.sources, one.text)

    def close(self) -> None:
        """Close the file."""
        self._memory.close()


def _version() -> str:
    from importlib.metadata import version

    return version("agentmem-graph")


if __name__ == "__main__":
    serve(Ours())
