// How many nodes of each kind there are: current, with a vector, retired.
MATCH (n:Mem) USING INDEX SEEK n:Mem(namespace, id)
WHERE n.namespace = $namespace AND n.id > ''
RETURN n.kind, sum(CASE WHEN n.current THEN 1 ELSE 0 END),
  sum(CASE WHEN n.current AND n.vec IS NOT NULL THEN 1 ELSE 0 END), sum(CASE WHEN n.current THEN 0 ELSE 1 END)
