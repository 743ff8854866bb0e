// Texts that share words with a query, as many as are looked at; what is not meant comes as null.
CALL db.index.fulltext.queryNodes('mem_words', $query, {limit: $most}) YIELD node AS n
WITH n, n.namespace = $namespace<conditions> AS is_meant
RETURN CASE WHEN is_meant THEN n {.*, keys: null, at: null, name: null, vec: null} END
