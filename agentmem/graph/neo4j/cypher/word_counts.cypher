// In how many texts each of some words is: of those searched, and of all in the namespace.
// The first is no word, and counts all that are searched.
MATCH (s:MemSpace {namespace: $namespace})
UNWIND $queries AS q
CALL (q) {
  CALL db.index.fulltext.queryNodes('mem_words', q.searched, {limit: $most}) YIELD node
  RETURN count(node) AS searched
}
CALL (q) {
  CALL db.index.fulltext.queryNodes('mem_words', q.anywhere, {limit: $most}) YIELD node
  RETURN count(node) AS anywhere
}
RETURN searched, anywhere, s.texts, s.tokens
