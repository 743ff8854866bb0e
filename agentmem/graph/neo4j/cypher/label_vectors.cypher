// Some nodes with a vector given the label by which the index of their namespace knows them.
MATCH (n:Mem) USING INDEX SEEK n:Mem(namespace, id)
WHERE n.namespace = $namespace AND n.id > $after AND n.vec IS NOT NULL
WITH n ORDER BY n.namespace, n.id LIMIT $most
SET n:`<label>`
RETURN n.id
