// Let nobody else be here until this transaction ends.
MERGE (m:MemMeta {key: $key}) SET m.lock = $key
