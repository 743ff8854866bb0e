// In how many nodes that are meant each of some words is.
UNWIND $queries AS query
CALL (query) {
  CALL db.index.fulltext.queryNodes('mem_words', query) YIELD node AS n
  WITH n WHERE n.namespace = $namespace<conditions>
  WITH n LIMIT $most
  RETURN count(n) AS count
}
RETURN count
