CREATE FULLTEXT INDEX mem_words IF NOT EXISTS FOR (n:Mem) ON EACH [n.words, n.keys]
OPTIONS {indexConfig: {`fulltext.analyzer`: 'whitespace'}}
