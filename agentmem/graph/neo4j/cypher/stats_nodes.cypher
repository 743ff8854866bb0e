// How many nodes of each kind there are: current, with a vector, retired. One of no kind is erased at this moment.
MATCH (n:Mem) USING INDEX SEEK n:Mem(namespace, id)
WHERE n.namespace = $namespace AND n.id > ''
WITH n, n.kind AS kind WHERE kind IS NOT NULL
RETURN kind, sum(CASE WHEN n.current THEN 1 ELSE 0 END),
  sum(CASE WHEN n.current AND n.vec IS NOT NULL THEN 1 ELSE 0 END), sum(CASE WHEN n.current THEN 0 ELSE 1 END)
