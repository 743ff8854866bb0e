// Erase nodes of a namespace, some at a time.
MATCH (n:Mem) USING INDEX SEEK n:Mem(namespace, id)
WHERE n.namespace = $namespace AND n.id > ''
WITH n LIMIT $most
DETACH DELETE n
RETURN count(*)
