// How many edges are current.
MATCH (n:Mem) WHERE n.namespace = $namespace AND n.id > '' AND n.current
MATCH (n)-[e]->(m:Mem) WHERE m.namespace = $namespace AND m.current
RETURN count(e)
