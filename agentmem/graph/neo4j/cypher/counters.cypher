// What is known of a namespace, its counters among it.
MATCH (s:MemSpace {namespace: $namespace}) RETURN properties(s)
