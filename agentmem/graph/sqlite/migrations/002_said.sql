-- Texts are ranked by what a search could find. So the index tells what is retired from what is current, by the word
-- that stands for its kind: `7` or `r7`. And of each such word is known in how many texts it is, and of what length.
create table said(
    kind text primary key,
    texts integer not null,
    tokens integer not null
) strict, without rowid;

insert into fts(fts, rowid, text, kind) select 'delete', pk, text, kind from node where retired is not null and text <> '';
insert into fts(rowid, text, kind) select pk, text, 'r' || kind from node where retired is not null and text <> '';

-- FTS5 keeps the length of a text as 7 bits a byte, the highest first; the last byte is that of the column `kind`.
insert into said(kind, texts, tokens)
with recursive length(pk, rest, tokens) as (
    select id, substr(hex(sz), 1, 2 * length(sz) - 2), 0 from fts_docsize
    union all
    select pk, substr(rest, 3), tokens * 128 + (
        (instr('0123456789ABCDEF', substr(rest, 1, 1)) - 1) * 16 + instr('0123456789ABCDEF', substr(rest, 2, 1)) - 1
    ) % 128
    from length where rest <> ''
)
select iif(n.retired is null, '', 'r') || n.kind, count(*), sum(length.tokens)
from length cross join node n on n.pk = length.pk
where length.rest = '' group by 1;
