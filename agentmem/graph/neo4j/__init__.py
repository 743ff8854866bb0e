"""The second store: a Neo4j server."""
