// The nodes nearest to each of some vectors, exactly, by all vectors of a namespace; and what is known of it.
// A vector of another dimension comes first: all are being made anew at this moment.
// By the index of ids: in it no node moves while it is read.
MATCH (s:MemSpace {namespace: $namespace})
WITH s.dim AS kept, s.nodes AS nodes, s.index AS index
UNWIND range(0, size($queries) - 1) AS number
OPTIONAL CALL (kept, number) {
  MATCH (n:Mem) USING INDEX SEEK n:Mem(namespace, id)
  WHERE ($is_known OR kept = $dim) AND n.namespace = $namespace AND n.id > ''<conditions>
  WITH n, n.vec AS vec WHERE vec IS NOT NULL
  WITH n, CASE WHEN size(vec) <> $dim THEN 2.0 WHEN $zeros[number] OR n.vec_zero THEN 0.0
    ELSE 2 * vector.similarity.cosine(vec, $queries[number]) - 1 END AS score
  ORDER BY score DESC, n.id LIMIT $limit
  RETURN n, score
}
RETURN number, n {.*, words: null, keys: null, at: null, name: null, vec: null}, score, kept, nodes, index
ORDER BY number, score DESC, n.id
