// Nodes that hold no longer.
UNWIND $ids AS id
MATCH (n:Mem {namespace: $namespace, id: id}) WHERE n.current
SET n.current = false, n.retired = $position, n.version = $version
RETURN count(n)
