// The edges of a namespace, those of a page of sources at a time.
MATCH (n:Mem) USING INDEX SEEK n:Mem(namespace, id)
WHERE n.namespace = $namespace AND n.id > $after
WITH n ORDER BY n.namespace, n.id LIMIT $most
RETURN n.id AS source, COLLECT {
  MATCH (n)-[e]->(m) WHERE m.namespace = $namespace RETURN [n.id, type(e), m.id, properties(e)]
} AS edges
ORDER BY source
