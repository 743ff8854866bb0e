// Edges of one type; one that is known keeps its position.
UNWIND $edges['<type>'] AS r
MATCH (a:Mem {namespace: $namespace, id: r.source})
MATCH (b:Mem {namespace: $namespace, id: r.target})
MERGE (a)-[e:`<type>`]->(b)
ON CREATE SET e.position = r.position
WITH a, e, r, e.position AS position
SET e = r.props, e.position = position, a.version = $version
