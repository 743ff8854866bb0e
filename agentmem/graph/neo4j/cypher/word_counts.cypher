// How many texts there are of those that are searched, and how long they are in all, one more for each; of all, and
// of those with each of some words. The first query is no word, and finds all.
MATCH (s:MemSpace {namespace: $namespace})
UNWIND $queries AS query
CALL (query) {
  CALL db.index.fulltext.queryNodes('mem_words', query, {limit: $most}) YIELD node AS n
  WITH n WHERE n.namespace = $namespace<conditions>
  RETURN count(n) AS texts, coalesce(sum(n.length), 0) AS lengths
}
RETURN texts, lengths, s.texts
