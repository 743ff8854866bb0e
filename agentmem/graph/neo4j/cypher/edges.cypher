// Edges at some nodes, newest first.
UNWIND $ids AS id
MATCH (n:Mem {namespace: $namespace, id: id})<from>-[e<types>]-<to>(m)
USING INDEX SEEK n:Mem(namespace, id)
WHERE m.namespace = $namespace AND ($retired OR (n.current AND m.current))
WITH DISTINCT e, startNode(e).id AS source, endNode(e).id AS target
RETURN source, type(e) AS type, target, properties(e)
ORDER BY e.position DESC, source, type, target LIMIT $limit
