"""Who is compared: pinned versions, what is installed beside them, and the variants of each that are run."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any


@dataclass(frozen=True)
class Peer:
    """One memory, in one way of using it.

    Attributes:
        name: As typed.
        driver: The module that drives it.
        needs: What pip installs into its environment, pinned; empty for ours, which run in this one.
        options: What the driver is told; see there.
        is_on_neo4j: Whether it needs a Neo4j server.
        turns: How many turns of each conversation it is told where nobody says otherwise; 0 for all.
        environment: The name of its environment; those of one name share one.
    """

    name: str
    driver: str
    needs: tuple[str, ...] = ()
    options: Mapping[str, Any] = field(default_factory=dict)
    is_on_neo4j: bool = False
    turns: int = 0
    environment: str = ""


OURS = "peers.drivers.ours"
MEM0 = ("mem0ai==2.2.1",)
LANGMEM = ("langmem==0.0.30", "langgraph-checkpoint-sqlite==3.1.2", "numpy==2.4.6", "pysqlite3-binary==0.5.4.post2")
"""numpy, which LangGraph's store says to install for vectors and LangMem does not bring; and for `SqliteStore` a SQLite
that loads extensions, which Python's may not."""
GRAPHITI = ("graphiti-core==0.31.2", "httpx==0.28.1")
"""httpx, which it imports, and which the client of OpenAI that pip picks no longer brings."""
AGENT_MEMORY = ("neo4j-agent-memory[openai]==0.8.0",)

PEERS = (
    Peer("episodic", OURS, options={"memory": "episodic"}),
    Peer("episodic, vectors over HTTP", OURS, options={"memory": "episodic", "embedder": "server"}),
    Peer("rag", OURS, options={"memory": "rag"}),
    Peer("amem", OURS, options={"memory": "amem"}),
    Peer("amem, model", OURS, options={"memory": "amem", "language": "model", "embedder": "server"}),
    Peer("mem0", "peers.drivers.mem0_driver", MEM0, environment="mem0ai"),
    Peer("mem0, infer=False", "peers.drivers.mem0_driver", MEM0, {"infer": False}, environment="mem0ai"),
    Peer("langmem", "peers.drivers.langmem_driver", LANGMEM, environment="langmem"),
    Peer("langmem, SQLite", "peers.drivers.langmem_driver", LANGMEM, {"store": "sqlite"}, environment="langmem"),
    Peer("langmem, tool", "peers.drivers.langmem_driver", LANGMEM, {"infer": False}, environment="langmem"),
    Peer(
        "graphiti", "peers.drivers.graphiti_driver", GRAPHITI, is_on_neo4j=True, turns=60, environment="graphiti-core"
    ),
    Peer(
        "neo4j-agent-memory",
        "peers.drivers.agent_memory_driver",
        AGENT_MEMORY,
        is_on_neo4j=True,
        turns=60,
        environment="neo4j-agent-memory",
    ),
)
AMEM = (
    "chromadb==1.5.9",
    "litellm==1.110.2",
    "rank-bm25==0.2.2",
    "scikit-learn==1.9.1",
    "nltk==3.10.4",
    "openai==3.57.0",
    "requests",
    "wordllama==0.4.0.post1",
    "safetensors",
    "tokenizers",
    "pluggy",
)
"""What the authors' A-MEM imports, less sentence-transformers and transformers, which are stood in for."""


def authors_amem(checkout: Path) -> Peer:
    """Return the authors' A-MEM in a checkout of theirs."""
    whose = "agiresearch" if (checkout / "agentic_memory").is_dir() else "benchmark"
    return Peer(
        f"A-MEM, {whose}", "peers.drivers.amem_driver", AMEM, {"checkout": str(checkout.resolve())}, environment="a-mem"
    )
