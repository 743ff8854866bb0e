-- One file holds every namespace. Names are interned: `kind` is one (namespace, memory, label),
-- so a kind never crosses namespaces and one small number filters rows, vectors and text alike.
create table space(
    ns integer primary key autoincrement,
    name text not null unique,
    dim integer                                  -- of its vectors; null until the first
) strict;

create table kind(
    kind integer primary key autoincrement,      -- never used twice
    ns integer not null,
    memory text not null,
    label text not null,
    unique(ns, memory, label)
) strict;

create table counter(
    ns integer not null,
    name text not null,
    value integer not null,
    primary key(ns, name)
) strict, without rowid;

create table node(
    pk integer primary key,
    ns integer not null,
    id text not null,
    kind integer not null,
    at integer not null,                         -- microseconds since 1970, UTC
    position integer not null,
    retired integer,
    said_by text not null,
    text text not null,
    props text not null,                         -- JSON
    vec integer,                                 -- vec.seq of its vector
    unique(ns, id)
) strict;

-- `retired is null` is one value of this index, so what is current is read without wading through the rest.
create index node_order on node(kind, retired, position);

-- In a table of their own, so that scans do not drag them along. A replaced vector gets a new seq:
-- whoever holds vectors in memory reads on from the last seq seen.
create table vec(
    seq integer primary key autoincrement,       -- never used twice
    kind integer not null,
    pk integer not null,
    v blob not null                              -- float32, little endian
) strict;
create index vec_kind on vec(kind, seq);

-- `dead`: one end is retired. The triggers keep it right, so dead edges cost the living nothing.
create table edge(
    src integer not null,
    dead integer not null,
    type text not null,
    dst integer not null,
    position integer not null,
    props text not null,
    primary key(src, dead, type, dst)
) strict, without rowid;
create index edge_in on edge(dst, dead);

-- The words of node.text. Kept by the writer at the end of each batch, not by triggers: FTS5 writes a whole
-- segment at every savepoint, and SQLite sets one around each statement with triggers (measured: 3 times the cost).
create virtual table fts using fts5(text, kind, content='node', content_rowid='pk', tokenize='porter unicode61');
insert into fts(fts, rank) values('rank', 'bm25(1.0, 0.0)');

create trigger node_vector_replaced after update of vec on node when old.vec is not new.vec begin
    delete from vec where seq = old.vec;
end;
create trigger node_retired after update of retired on node when old.retired is null and new.retired is not null begin
    update edge set dead = 1 where src = new.pk and dead = 0;
    update edge set dead = 1 where dst = new.pk and dead = 0;
end;
create trigger node_restored after update of retired on node when old.retired is not null and new.retired is null begin
    update edge set dead = 0 where src = new.pk and (select retired from node where pk = edge.dst) is null;
    update edge set dead = 0 where dst = new.pk and (select retired from node where pk = edge.src) is null;
end;
create trigger node_gone after delete on node begin
    delete from edge where src = old.pk;
    delete from edge where dst = old.pk;
    delete from vec where seq = old.vec;
end;
