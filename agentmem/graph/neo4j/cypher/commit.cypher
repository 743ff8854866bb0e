// All that a batch touched, if the namespace is still of the version the batch was done on.
// Never planned again as the database grows: every step is by a unique index.
// The lock comes first: what is compared is read after it.
CYPHER replan=skip
MERGE (s:MemSpace {namespace: $namespace})
  ON CREATE SET s.version = 0, s.deleted = 0, s.nodes = 0, s.texts = 0, s.tokens = 0, s.kinds = []
SET s.lock = $commit
WITH s WHERE s.version = $version AND coalesce(s.born, '') = $born
SET s += $space, s.born = coalesce(s.born, $commit), s.kinds = s.kinds + [k IN $kinds WHERE NOT k IN s.kinds]
WITH s
CALL () {
  UNWIND $erased AS id
  MATCH (n:Mem {namespace: $namespace, id: id})
  WITH n, coalesce(n.length, 0) AS length
  DETACH DELETE n
  RETURN count(*) AS gone, sum(length) AS gone_tokens, sum(sign(length)) AS gone_texts
}
CALL () {
  UNWIND CASE WHEN $vectors_gone THEN [1] ELSE [] END AS _
  MATCH (n:Mem) WHERE n.namespace = $namespace AND n.id > '' AND n.vec IS NOT NULL
  REMOVE n.vec
  SET n.version = $version + 1
}
CALL () {
  UNWIND $nodes AS r
  MERGE (n:Mem {namespace: $namespace, id: r.id})
  WITH n, r, coalesce(n.length, 0) AS was, n.version IS NULL AS is_new
  SET n = r.props, n.namespace = $namespace, n.version = $version + 1
  SET n:$(r.label)
  RETURN count(CASE WHEN is_new THEN 1 END) AS new, sum(r.length - was) AS tokens, sum(sign(r.length) - sign(was)) AS texts
}
<edges>
SET s.nodes = s.nodes + new - gone, s.tokens = s.tokens + tokens - gone_tokens, s.texts = s.texts + texts - gone_texts
RETURN s.born, s.version, s.nodes
