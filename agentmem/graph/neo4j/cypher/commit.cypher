// All that a batch touched, if the namespace is still of the version the batch was done on.
// Never planned again as the database grows: every step is by a unique index.
// The lock comes first: what is compared is read after it.
CYPHER replan=skip
MERGE (s:MemSpace {namespace: $namespace})
  ON CREATE SET s.version = 0, s.deleted = 0, s.nodes = 0, s.texts = 0, s.tokens = 0, s.kinds = []
SET s.lock = $commit
WITH s WHERE s.version = $version - 1 AND coalesce(s.born, '') = $born
SET s += $space, s.born = coalesce(s.born, $commit), s.kinds = s.kinds + [k IN $kinds WHERE NOT k IN s.kinds]
WITH s
CALL () {
<erase>
}
CALL () {
<take_vectors>
}
CALL () {
<put_nodes>
}
<edges>
SET s.nodes = s.nodes + new - gone, s.tokens = s.tokens + tokens - gone_tokens, s.texts = s.texts + texts - gone_texts
RETURN s.born, s.version, s.nodes
