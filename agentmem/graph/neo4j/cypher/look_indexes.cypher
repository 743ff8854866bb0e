// What has become of the indexes of the schema.
SHOW INDEXES YIELD name, state WHERE name STARTS WITH 'mem_'
RETURN name, state
