"""A real Neo4j server for tests: started from Maven's jars, killed, frozen and started again at will."""

from agentmem.testing.neo4j.absent import NoServer
from agentmem.testing.neo4j.server import Neo4jServer

__all__ = ["Neo4jServer", "NoServer"]
