// Erase what is known of a namespace.
MATCH (s:MemSpace {namespace: $namespace}) DELETE s
