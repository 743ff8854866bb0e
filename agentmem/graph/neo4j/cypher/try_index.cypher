// Whether one may make indexes; undone at once.
CREATE INDEX mem_try IF NOT EXISTS FOR (m:MemMeta) ON (m.version)
