// Which namespace of that name this is, its version, and how many nodes it has.
MATCH (s:MemSpace {namespace: $namespace}) RETURN coalesce(s.born, ''), s.version, s.nodes
