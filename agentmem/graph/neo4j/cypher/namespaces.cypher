// The namespaces in use, of a store with this prefix.
MATCH (s:MemSpace) WHERE s.namespace STARTS WITH $prefix AND ($prefix <> '' OR NOT s.namespace CONTAINS '\u001f')
  AND (s.nodes > 0 OR any(name IN keys(s) WHERE name STARTS WITH 'counter/'))
RETURN s.namespace ORDER BY s.namespace
