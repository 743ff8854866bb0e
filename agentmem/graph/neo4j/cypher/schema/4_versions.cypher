CREATE INDEX mem_version IF NOT EXISTS FOR (n:Mem) ON (n.namespace, n.version)
