// Nodes in order of position: each kind and standing is one stretch of an index, read in order.
MATCH (s:MemSpace {namespace: $namespace})
UNWIND s.kinds + [k IN $new_kinds WHERE NOT k IN s.kinds] AS kind
WITH kind, last(split(kind, '/')) AS label
WITH kind, label, left(kind, size(kind) - size(label) - 1) AS memory
WHERE ($memory IS NULL OR memory = $memory) AND ($label IS NULL OR label = $label)
UNWIND $standings AS current
CALL (kind, current) {
  MATCH (n:Mem) USING INDEX SEEK n:Mem(namespace, kind, current, position)
  WHERE n.namespace = $namespace AND n.kind = kind AND n.current = current
    AND n.position > $low AND n.position <= $high<conditions>
  RETURN n ORDER BY n.position<order>, n.id<order> LIMIT $limit
}
RETURN n {.*, words: null, keys: null, at: null, name: null, vec: CASE WHEN $vectors THEN n.vec END}
ORDER BY n.position<order>, n.id<order> LIMIT $limit
