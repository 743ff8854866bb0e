CREATE INDEX mem_order IF NOT EXISTS FOR (n:Mem) ON (n.namespace, n.kind, n.current, n.position)
