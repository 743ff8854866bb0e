// What has changed in a namespace since a version, the first changes first: the namespace, nodes, all edges from them.
// Its own properties are read first: what is committed meanwhile is asked for again, and never missed.
// The lock waits for a commit to be over: else its version can be seen a moment before the index knows its nodes.
MATCH (s:MemSpace {namespace: $namespace})
SET s.lock = s.lock
WITH properties(s) AS space
RETURN space,
  COLLECT {
    MATCH (n:Mem) USING INDEX SEEK n:Mem(namespace, version)
    WHERE n.namespace = $namespace AND n.version > $version
    WITH n ORDER BY n.namespace, n.version LIMIT $most
    RETURN n {.*, words: null, keys: null, at: null, name: null}
  } AS nodes,
  COLLECT {
    MATCH (n:Mem) USING INDEX SEEK n:Mem(namespace, version)
    WHERE n.namespace = $namespace AND n.version > $version
    WITH n ORDER BY n.namespace, n.version LIMIT $most
    MATCH (n)-[e]->(m) WHERE m.namespace = $namespace
    RETURN [n.id, type(e), m.id, properties(e)]
  } AS edges
