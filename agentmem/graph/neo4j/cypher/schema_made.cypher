// The schema is complete, as of this version. Others may have come first, with a newer one.
MERGE (m:MemMeta {key: 'schema'})
ON CREATE SET m.version = $version
SET m.version = CASE WHEN m.version < $version THEN $version ELSE m.version END
RETURN m.version
