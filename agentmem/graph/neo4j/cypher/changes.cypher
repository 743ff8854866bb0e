// What has changed in a namespace since a version: the namespace, nodes, and all edges from them.
// Its own properties are read first: what is committed meanwhile is asked for again, and never missed.
// The lock waits for a commit to be over: else its version can be seen a moment before the index knows its nodes.
MATCH (s:MemSpace {namespace: $namespace})
SET s.lock = s.lock
WITH properties(s) AS space
RETURN space,
  COLLECT {
    MATCH (n:Mem) USING INDEX SEEK n:Mem(namespace, version)
    WHERE n.namespace = $namespace AND n.version > $version
    RETURN n {.*, words: null, keys: null, at: null, name: null} LIMIT $most
  } AS nodes,
  COLLECT {
    MATCH (n:Mem) USING INDEX SEEK n:Mem(namespace, version)
    WHERE n.namespace = $namespace AND n.version > $version
    WITH n LIMIT $most
    MATCH (n)-[e]->(m) WHERE m.namespace = $namespace
    RETURN [n.id, type(e), m.id, properties(e)]
  } AS edges
