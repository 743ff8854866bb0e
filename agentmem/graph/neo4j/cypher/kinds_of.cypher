// Of which kind nodes are, those that are there.
UNWIND $ids AS id
MATCH (n:Mem {namespace: $namespace, id: id})
RETURN n.id, n.kind
