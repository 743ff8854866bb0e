// What a store is opened on: the server, the version of our schema if it is there, and whether a namespace is.
CALL dbms.components() YIELD name, versions, edition
WITH name, versions[0] AS version, edition WHERE name = 'Neo4j Kernel'
CALL db.info() YIELD name AS database
OPTIONAL MATCH (m:MemMeta {key: 'schema'})
RETURN version, edition, database, m.version AS schema,
  EXISTS {
    MATCH (s:MemSpace) WHERE s.namespace STARTS WITH $root AND ($root <> "" OR NOT s.namespace CONTAINS "\u001f")
  } AS is_used
