// The namespaces in use.
MATCH (s:MemSpace) WHERE s.nodes > 0 OR any(name IN keys(s) WHERE name STARTS WITH 'counter/')
RETURN s.namespace ORDER BY s.namespace
