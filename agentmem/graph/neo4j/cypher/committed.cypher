// Whether the last commit of a namespace is this one: an answer may have been lost on its way.
MATCH (s:MemSpace {namespace: $namespace}) WHERE s.commit = $commit
RETURN s.born, s.version, s.nodes
