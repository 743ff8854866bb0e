// Current nodes within some edges of others, nearest first.
// Grouped by start first: a pruned expansion from several starts gives doubles.
MATCH (s:Mem) USING INDEX SEEK s:Mem(namespace, id)
WHERE s.namespace = $namespace AND s.id IN $ids AND s.current
MATCH p = (s)<from>-[<types>*0..<hops>]-<to>(m)
WHERE all(x IN nodes(p) WHERE x.current) AND m.namespace = $namespace
WITH s, m, min(length(p)) AS far
WITH m AS n, min(far) AS far
RETURN n {.*, words: null, keys: null, at: null, name: null, vec: null}, far
ORDER BY far, n.id LIMIT $limit
