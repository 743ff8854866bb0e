// The nodes nearest to a vector among those an index of the namespace proposes.
CALL db.index.vector.queryNodes($index, $fetch, $query) YIELD node AS n, score
WITH n, 2 * score - 1 AS score WHERE n.namespace = $namespace<conditions>
WITH n, score ORDER BY score DESC, n.id LIMIT $limit
RETURN n {.*, words: null, keys: null, at: null, name: null, vec: null}, score
