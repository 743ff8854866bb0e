// The dimension a namespace keeps.
MATCH (s:MemSpace {namespace: $namespace}) RETURN s.dim
