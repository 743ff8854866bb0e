// Let no other writer at a namespace until this transaction ends; and what is known of it by then.
MERGE (s:MemSpace {namespace: $namespace})
  ON CREATE SET s.version = 0, s.deleted = 0, s.nodes = 0, s.texts = 0, s.tokens = 0, s.kinds = []
SET s.lock = $namespace
WITH s
RETURN properties(s)
