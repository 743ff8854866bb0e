// The nodes of a namespace, a page at a time.
MATCH (n:Mem) USING INDEX SEEK n:Mem(namespace, id)
WHERE n.namespace = $namespace AND n.id > $after
RETURN n {.*, words: null, keys: null, at: null, name: null} AS node
ORDER BY n.namespace, n.id LIMIT $most
