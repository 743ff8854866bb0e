"""The numbers a SQLite file keeps for names: of namespaces, and of (memory, label) in one of them."""

from __future__ import annotations

from agentmem.graph.contract import Where
from agentmem.graph.sqlite.session import Session, Space

NAMES_IN_USE = """select name from space s where exists(select 1 from node where node.ns = s.ns)
or exists(select 1 from counter where counter.ns = s.ns)"""


def find_space(session: Session, namespace: str) -> Space | None:
    """Return what is known of a namespace; None when nothing was ever written to it."""
    session.refresh()
    space = session.spaces.get(namespace)
    if space is not None:
        return space
    found = session.rows("select ns, dim from space where name = ?", (namespace,))
    if not found:
        return None
    space = Space(*found[0])
    for kind, memory, label in session.rows("select kind, memory, label from kind where ns = ?", (space.ns,)):
        space.learn(kind, memory, label)
    session.spaces[namespace] = space
    return space


def make_space(session: Session, namespace: str) -> Space:
    """Return a namespace, made if it was not there; only inside a batch."""
    space = find_space(session, namespace)
    if space is None:
        session.run("insert into space(name) values(?)", (namespace,))
        space = find_space(session, namespace)
        assert space is not None
    return space


def make_kind(session: Session, space: Space, memory: str, label: str) -> int:
    """Return the number of (memory, label), made if it was not there; only inside a batch."""
    known = space.kinds.get((memory, label))
    if known is not None:
        return known
    session.run("insert into kind(ns, memory, label) values(?, ?, ?)", (space.ns, memory, label))
    key = (space.ns, memory, label)
    found = session.rows("select kind from kind where ns = ? and memory = ? and label = ?", key)
    return space.learn(int(found[0][0]), memory, label)


def kinds_of(space: Space, where: Where) -> list[int]:
    """Return the kinds of node that `where` lets through."""
    return [
        kind
        for (memory, label), kind in space.kinds.items()
        if where.memory in (None, memory) and where.label in (None, label)
    ]


def keep_dimension(session: Session, space: Space, dim: int) -> None:
    """Make `dim` the dimension of a namespace that has none yet; only inside a batch."""
    if space.dim is None:
        session.run("update space set dim = ? where ns = ?", (dim, space.ns))
        space.dim = dim
