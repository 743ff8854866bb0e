// How many edges are current.
MATCH (n:Mem) USING INDEX SEEK n:Mem(namespace, id)
WHERE n.namespace = $namespace AND n.id > '' AND n.current
MATCH (n)-[e]->(m) WHERE m.namespace = $namespace AND m.current
RETURN count(e)
