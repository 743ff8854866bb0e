// Nodes erased, with their edges; and by how much that changes what is counted.
UNWIND $erased AS id
MATCH (n:Mem {namespace: $namespace, id: id})
WITH n, coalesce(n.length, 0) AS length
DETACH DELETE n
RETURN count(*) AS gone, sum(length) AS gone_tokens, sum(sign(length)) AS gone_texts
