"""The second store: a Neo4j server, for several machines and a graph people look at.

`stores.py` and `store.py` open servers (`address.py`, `server.py`, `schema.py`, `faults.py`). `graph.py` fulfils the
contract: from a copy on this machine where a namespace is small (`near.py`, `copies.py`, `touched.py`, `commit.py`),
on the server where it is not (`far.py`, `batch.py`, `reading.py`, `writing.py`, `search.py`). `rows.py` says how
nodes look there, `cypher/` holds every statement.
"""

from agentmem.graph.neo4j.stores import Neo4jStores

__all__ = ["Neo4jStores"]
