// The nodes of a namespace, a page at a time, as one row: the driver takes longer for a row than for a node; and the
// last id, which the index knows though the node is erased at this moment.
MATCH (n:Mem) USING INDEX SEEK n:Mem(namespace, id)
WHERE n.namespace = $namespace AND n.id > $after
WITH n ORDER BY n.namespace, n.id LIMIT $most
RETURN collect(n {.*, words: null, keys: null, at: null, name: null}), last(collect(n.id))
