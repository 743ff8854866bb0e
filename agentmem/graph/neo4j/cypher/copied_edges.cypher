// The edges of a namespace, those of a page of sources at a time, as one row; and which source was the last.
MATCH (n:Mem) USING INDEX SEEK n:Mem(namespace, id)
WHERE n.namespace = $namespace AND n.id > $after
WITH n ORDER BY n.namespace, n.id LIMIT $most
WITH collect(n) AS sources, last(collect(n.id)) AS last
CALL (sources) {
  UNWIND sources AS n
  MATCH (n)-[e]->(m) WHERE m.namespace = $namespace
  RETURN collect([n.id, type(e), m.id, properties(e)]) AS edges
}
RETURN last, edges
