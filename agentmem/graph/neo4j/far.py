"""stub"""

from __future__ import annotations
from agentmem.graph.neo4j.server import Server


class Far:
    def __init__(self, server: Server) -> None:
        self.server = server


class FarGraph:
    def __init__(self, namespace: str, far: Far) -> None:
        self.namespace = namespace

    def forget_vectors(self) -> None: ...
