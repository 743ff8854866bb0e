"""neo4j-agent-memory: `short_term.add_message` of each turn, `short_term.search_messages` of each question.

Each message carries its turn as metadata. Entities are not extracted: its extractors are a model of spaCy and one
of GLiNER, which pip does not bring, with a language model behind them; messages are found by their vectors without.
"""

from __future__ import annotations

import asyncio
import os
from collections.abc import Iterator
from importlib.metadata import version
from typing import Any

from peers.served import Found, Setting, Turn, serve


class AgentMemory:
    """The messages of one session, on a Neo4j server."""

    def open(self, setting: Setting) -> str:
        """Connect, and make its indices."""
        os.environ["OPENAI_BASE_URL"] = setting.model
        from neo4j_agent_memory import MemoryClient, MemorySettings

        settings = MemorySettings(
            neo4j={"uri": setting.options["uri"], "password": setting.options["password"] or "none"},
            embedding={"provider": "openai", "model": "scripted", "dimensions": setting.dim, "api_key": "none"},
            extraction={"extractor_type": "none"},
        )
        self._runner, self._who = asyncio.Runner(), setting.who
        self._client: Any = MemoryClient(settings)
        self._runner.run(self._client.connect())
        return f"neo4j-agent-memory {version('neo4j-agent-memory')}"

    def add(self, turn: Turn) -> None:
        """Add one message."""
        self._runner.run(
            self._client.short_term.add_message(
                session_id=self._who,
                role="user",
                content=turn.line,
                metadata={"turn": turn.id},
                extract_entities=False,
            )
        )

    def search(self, text: str, limit: int, at: str) -> Iterator[Found]:  # noqa: ARG002 - it takes no time
        """Search with no threshold: every place of the limit may be used."""
        found = self._runner.run(self._client.short_term.search_messages(text, limit=limit, threshold=0.0))
        for one in found:
            yield Found([one.metadata["turn"]], one.content)

    def close(self) -> None:
        """Hang up."""
        self._runner.run(self._client.close())
        self._runner.close()


if __name__ == "__main__":
    serve(AgentMemory())
