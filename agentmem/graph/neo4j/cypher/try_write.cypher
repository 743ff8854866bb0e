// Whether one may write; undone at once.
CREATE (:MemMeta {key: $key})
