// Nodes, new or in place of what they were; and by how much that changes what is counted.
UNWIND $nodes AS r
MERGE (n:Mem {namespace: $namespace, id: r.id})
WITH n, r, coalesce(n.length, 0) AS was, n.version IS NULL AS is_new
SET n = r.props, n.namespace = $namespace, n.version = $version
SET n:$(r.labels)
RETURN count(CASE WHEN is_new THEN 1 END) AS new, sum(r.length - was) AS tokens, sum(sign(r.length) - sign(was)) AS texts
