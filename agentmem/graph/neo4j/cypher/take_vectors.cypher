// The vector of every node taken off.
UNWIND CASE WHEN $vectors_gone THEN [1] ELSE [] END AS _
MATCH (n:Mem) USING INDEX SEEK n:Mem(namespace, id)
WHERE n.namespace = $namespace AND n.id > '' AND n.vec IS NOT NULL
REMOVE n.vec, n.vec_zero
SET n.version = $version
