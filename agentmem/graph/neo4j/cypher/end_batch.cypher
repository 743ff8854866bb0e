// What a batch that holds the lock came to.
MATCH (s:MemSpace {namespace: $namespace})
SET s += $space, s.commit = $commit, s.born = coalesce(s.born, $commit),
  s.nodes = s.nodes + $nodes, s.tokens = s.tokens + $tokens, s.texts = s.texts + $texts,
  s.kinds = s.kinds + [k IN $new_kinds WHERE NOT k IN s.kinds]
