// What is known of a namespace.
MATCH (s:MemSpace {namespace: $namespace}) RETURN properties(s)
