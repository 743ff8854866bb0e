"""Namespaces out of lines of JSON: all is checked before anything is written."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import IO, Any, TypeVar

from agentmem.errors import InvalidInput, UnknownNode
from agentmem.graph.contract import Edge, Graph, Node, Store, ids_of
from agentmem.graph.moving.arriving import Arriving, Differs, Moved, check_free
from agentmem.graph.moving.copying import Copied, is_there
from agentmem.graph.moving.exporting import FORMAT
from agentmem.graph.moving.lines import edge_of, node_of
from agentmem.graph.moving.mark import MARK
from agentmem.graph.moving.pages import PAGE, Fingerprint

T = TypeVar("T")
Line = Mapping[str, Any]


@dataclass
class Section:
    """One namespace of a file.

    Attributes:
        name: Of the namespace.
        counters: By name.
        start: Where its first node stands in the file.
        whole: What it must come to.
    """

    name: str
    counters: dict[str, int]
    start: int
    whole: Fingerprint = field(default=Fingerprint(0, 0, ""))


def import_(
    store: Store,
    file: IO[bytes],
    *,
    moved: Moved = lambda what, steps: None,  # noqa: ARG005
) -> list[Copied]:
    """Bring the namespaces of an export into a store; interrupted, it goes on where it stopped.

    What is there already, just so, is left alone: importing twice is importing once.

    Args:
        store: Its namespaces of these names must be empty, half imported, or the very same.
        file: Read twice: first it is checked whole.
        moved: Told of each step.

    Raises:
        InvalidInput: the file is broken, cut off, edited, or of a newer agentmem; or a namespace is in use.
            Nothing was changed, but that whole namespaces before it in the file may have come.
    """
    sections = read(file)
    for section in sections:
        graph = store.graph(section.name)
        if not _is_there(graph, section):
            check_free(graph)
    return [_arrived(store, section, file, moved) for section in sections]


def _arrived(store: Store, section: Section, file: IO[bytes], moved: Moved) -> Copied:
    try:
        return _import(store.graph(section.name), section, file, moved)
    except (Differs, UnknownNode):  # an earlier run was of another file: begin anew
        store.drop(section.name)
    try:
        return _import(store.graph(section.name), section, file, moved)
    except (Differs, UnknownNode):
        store.drop(section.name)
        raise InvalidInput(
            f"what the export says of namespace {section.name!r} is not what is in it: it was edited or damaged; "
            "export it again, nothing of that namespace was kept"
        ) from None


def read(file: IO[bytes]) -> list[Section]:
    """Check a file and return its namespaces.

    Raises:
        InvalidInput: it is broken, cut off or edited, not an export, or of a newer agentmem.
    """
    file.seek(0)
    reader = _Reader()
    for raw in file:
        reader.take(raw)
    if not reader.is_complete:
        raise InvalidInput(f"the export is cut off after line {reader.number}: export it again, nothing was changed")
    return reader.sections


class _Reader:
    """Reads a file from its first line to its last, and believes nothing.

    Attributes:
        number: Lines read.
        sections: The namespaces found.
        is_complete: Whether the last line was one that says so.
    """

    def __init__(self) -> None:
        self.number, self.sections, self.is_complete = 0, list[Section](), False
        self._position, self._is_open = 0, False
        self._hashed = hashlib.sha256()

    def take(self, raw: bytes) -> None:
        self.number += 1
        self._position += len(raw)
        line = _line(raw, self.number)
        if self.number == 1:
            _check_head(line)
        elif self.is_complete:
            raise InvalidInput(f"line {self.number} comes after the end: this is no export, or one that was edited")
        elif self._is_open != ({"namespace", "complete"}.isdisjoint(line)):
            raise InvalidInput(f"line {self.number} stands where it cannot: this is no export, or one that was edited")
        elif "end" in line:
            self._end(line)
        elif "complete" in line:
            self.is_complete = line["complete"] == len(self.sections)
        else:
            self._hashed.update(raw)
            if "namespace" in line:
                self._is_open = True
                self.sections.append(_section(line, self._position))

    def _end(self, line: Line) -> None:
        self._is_open = False
        if (line["end"], line.get("lines")) != (self.sections[-1].name, self._hashed.hexdigest()):
            raise InvalidInput(f"what stands above line {self.number} was edited or damaged: export it again")
        self.sections[-1].whole = _whole(line)
        self._hashed = hashlib.sha256()


def nodes_in(file: IO[bytes], section: Section) -> Iterator[Node]:
    """Yield the nodes of a namespace in a file that was checked, in its order."""
    return (node_of(line["node"]) for line in _lines(file, section) if "node" in line)


def _import(graph: Graph, section: Section, file: IO[bytes], moved: Moved) -> Copied:
    told = section.whole._asdict()
    if _is_there(graph, section):
        return Copied(namespace=section.name, **told, was_there=True)
    arriving = Arriving(graph, moved)
    ids: set[str] = set()
    for nodes in _pages(nodes_in(file, section)):
        arriving.put_nodes(nodes)
        ids.update(ids_of(nodes))
    for edges in _pages(edge_of(line["edge"]) for line in _lines(file, section) if "edge" in line):
        arriving.put_edges(_sources(graph, edges), edges)
    arriving.end({**section.counters, MARK: 0}, section.whole, ids.intersection)
    return Copied(namespace=section.name, **told, was_there=False)


def _is_there(graph: Graph, section: Section) -> bool:
    return is_there(graph, section.whole, {**section.counters, MARK: 0})


def _sources(graph: Graph, edges: list[Edge]) -> list[Node]:
    return graph.get(sorted({edge.source for edge in edges}))


def _lines(file: IO[bytes], section: Section) -> Iterator[Line]:
    file.seek(section.start)
    for raw in file:
        line = json.loads(raw)
        if "end" in line:
            return
        yield line


def _pages(things: Iterator[T]) -> Iterator[list[T]]:
    page: list[T] = []
    for thing in things:
        page.append(thing)
        if len(page) >= PAGE:
            yield page
            page = []
    if page:
        yield page


def _line(raw: bytes, number: int) -> Line:
    try:
        line = json.loads(raw)
        if "node" in line:
            node_of(line["node"])
        elif "edge" in line:
            edge_of(line["edge"])
        elif "namespace" in line:
            _section(line, 0)
        elif "end" in line:
            _whole(line)
    except (AttributeError, KeyError, TypeError, ValueError) as problem:
        raise InvalidInput(
            f"line {number} is no line of an export ({type(problem).__name__}): export it again"
        ) from None
    if not isinstance(line, dict) or not raw.endswith(b"\n"):
        raise InvalidInput(f"line {number} is no line of an export, or cut off: export it again")
    return line


def _section(line: Line, start: int) -> Section:
    return Section(str(line["namespace"]), {str(name): int(value) for name, value in line["counters"].items()}, start)


def _whole(line: Line) -> Fingerprint:
    return Fingerprint(line["nodes"], line["edges"], line["sha256"])


def _check_head(line: Line) -> None:
    if "agentmem" not in line:
        raise InvalidInput("this is no export of agentmem; make one with: agentmem export STORE FILE")
    if line["agentmem"] != FORMAT:
        raise InvalidInput(
            f"this export is of format {line['agentmem']!r}, and this agentmem reads {FORMAT}; "
            "upgrade with: pip install --upgrade agentmem-graph"
        )
