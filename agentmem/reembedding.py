"""Making all vectors of a namespace anew, by another embedder: `agentmem reembed`.

Vectors change, and nothing else: no model is asked, no memory decides anything again.
What memories once decided by likeness (links, boundaries, merges) stays, as do history
and settings; `agentmem rebuild` decides it again.

New vectors wait in a namespace beside the old one until there is one for each text. Then,
in one transaction, the old ones go and the new ones come. So at no moment, in no file, are
two kinds of vectors in one namespace; until then all is as it was, and whoever is killed
goes on where it was.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from hashlib import blake2b

import numpy as np

from agentmem.errors import InvalidInput, LanguageMisconfigured, PluginError, WrongDimension
from agentmem.events import Value
from agentmem.graph.contract import Graph, Node, Store, Where
from agentmem.graph.view import MemoryGraph, as_it_was
from agentmem.language.contract import Embedder
from agentmem.language.embedding.kept import EmbeddedTexts
from agentmem.memory import EmbedsOther, MakesVectors, Memory
from agentmem.same_embedder import noted_in, write_down
from agentmem.vectors import Vectors

PAGE = 500
WAITING = "reembedding/"
"""How the names of namespaces begin in which new vectors wait."""
LABEL = "Vector"
ALWAYS = datetime.fromtimestamp(0, UTC)
Kind = tuple[str, str]
"""Memory and label."""
Kinds = Mapping[Kind, Memory | None]
"""Which nodes have vectors, with their memory; None for what is no memory's (its name begins with "!")."""
Moved = Callable[[str, int], None]
"""Takes what is being done, and for how many nodes since the last time."""


class Reembedded(Value):
    """What re-embedding came to.

    Attributes:
        namespace: Whose vectors.
        before, after: The embedders, by id.
        is_needless: Whether there was nothing to do: the vectors are of this embedder.
        vectors: How many nodes have one now.
        embedded: Texts embedded in this run.
        found: Texts whose vectors waited from a run that was interrupted.
        calls, tokens: What left for the embedder in this run.
    """

    namespace: str
    before: str
    after: str
    is_needless: bool = False
    vectors: int = 0
    embedded: int = 0
    found: int = 0
    calls: int = 0
    tokens: int = 0


def reembed(
    store: Store,
    namespace: str,
    embedder: Embedder,
    *,
    memories: Callable[[str], Memory],
    moved: Moved = lambda what, nodes: None,  # noqa: ARG005
    page: int = PAGE,
) -> Reembedded:
    """Make all vectors of a namespace anew by `embedder`; go on where an earlier run with it was interrupted.

    Others may read and write meanwhile, with the old embedder. Once it is done, whoever has the
    namespace open is told at the next call (`WrongDimension`), and must open it with the new one.

    Args:
        store: Where it is.
        namespace: Whose vectors.
        embedder: Of the new ones.
        memories: Gives a memory by the name its nodes bear; some have vectors that are not of their nodes' texts.
        moved: Hears how far it has come; each node is counted once while texts are embedded.
        page: Nodes read, embedded and written at a time: what is lost at most when it is interrupted.

    Raises:
        InvalidInput: the namespace is one in which vectors wait.
        PluginError, UnknownName: it holds vectors of a memory that is not installed, or that does not say what
            they are of. Nothing was changed.
        LanguageUnavailable, BadAnswer: the embedder is out; what it gave is kept for the next run.
        LanguageMisconfigured: it is another model than before this was interrupted; what that gave is dropped.
    """
    if namespace.startswith(WAITING):
        raise InvalidInput(f"in namespace {namespace!r} new vectors wait for another one: name that")
    graph = store.graph(namespace)
    before, dim = noted_in(graph)
    texts = EmbeddedTexts(embedder, kept=0)
    if before == embedder.id and dim == (embedder.dim or texts.embed(["dimension"]).shape[1]):
        _clear(store, namespace)
        return Reembedded(namespace=namespace, before=before, after=embedder.id, is_needless=True)
    waiting = _Waiting(store.graph(_beside(namespace, embedder)), texts)
    before_this_run = len(waiting.known)
    work = _Work(store, graph, embedder, waiting, memories, page)
    try:
        work.embed(moved)
        while (vectors := work.exchange()) is None:
            work.embed(lambda what, nodes: None)  # noqa: ARG005 - what was written meanwhile
    except WrongDimension as problem:
        _clear(store, namespace)
        said = f"{embedder.id} made other vectors before this was interrupted ({problem})"
        raise LanguageMisconfigured(f"{said}; those are dropped: call it again to begin anew") from problem
    _clear(store, namespace)
    spent = texts.receipt()
    return Reembedded(
        namespace=namespace, before=before, after=embedder.id, vectors=vectors, embedded=spent.embedded,
        found=before_this_run, calls=spent.calls, tokens=spent.tokens,
    )  # fmt: skip


def in_use(store: Store) -> list[str]:
    """Return the namespaces of a store, sorted, without those in which new vectors wait for another one."""
    return [name for name in store.namespaces() if not name.startswith(WAITING)]


def under_way(graph: Graph, store: Store) -> int:
    """Return how many vectors wait for this namespace, from a run that was interrupted or is going on."""
    waiting = [name for name in store.namespaces() if name.startswith(_prefix(graph.namespace))]
    return sum(store.graph(name).stats()["vectors"] for name in waiting)


class _Waiting:
    """New vectors that wait, each known by the text it is of."""

    def __init__(self, graph: Graph, texts: EmbeddedTexts) -> None:
        self._graph, self._texts = graph, texts
        self.known: set[str] = set()
        self.look()

    def look(self) -> None:
        """Find out what waits: another process that was faster has dropped it."""
        self.known = {node.id for page in _pages(self._graph) for node in page}

    def add(self, texts: Sequence[str]) -> None:
        """Embed what is new of `texts`, and keep it durably."""
        new = list({_key(text): text for text in texts if _key(text) not in self.known}.values())
        if not new:
            return
        vectors = self._texts.embed(new)
        nodes = [
            Node(_key(text), LABEL, ALWAYS, vector=row, position=place)  # a place of its own, so that pages are cheap
            for place, (text, row) in enumerate(zip(new, vectors, strict=True), start=len(self.known))
        ]
        self._graph.put_nodes(nodes)
        self.known |= {node.id for node in nodes}

    def vectors(self, texts: Sequence[str]) -> dict[str, Vectors]:
        """Return the vectors of texts, by text."""
        found = {node.id: node.vector for node in self._graph.get([_key(text) for text in texts], vectors=True)}
        rows = {text: found.get(_key(text)) for text in texts}
        return {text: row for text, row in rows.items() if row is not None}


@dataclass
class _Work:
    """One namespace being re-embedded."""

    store: Store
    graph: Graph
    embedder: Embedder
    waiting: _Waiting
    memories: Callable[[str], Memory]
    page: int

    def embed(self, moved: Moved) -> None:
        """Embed every text there is, a page at a time."""
        self.waiting.look()
        kinds, _ = self._with_vectors()
        for page in self._pages():
            self.waiting.add([text for node in page if (text := self._text_of(node, kinds))])
            moved("embedding", len(page))

    def exchange(self) -> int | None:
        """Let the new vectors take the place of the old ones, in one transaction; return how many there are.

        Returns:
            None, and nothing was changed, where a vector is missing: others have written meanwhile.
        """
        with self.graph.batch():
            if noted_in(self.graph) == (self.embedder.id, self.embedder.dim):
                return self.graph.stats()["vectors"]  # another process was faster
            self.waiting.look()
            kinds, had = self._with_vectors()
            for page in self._pages():
                texts = [text for node in page if (text := self._text_of(node, kinds))]
                if any(_key(text) not in self.waiting.known for text in texts):
                    return None
            self.store.forget_vectors(self.graph.namespace)
            count = sum(self._put(page, kinds, had) for page in self._pages())
            count += sum(self._put_made(page, kinds) for page in self._pages())
            write_down(self.graph, self.embedder)
        return count

    def _with_vectors(self) -> tuple[Kinds, set[str]]:
        """Return the kinds of nodes that have vectors, with their memories; and the ids of the nodes that have one."""
        kinds: dict[Kind, Memory | None] = {}
        had: set[str] = set()
        for page in self._pages(vectors=True):
            for node in page:
                if node.vector is None:
                    continue
                had.add(node.id)
                kind = (node.memory, node.label)
                if kind not in kinds:
                    kinds[kind] = None if node.memory.startswith("!") else self.memories(node.memory)
                if node.vector.any():
                    _refuse_what_is_not_said(node, kinds[kind])
        return kinds, had

    def _text_of(self, node: Node, kinds: Kinds) -> str:
        """Return what the vector of a node is of; "" where it has none, or one made of others."""
        if (node.memory, node.label) not in kinds:
            return ""
        memory = kinds[node.memory, node.label]
        return memory.embedded_text(as_it_was(node)) if isinstance(memory, EmbedsOther) else node.text

    def _put(self, page: Sequence[Node], kinds: Kinds, had: set[str]) -> int:
        """Give nodes the vectors of their texts; one of nothing only to a node that had one."""
        texts = {node.id: self._text_of(node, kinds) for node in page}
        rows = self.waiting.vectors(list(dict.fromkeys(texts.values())))
        rows[""] = np.zeros(self.embedder.dim, np.float32)
        new = [node._replace(vector=rows[texts[node.id]]) for node in page if self._is_of_text(node, kinds)]
        return self._written([node for node in new if node.id in had or _is_something(node.vector)])

    def _is_of_text(self, node: Node, kinds: Kinds) -> bool:
        kind = (node.memory, node.label)
        return kind in kinds and (bool(self._text_of(node, kinds)) or not isinstance(kinds[kind], MakesVectors))

    def _put_made(self, page: Sequence[Node], kinds: Kinds) -> int:
        """Give nodes without text the vectors that their memories make of those there are now."""
        made: list[Node] = []
        for node in page:
            memory = kinds.get((node.memory, node.label))
            if isinstance(memory, MakesVectors) and not self._is_of_text(node, kinds):
                view = MemoryGraph(self.graph, node.memory, node.position, node.position)
                made.append(node._replace(vector=memory.made_vector(as_it_was(node), view)))
        return self._written([node for node in made if node.vector is not None])

    def _pages(self, *, vectors: bool = False) -> Iterator[list[Node]]:
        return _pages(self.graph, size=self.page, vectors=vectors)

    def _written(self, nodes: Sequence[Node]) -> int:
        self.graph.put_nodes(nodes)
        return len(nodes)


def _refuse_what_is_not_said(node: Node, memory: Memory | None) -> None:
    """Refuse a vector of which nobody says what it is of.

    Raises:
        PluginError: with the cure.
    """
    if not node.text and not isinstance(memory, EmbedsOther | MakesVectors):
        raise PluginError(
            f"memory {node.memory!r} keeps vectors on {node.label} nodes that have no text, and does not say what they "
            "are made of (agentmem.memory.MakesVectors): nothing was changed; tell its authors"
        )


def _is_something(vector: Vectors | None) -> bool:
    return vector is not None and bool(vector.any())


def _pages(graph: Graph, *, size: int = PAGE, vectors: bool = False) -> Iterator[list[Node]]:
    """Yield all nodes, retired or not, in order of (position, id); never all of them at once."""
    after: int | None = None
    last: tuple[int, str] | None = None
    again = 0
    while page := graph.scan(Where(retired=True, after=after), limit=size + again, vectors=vectors):
        fresh = [node for node in page if last is None or (node.position, node.id) > last]
        if not fresh:
            return
        yield fresh
        last = (page[-1].position, page[-1].id)
        after = last[0] - 1
        again = sum(node.position == last[0] for node in page)


def _key(text: str) -> str:
    return blake2b(text.encode("utf-8", "replace"), digest_size=16).hexdigest()


def _beside(namespace: str, embedder: Embedder) -> str:
    """Return the name of the namespace in which vectors of an embedder wait for another namespace."""
    return f"{_prefix(namespace)}{_key(embedder.id)[:8]}"


def _prefix(namespace: str) -> str:
    return f"{WAITING}{_key(namespace)[:16]}/"


def _clear(store: Store, namespace: str) -> None:
    """Drop whatever waited for a namespace."""
    for name in store.namespaces():
        if name.startswith(_prefix(namespace)):
            store.drop(name)
