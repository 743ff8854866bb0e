// The index of a namespace holds all its vectors; whoever writes from now on adds to it.
MATCH (s:MemSpace {namespace: $namespace}) WHERE s.dim = $dim
SET s.index = $index, s.version = s.version + 1
