// Nodes by their ids.
UNWIND $ids AS id
MATCH (n:Mem {namespace: $namespace, id: id})
RETURN n {.*, words: null, keys: null, at: null, name: null, vec: CASE WHEN $vectors THEN n.vec END}
