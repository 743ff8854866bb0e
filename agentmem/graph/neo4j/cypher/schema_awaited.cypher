// Wait, for as many seconds at most, until every index can be used.
CALL db.awaitIndexes(100)
