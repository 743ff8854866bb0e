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

create virtual table fts using fts5(text, kind, content='node', content_rowid='pk', tokenize='porter unicode61');
insert into fts(fts, rank) values('rank', 'bm25(1.0, 0.0)');

create trigger node_text_in after insert on node when new.text <> '' begin
    insert into fts(rowid, text, kind) values(new.pk, new.text, new.kind);
end;
create trigger node_text_changed after update of text on node when new.text <> old.text begin
    insert into fts(fts, rowid, text, kind) select 'delete', old.pk, old.text, old.kind where old.text <> '';
    insert into fts(rowid, text, kind) select new.pk, new.text, new.kind where new.text <> '';
end;
create trigger node_vector_replaced after update of vec on node when old.vec is not new.vec begin
    delete from vec where seq = old.vec;
end;
create trigger node_retired after update of retired on node when (old.retired is null) <> (new.retired is null) begin
    update edge set dead = exists(select 1 from node where pk in (edge.src, edge.dst) and retired is not null)
     where src = new.pk;
    update edge set dead = exists(select 1 from node where pk in (edge.src, edge.dst) and retired is not null)
     where dst = new.pk;
end;
create trigger node_gone after delete on node begin
    delete from edge where src = old.pk;
    delete from edge where dst = old.pk;
    delete from vec where seq = old.vec;
    insert into fts(fts, rowid, text, kind) select 'delete', old.pk, old.text, old.kind where old.text <> '';
end;
