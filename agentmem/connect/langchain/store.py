"""A LangGraph `BaseStore` on our graph: durable, in one file or on a server, found by meaning and by words."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING, Any, Self

import numpy as np
from langgraph.store.base import (
    BaseStore,
    GetOp,
    ListNamespacesOp,
    MatchCondition,
    Op,
    PutOp,
    Result,
    SearchOp,
    TTLConfig,
    get_text_at_path,
)

from agentmem.connect.langchain import items
from agentmem.connect.langchain.filtering import check_filter, fits
from agentmem.connect.langchain.items import Draft
from agentmem.connect.langchain.ranking import Question, ranked
from agentmem.errors import InvalidInput
from agentmem.graph.contract import Graph, Node, Scrubs, Store, ids_of
from agentmem.host import Host
from agentmem.journal import ITEMS, Journal
from agentmem.language.contract import Closes, Embedder
from agentmem.same_embedder import is_noted, note
from agentmem.vectors import Vectors

if TYPE_CHECKING:
    from langchain_core.embeddings import Embeddings

EXPIRING = "langgraph/expiring"
"""Counters: how many items were ever put; whether any was to expire."""
SWEEP_MINUTES = 5
WHOLE = "$"
"""The path of an item as a whole."""


def utc_now() -> datetime:
    """Return the time."""
    return datetime.now(UTC)


class GraphStore(BaseStore):
    """What LangGraph, `create_agent(store=...)` and LangMem keep their items in.

    All items are in one namespace of ours, apart from what any `AgentMemory` holds; the tuples LangGraph calls
    namespaces are in each item, label by label. May be used from many threads and processes. What `put` and `delete`
    did is durable when they return; a batch sees what was there before it, and its writes are one transaction.

    Args:
        store: A path, a URI, or an open store (`memory.store`), which stays the caller's to close.
        namespace: The namespace of ours; two of them share nothing.
        embedder: As for `AgentMemory`; by default one that needs no key and no network.
        fields: Paths of what is searched by, in an item that does not say so itself (`index=`); "$" is all of it.
        ttl: LangGraph's settings for items that expire. They are never returned, whatever `omit_expired` says, and are
            deleted at writes, at most every `sweep_interval_minutes` (5 by default), or by `sweep_ttl`.
        words: How much of the score of a search, in [0, 1], is for words in common; the rest is the cosine.
        host: Where stores and embedders come from; by default all plugins that are installed.
        clock: What gives the time, aware.

    Raises:
        InvalidInput: the namespace is one of an `AgentMemory`, or `words` is out of its range.
        WrongDimension: it was kept with another embedder.
        StoreUnavailable, StoreRefused: the store cannot be used.
    """

    supports_ttl = True

    def __init__(  # noqa: PLR0913 - one parameter is one thing an application chooses
        self,
        store: str | Path | Store,
        *,
        namespace: str = "langgraph",
        embedder: str | Embedder | Embeddings | None = None,
        fields: Sequence[str] = (WHOLE,),
        ttl: TTLConfig | None = None,
        words: float = 0.3,
        host: Host | None = None,
        clock: Callable[[], datetime] = utc_now,
    ) -> None:
        if not 0 <= words <= 1:
            raise InvalidInput(f"words is {words}; choose a share from 0 to 1")
        host = host or Host()
        self.ttl_config = ttl
        self._fields, self._words, self._clock = tuple(fields), words, clock
        self._swept: datetime | None = None
        self._embedder = host.embedder() if embedder is None else host.embedder(embedder)
        self._held: list[object] = [self._embedder] if embedder is None or isinstance(embedder, str) else []
        self.store: Store = host.store(str(store)) if isinstance(store, str | Path) else store
        if self.store is not store:
            self._held.append(self.store)
        try:
            self._graph = self._opened(namespace)
        except Exception:
            self.close()
            raise

    def batch(self, ops: Iterable[Op]) -> list[Result]:
        """Do several operations: first what reads, then what writes; of two writes of one item, the last.

        Raises:
            InvalidInput: a namespace, a key, a value, a filter or a ttl cannot be used; nothing was written.
            LanguageUnavailable: the embedder is out; nothing was written.
            StoreUnavailable: nothing was acknowledged.
        """
        asked = list(ops)
        writes = {(op.namespace, op.key): op for op in asked if isinstance(op, PutOp)}
        used: dict[str, None] = {}
        with self._graph.snapshot():
            results = [None if isinstance(op, PutOp) else self._read(op, used) for op in asked]
        self._renew(list(used))
        if writes:
            self._write(list(writes.values()))
        return results

    async def abatch(self, ops: Iterable[Op]) -> list[Result]:
        """Do what `batch` does, in a thread."""
        return await asyncio.to_thread(self.batch, list(ops))

    def sweep_ttl(self) -> int:
        """Delete what has expired; return how many items that were."""
        self._swept = now = self._clock()

        def swept() -> int:
            gone = self._graph.scan(items.expired(now))
            self._erase(gone)
            return len(gone)

        count = self._graph.transact(swept) if self._graph.counter(EXPIRING) else 0
        self._scrub(count)
        return count

    def close(self) -> None:
        """Close what was opened here; may be called twice."""
        for held in self._held:
            if isinstance(held, Closes):
                held.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def _opened(self, namespace: str) -> Graph:
        graph = self.store.graph(namespace)
        if Journal(graph).last:
            raise InvalidInput(
                f"namespace {namespace!r} is that of an AgentMemory; name another one for the items of LangGraph"
            )
        is_noted(graph, self._embedder)
        return graph

    def _read(self, op: Op, used: dict[str, None]) -> Result:
        """Answer one operation that reads; note in `used` what shall live on because of it."""
        if isinstance(op, ListNamespacesOp):
            return self._namespaces(op)
        if isinstance(op, GetOp):
            id_, now = items.id_of(op.namespace, op.key), self._clock()
            found = [node for node in self._graph.get([id_]) if items.is_alive(node, now)]
            result: Result = items.item_of(found[0]) if found else None
        elif isinstance(op, SearchOp):
            scored = self._search(op)
            found, result = [node for node, _ in scored], [items.found_item_of(*one) for one in scored]
        else:
            raise InvalidInput(f"a {type(op).__name__} is no operation of a store")
        used |= {node.id: None for node in found if op.refresh_ttl and node.props["ttl"] is not None}
        return result

    def _search(self, op: SearchOp) -> list[tuple[Node, float | None]]:
        items.check_path(op.namespace_prefix)
        check_filter(op.filter)
        if op.offset < 0:
            raise InvalidInput(f"offset is {op.offset}; pass over 0 items or more")
        if op.limit < 1:
            return []
        end = op.offset + op.limit
        scored: list[tuple[Node, float | None]] = []
        if op.query:
            scored += self._ranked(op, op.query, end)
        if len(scored) < end:
            scored += [(node, None) for node in self._listed(op, end - len(scored), is_rest=bool(op.query))]
        return scored[op.offset : end]

    def _ranked(self, op: SearchOp, query: str, end: int) -> list[tuple[Node, float | None]]:
        """Return the items that are indexed, best first."""
        now, [vector] = self._clock(), self._embedded([query])
        within = items.passages_in(op.namespace_prefix)

        def let_through(ids: Sequence[str]) -> list[Node]:
            return [node for node in self._graph.get(ids) if items.is_alive(node, now) and _fits(node, op)]

        question = Question(query, vector, within, self._words)
        return [*ranked(self._graph, question, wanted=end, let_through=let_through)]

    def _listed(self, op: SearchOp, most: int, *, is_rest: bool) -> list[Node]:
        """Return items in no order but time, the newest first; of the rest, only what is not indexed."""
        only = {"passages": ("=", 0)} if is_rest else {}
        where = items.items_in(op.namespace_prefix, now=self._clock(), **only)  # type: ignore[arg-type]
        if not op.filter:
            return self._graph.scan(where, newest=True, limit=most)
        return [node for node in self._graph.scan(where, newest=True) if _fits(node, op)][:most]

    def _namespaces(self, op: ListNamespacesOp) -> list[tuple[str, ...]]:
        found = {items.path_of(node) for node in self._graph.scan(items.items_in((), now=self._clock()))}
        told = {path[: op.max_depth] for path in found if all(_matches(one, path) for one in op.match_conditions or ())}
        return sorted(told)[op.offset : op.offset + op.limit]

    def _write(self, ops: Sequence[PutOp]) -> None:
        """Put and delete items in one transaction; nothing is embedded inside it."""
        drafts = [Draft(op, self._texts(op)) for op in ops]
        ids = [draft.id for draft in drafts]
        vectors = self._embedded([text for draft in drafts for text in draft.texts])
        now = self._clock()

        def written() -> int:
            old = {node.id: node for node in self._graph.get(ids)}
            self._erase(list(old.values()))
            alive = {id_: node for id_, node in old.items() if items.is_alive(node, now)}
            self._put([draft for draft in drafts if draft.op.value is not None], alive, vectors, now)
            return sum(draft.op.value is None for draft in drafts if draft.id in old)

        self._scrub(self._graph.transact(written))
        self._sweep_if_due(now)

    def _put(self, drafts: Sequence[Draft], old: dict[str, Node], vectors: Vectors, now: datetime) -> None:
        """Put items, in a transaction."""
        if not drafts:
            return
        if len(vectors):
            note(self._graph, self._embedder)
        done, row = self._graph.counter(ITEMS), 0
        nodes: list[Node] = []
        for number, draft in enumerate(drafts, done + 1):
            own = vectors[row : row + len(draft.texts)]
            nodes += items.nodes_of(draft, own, old=old.get(draft.id), now=now, position=number)
            row += len(draft.texts)
        self._graph.put_nodes(nodes)
        self._graph.advance(ITEMS, expected=done, value=done + len(drafts))
        if any(draft.op.ttl is not None for draft in drafts) and not self._graph.counter(EXPIRING):
            self._graph.advance(EXPIRING, expected=0, value=1)

    def _texts(self, op: PutOp) -> list[str]:
        """Return what an item is to be found by."""
        if op.value is None or op.index is False:
            return []
        paths = self._fields if op.index is None else op.index
        try:
            texts = [text for path in paths for text in _texts_at(dict(op.value), path)]
        except (TypeError, ValueError, RecursionError) as problem:
            raise InvalidInput(f"the value of an item cannot be kept: {problem}; use what JSON knows") from None
        return [text for text in texts if text.strip()]

    def _embedded(self, texts: Sequence[str]) -> Vectors:
        return self._embedder.embed(texts) if texts else np.zeros((0, 0), np.float32)

    def _erase(self, gone: Sequence[Node]) -> None:
        """Delete items with their texts, in a transaction."""
        self._graph.delete([*ids_of(gone), *(id_ for node in gone for id_ in items.passages_of(node))])

    def _renew(self, ids: Sequence[str]) -> None:
        """Let items live on that were used."""
        now = self._clock()

        def renewed() -> None:
            held = [node for node in self._graph.get(ids) if items.is_alive(node, now)]
            self._graph.put_nodes([items.renewed(node, now) for node in held])

        if ids:
            self._graph.transact(renewed)

    def _sweep_if_due(self, now: datetime) -> None:
        minutes: Any = (self.ttl_config or {}).get("sweep_interval_minutes") or SWEEP_MINUTES
        if self._swept is None or now - self._swept >= timedelta(minutes=minutes):
            self.sweep_ttl()

    def _scrub(self, count: int) -> None:
        """Overwrite what was deleted, if anything was."""
        if count and isinstance(self.store, Scrubs):
            self.store.scrub()


def _texts_at(value: dict[str, Any], path: str) -> list[str]:
    """Return what is at a path; of all there is the values alone, as one text: names and braces lead astray."""
    return ["\n".join(_leaves(value))] if path == WHOLE else get_text_at_path(value, path)


def _leaves(value: object) -> Iterator[str]:
    if isinstance(value, Mapping | list | tuple):
        for inner in value.values() if isinstance(value, Mapping) else value:
            yield from _leaves(inner)
    elif isinstance(value, str | int | float):
        yield str(value)


def _fits(node: Node, op: SearchOp) -> bool:
    return not op.filter or fits(node.props["value"], op.filter)


def _matches(condition: MatchCondition, path: tuple[str, ...]) -> bool:
    """Return whether a namespace begins, or ends, as the condition says; "*" is any label."""
    if condition.match_type not in ("prefix", "suffix"):
        raise InvalidInput(f"a namespace is matched by prefix or suffix, not by {str(condition.match_type)[:40]!r}")
    wanted = condition.path
    own = path[: len(wanted)] if condition.match_type == "prefix" else path[max(0, len(path) - len(wanted)) :]
    return len(own) == len(wanted) and all(one in ("*", label) for one, label in zip(wanted, own, strict=True))
