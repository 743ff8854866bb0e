"""mem0: `Memory.add` of each turn, with its id as metadata; `Memory.search` of each question.

Memories carry the metadata of the message they were extracted from, so each names its turn. Options:
`infer` (default true): let the model extract facts; false keeps each message as it is, without a model.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from importlib.metadata import version
from pathlib import Path
from typing import Any

from peers.served import Found, Setting, Turn, serve


class Mem0:
    """One user's memory in Qdrant's local mode, mem0's default store, kept on disk."""

    def open(self, setting: Setting) -> str:
        """Open it; the history goes to the same folder."""
        os.environ["MEM0_DIR"] = setting.folder
        from mem0 import Memory

        model = {"model": "scripted", "openai_base_url": setting.model, "api_key": "none"}
        self._who, self._infer = setting.who, bool(setting.options.get("infer", True))
        self._memory: Any = Memory.from_config(
            {
                "llm": {"provider": "openai", "config": model},
                "embedder": {"provider": "openai", "config": model | {"embedding_dims": setting.dim}},
                "vector_store": {
                    "provider": "qdrant",
                    "config": {
                        "path": str(Path(setting.folder) / "qdrant"),
                        "embedding_model_dims": setting.dim,
                        "on_disk": True,
                    },
                },
                "history_db_path": str(Path(setting.folder) / "history.db"),
            }
        )
        return f"mem0ai {version('mem0ai')}"

    def add(self, turn: Turn) -> None:
        """Add one message."""
        self._memory.add(
            [{"role": "user", "content": turn.line}],
            user_id=self._who,
            metadata={"turn": turn.id, "timestamp": turn.at},
            infer=self._infer,
        )

    def search(self, text: str, limit: int, at: str) -> Iterator[Found]:  # noqa: ARG002 - it has no clock
        """Search with no threshold: every place of the limit may be used."""
        found = self._memory.search(text, filters={"user_id": self._who}, top_k=limit, threshold=0.0)
        for one in found["results"]:
            yield Found([one["metadata"]["turn"]], one["memory"])

    def close(self) -> None:
        """Close it."""
        self._memory.close()


if __name__ == "__main__":
    serve(Mem0())
