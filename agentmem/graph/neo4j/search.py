"""Search in one namespace on the server: by vector, exact, and by words, ranked as the SQLite store ranks."""

from __future__ import annotations

import itertools
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from agentmem.errors import WrongDimension
from agentmem.graph.checks import as_queries
from agentmem.graph.contract import Hit, Where
from agentmem.graph.neo4j.batch import Space
from agentmem.graph.neo4j.keys import key_of
from agentmem.graph.neo4j.reading import Ask
from agentmem.graph.neo4j.rows import is_there, node_of
from agentmem.graph.neo4j.server import Row
from agentmem.graph.neo4j.statements import statement
from agentmem.graph.neo4j.where import everything
from agentmem.graph.ranking import Texts, idf, score, times_in
from agentmem.graph.stems import stems
from agentmem.graph.text import MOST_ROWS, words_of
from agentmem.vectors import Vectors

Known = Callable[[int, str | None], None]
Stems = tuple[str, ...]
LEAST_FETCHED, MOST_FETCHED = 100, 5000
"""Nodes an index of vectors proposes: with fewer it misses some of the best, beyond it is slower than none."""
MOST_COUNTED = 20_000
"""Texts with a word beyond which they are not counted: it tells nothing any more."""
MOST_LIKE = 1.5
"""A cosine is below; above are vectors that are just being made anew, with another dimension."""
LOOKED_AT, AT_LEAST, WIDER = 4, 64, 4
"""Texts looked at for each that is asked for, at least, and how many times more if too few of them are meant."""


def nearest(
    ask: Ask, vectors: Vectors, where: Where, *, limit: int, space: Space | None, known: Known
) -> list[list[Hit]]:
    """Return for each row of `vectors` up to `limit` nodes with their cosine, best first, ties by id; exact.

    Args:
        ask: Runs statements on the namespace.
        vectors: Shape (n, dim).
        where: Only nodes that match.
        limit: At least 1.
        space: Inside a batch, what is known of the namespace by now.
        known: Outside of one, told how many nodes there are, and the name of the index of vectors, if there is one.

    Raises:
        WrongDimension: `vectors` have another dim than the vectors kept.
    """
    queries = as_queries(vectors)
    found: list[list[Hit]] = [[] for _ in queries]
    if not len(queries) or (space is not None and space.dim is None):
        return found
    text, parameters = everything(where)
    dim = queries.shape[1]
    if space is not None:
        _check_dim(dim, space.dim)
    asked = parameters | {
        "queries": queries.tolist(),
        "zeros": (~queries.any(axis=1)).tolist(),
        "dim": dim,
        "is_known": space is not None,
        "limit": limit,
    }
    while True:
        rows = ask(statement("nearest", conditions=text), **asked)
        if space is None and rows:
            _check_dim(dim, rows[0][3])
            known(*rows[0][4:])
        if not any((row[2] or 0) > MOST_LIKE for row in rows):
            break
    for number, node, cosine, *_ in rows:
        if node is not None and is_there(node):
            found[number].append(_hit(node, cosine))
    return found


def nearest_indexed(ask: Ask, vectors: Vectors, where: Where, *, limit: int, index: str) -> list[list[Hit]] | None:
    """Return what `nearest` does, as far as an index finds it; None where it proposes too few that are meant."""
    text, parameters = everything(where)
    found = []
    for query in as_queries(vectors):
        fetch = max(LEAST_FETCHED, LOOKED_AT * limit)
        rows: list[Row] = []
        while len(rows) < limit and fetch <= MOST_FETCHED:
            asked = parameters | {"index": index, "fetch": fetch, "query": query.tolist(), "limit": limit}
            rows = ask(statement("nearest_indexed", conditions=text), **asked)
            fetch *= WIDER
        if len(rows) < limit:
            return None
        found.append([_hit(*row) for row in rows if is_there(row[0])])
    return found


def matching(ask: Ask, namespace: str, text: str, where: Where, *, limit: int, space: Space | None) -> list[Hit]:
    """Return up to `limit` nodes that share words with `text`, best first, ties by id; `space` as for `nearest`."""
    key = _key(namespace, where)
    asked = Counter(tuple(said) for said in stems(words_of(text)) if said)
    if not asked:
        return []
    searched, parameters = everything(
        Where(memory=where.memory, label=where.label, as_of=where.as_of, retired=where.retired)
    )
    queries = [_query(key), *(_query(key, [said]) for said in asked)]
    rows = ask(statement("word_counts", conditions=searched), **parameters, queries=queries, most=MOST_COUNTED)
    if not rows or not rows[0][0]:
        return []
    (number, lengths, all_texts), *counted = rows
    counts = {said: row[0] for said, row in zip(asked, counted, strict=True)}
    if number >= MOST_COUNTED:  # no further is counted: those of other kinds are taken for theirs
        lengths, number = (lengths * all_texts) // number, all_texts + (0 if space is None else space.texts)
    texts = Texts(number, lengths - number)
    telling = {said: asked[said] * idf(number, counts[said]) for said in _telling(counts, number)}
    return _ranked(ask, _query(key, list(telling)), telling, texts, where, limit=limit) if telling else []


def frequencies(ask: Ask, namespace: str, words: Sequence[str], where: Where, *, most: int) -> Mapping[str, int]:
    """Return in how many nodes each of `words` is, counting no further than `most`."""
    said = dict(zip(words, stems([" ".join(words_of(word)) for word in words]), strict=True))
    asked = [word for word, some in said.items() if some]
    counts = dict.fromkeys(words, 0)
    if not asked:
        return counts
    text, parameters = everything(where)
    queries = [_query(_key(namespace, where), [tuple(said[word])]) for word in asked]
    rows = ask(statement("frequencies", conditions=text), **parameters, queries=queries, most=most)
    return counts | dict(zip(asked, (row[0] for row in rows), strict=True))


def _ranked(
    ask: Ask, query: str, telling: Mapping[Stems, float], texts: Texts, where: Where, *, limit: int
) -> list[Hit]:
    text, parameters = everything(where)
    most = max(AT_LEAST, LOOKED_AT * limit)
    while True:
        rows = ask(statement("worded", conditions=text), **parameters, query=query, most=most)
        meant = [row[0] for row in rows if row[0] is not None and is_there(row[0]) and row[0]["words"]]
        if len(meant) >= limit or len(rows) < most:
            break
        most *= WIDER
    hits = [Hit(node_of(row), _score(row["words"].split(" "), telling, texts)) for row in meant]
    return sorted(hits, key=lambda hit: (-hit.score, hit.node.id))[:limit]


def _score(words: Sequence[str], telling: Mapping[Stems, float], texts: Texts) -> float:
    return score([(worth, times_in(words, said)) for said, worth in telling.items()], len(words), texts)


def _telling(counts: Mapping[Stems, int], searched: int) -> list[Stems]:
    """Return the words by which texts are ranked, as the SQLite store chooses them: not those that are everywhere."""
    if len(counts) < 2 or searched <= MOST_ROWS:
        return list(counts)
    rarest_first = sorted((said for said, rows in counts.items() if rows), key=counts.__getitem__)
    affordable = sum(rows <= MOST_ROWS for rows in itertools.accumulate(counts[said] for said in rarest_first))
    return rarest_first[: max(1, affordable)]


def _key(namespace: str, where: Where) -> str:
    """Return the one word that all nodes have that are of the memory and label `where` asks for."""
    return key_of(namespace, *([] if where.memory is None and where.label is None else [where.memory, where.label]))


def _query(key: str, phrases: Sequence[tuple[str, ...]] = ()) -> str:
    """Return the query for texts with a key, and with any of some phrases if there are any; all is quoted."""
    said = " ".join(f'"{" ".join(phrase)}"' for phrase in phrases)
    return f'+keys:"{key}"^0' + (f" +words:({said})" if said else "")


def _hit(node: Mapping[str, Any], cosine: float) -> Hit:
    return Hit(node_of(node), max(-1.0, min(1.0, cosine)))


def _check_dim(dim: int, kept: int | None) -> None:
    if kept is not None and kept != dim:
        raise WrongDimension(f"a query of shape ({dim},) where this namespace keeps ({kept},): use its embedder")
