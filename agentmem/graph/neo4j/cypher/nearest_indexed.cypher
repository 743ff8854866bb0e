// The nodes nearest to a vector among those an index of the namespace proposes.
CALL db.index.vector.queryNodes($index, $fetch, $query) YIELD node AS n, score
WITH n, 2 * score - 1 AS score, n.namespace = $namespace<conditions> AS is_meant
RETURN CASE WHEN is_meant THEN n {.*, words: null, keys: null, at: null, name: null, vec: null} END, score
