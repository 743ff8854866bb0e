"""A memory's graph in the language of Graphviz, to be drawn: `agentmem show STORE --dot | dot -Tsvg`."""

from __future__ import annotations

import textwrap
from collections.abc import Iterable, Iterator, Sequence

from agentmem.graph.contract import Node
from agentmem.graph.drawing import Drawing

WIDTH, LINES = 28, 4
"""Characters to a line, and lines, of a node's caption; its tooltip has the id."""
COLOURS = ("lightblue", "palegreen", "khaki", "lightpink", "plum", "lightsalmon", "paleturquoise", "wheat")


def dot(drawings: Sequence[Drawing]) -> str:
    """Return one digraph in the DOT language, the same for the same drawings.

    Each memory is a cluster with one colour per label; events are boxes outside of it, shared.
    Texts are data: quoted, without control characters, cut to a few short lines.
    """
    lines = ["digraph memory {", "  rankdir=LR;", '  node [style=filled, fontname="Helvetica", fontsize=10];']
    lines.append('  edge [fontname="Helvetica", fontsize=8, color=gray40];')
    for number, drawing in enumerate(drawings):
        lines += [f"  subgraph cluster_{number} {{", f"    label={quoted(drawing.memory)};", "    color=gray70;"]
        lines += [f"    {line}" for line in _nodes(drawing.nodes)]
        lines.append("  }")
    events = {node.id: node for drawing in drawings for node in drawing.events}
    lines += [f"  {line}" for line in _events(sorted(events.values(), key=lambda node: (node.position, node.id)))]
    lines += [
        f"  {named(edge.source)} -> {named(edge.target)} [label={quoted(edge.type)}];"
        for drawing in drawings
        for edge in drawing.edges
    ]
    return "\n".join([*lines, "}", ""])


def quoted(text: str) -> str:
    r"""Return `text` as one DOT string, in which nothing is an escape, a variable (`\N`) or the end.

    >>> print(quoted('a "b"\\N'))
    "a \"b\"\\N"
    """
    shown = "".join(letter if letter.isprintable() else " " for letter in text)
    return '"{}"'.format(shown.replace("\\", "\\\\").replace('"', '\\"'))


def named(id_: str) -> str:
    r"""Return an id as one DOT string, different for different ids: what cannot be shown is spelt out.

    >>> print(named('event/a\x07"b"'))
    "event/a\u0007\"b\""
    """
    spelt = "".join(letter if letter.isprintable() else f"\\u{ord(letter):04x}" for letter in id_.replace("\\", "\\\\"))
    return '"{}"'.format(spelt.replace('"', '\\"'))


def caption(node: Node) -> str:
    r"""Return what a node says in a few short lines, under its label, as one DOT string.

    A node without a text says the end of its id.

    >>> from datetime import UTC, datetime
    >>> print(caption(Node("m/1.0", "Note", datetime(2026, 1, 1, tzinfo=UTC), text="the key is under\nthe mat")))
    "Note\nthe key is under the mat"
    """
    said = node.text[: 20 * WIDTH * LINES].strip() or node.id.rpartition("/")[2]
    lines = textwrap.wrap(said, WIDTH, max_lines=LINES, placeholder=" ...")
    return '"{}"'.format(r"\n".join(quoted(line)[1:-1] for line in (node.label, *lines)))


def _nodes(nodes: Sequence[Node]) -> Iterator[str]:
    colours = {label: COLOURS[n % len(COLOURS)] for n, label in enumerate(sorted({node.label for node in nodes}))}
    for node in nodes:
        yield f"{named(node.id)} [label={caption(node)}, tooltip={quoted(node.id)}, fillcolor={colours[node.label]}];"


def _events(events: Iterable[Node]) -> Iterator[str]:
    for node in events:
        yield f"{named(node.id)} [label={caption(node)}, tooltip={quoted(node.id)}, shape=box, fillcolor=white];"
