"""Graphiti: `add_episode` of each turn, `search` of each question, in one group of a Neo4j.

A fact that is found names the episodes it was extracted from, and so its turns. The search is Graphiti's
default: full text and vectors of facts, fused; it asks no model.
"""

from __future__ import annotations

import asyncio
import os
from collections.abc import Iterator
from datetime import datetime
from importlib.metadata import version
from typing import Any

from peers.served import Found, Setting, Turn, serve


class Graphiti:
    """One group of a graph on a Neo4j server."""

    def open(self, setting: Setting) -> str:
        """Connect, and make Graphiti's indices."""
        os.environ["EMBEDDING_DIM"] = str(setting.dim)
        self._runner, self._who = asyncio.Runner(), setting.who
        self._turns: dict[str, str] = {}
        self._graph: Any = _connected(setting)
        self._runner.run(self._graph.build_indices_and_constraints())
        return f"graphiti-core {version('graphiti-core')}"

    def add(self, turn: Turn) -> None:
        """Add one message as an episode."""
        added = self._runner.run(
            self._graph.add_episode(
                name=turn.id,
                episode_body=turn.line,
                source_description="conversation",
                reference_time=datetime.fromisoformat(turn.at),
                group_id=self._who,
            )
        )
        self._turns[added.episode.uuid] = turn.id

    def search(self, text: str, limit: int, at: str) -> Iterator[Found]:  # noqa: ARG002 - it takes no time
        """Search the facts of the group."""
        for edge in self._runner.run(self._graph.search(text, group_ids=[self._who], num_results=limit)):
            yield Found([self._turns[one] for one in edge.episodes if one in self._turns], edge.fact)

    def close(self) -> None:
        """Hang up."""
        self._runner.run(self._graph.close())
        self._runner.close()


def _connected(setting: Setting) -> Any:
    from graphiti_core import Graphiti as Graph
    from graphiti_core.cross_encoder.openai_reranker_client import OpenAIRerankerClient
    from graphiti_core.embedder.openai import OpenAIEmbedder, OpenAIEmbedderConfig
    from graphiti_core.llm_client.config import LLMConfig
    from graphiti_core.llm_client.openai_generic_client import OpenAIGenericClient

    model = LLMConfig(api_key="none", model="scripted", small_model="scripted", base_url=setting.model)
    vectors = OpenAIEmbedderConfig(
        embedding_model="scripted", api_key="none", base_url=setting.model, embedding_dim=setting.dim
    )
    return Graph(
        setting.options["uri"],
        "neo4j",
        setting.options["password"] or "none",
        llm_client=OpenAIGenericClient(config=model),
        embedder=OpenAIEmbedder(config=vectors),
        cross_encoder=OpenAIRerankerClient(config=model),
    )


if __name__ == "__main__":
    serve(Graphiti())
