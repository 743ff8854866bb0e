"""An export is whole or it is refused: nothing of a broken one is taken."""

import io
import json
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from agentmem.errors import InvalidInput
from agentmem.graph.contract import Edge, Node, Store
from agentmem.graph.moving.exporting import export
from agentmem.graph.moving.importing import import_
from agentmem.graph.moving.pages import fingerprint
from agentmem.graph.sqlite import SQLiteStore
from agentmem.testing.store_world import NOON

Opens = Callable[[str], Store]
TEXT = st.text(st.characters(exclude_categories=["Cs"]))
NUMBERS = st.integers(-(2**63) + 1, 2**63 - 1) | st.floats(allow_nan=False, allow_infinity=False)
JSON = st.recursive(
    st.none() | st.booleans() | NUMBERS | TEXT,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(TEXT, inner, max_size=3),
    max_leaves=5,
)
NODES = st.lists(
    st.builds(
        Node,
        id=st.text("abc/é ", min_size=1, max_size=4),
        label=st.just("Fact"),
        at=st.just(NOON),
        memory=st.just("m"),
        text=TEXT,
        props=st.dictionaries(st.sampled_from(["name", "p_a", "j_a", "position", "x"]), JSON, max_size=3),
        vector=st.none() | st.just(np.array([0.6, 0.8], np.float32)) | st.just(np.zeros(2, np.float32)),
        position=st.integers(0, 3),
        retired=st.none() | st.integers(0, 3),
    ),
    min_size=1,
    max_size=6,
    unique_by=lambda node: node.id,
)


def exported(store: Store, *names: str) -> io.BytesIO:
    file = io.BytesIO()
    export(store, names or store.namespaces(), file)
    return file


def test_imported_it_is_what_was_exported(house: Store, opens: Opens) -> None:
    there = opens("there")

    done = import_(there, exported(house))

    assert [one.namespace for one in done] == ["alice", "bob"]
    for name in ("alice", "bob"):
        assert fingerprint(there.graph(name)) == fingerprint(house.graph(name))
    assert exported(there).getvalue() == exported(house).getvalue()


def test_importing_twice_is_importing_once(house: Store, opens: Opens) -> None:
    there, file = opens("there"), exported(house)
    import_(there, file)

    assert [one.was_there for one in import_(there, file)] == [True, True]


def test_the_journal_comes_first(house: Store) -> None:
    lines = [json.loads(line) for line in exported(house, "alice").getvalue().splitlines()]

    labels = [line["node"]["label"] for line in lines if "node" in line]
    assert labels[0] == "Event"
    assert "Event" not in labels[1:]
    assert list(lines[0]) == ["agentmem", "namespaces"]
    assert list(lines[-1]) == ["complete"]


@pytest.mark.parametrize(
    "spoil",
    [
        lambda lines: lines[:-1],
        lambda lines: lines[: len(lines) // 2],
        lambda lines: [*lines[:-1], lines[-1][:-3]],
        lambda lines: [lines[0].replace(b'"agentmem":1', b'"agentmem":9'), *lines[1:]],
        lambda lines: [b'{"hello": 1}\n', *lines[1:]],
        lambda lines: [line.replace(b"iron", b"gold") for line in lines],
        lambda lines: [*lines[:5], *lines[6:]],
        lambda lines: [*lines[:5], b"not json\n", *lines[5:]],
        lambda lines: [*lines, lines[3]],
        lambda lines: [line for line in lines if b'"end"' not in line],
        lambda lines: [line.replace(b'"nodes":', b'"nodes":1') for line in lines],
        lambda lines: [line.replace(b'"counters"', b'"countless"') for line in lines],
        lambda lines: [b"\x80\x81\n", *lines],
        lambda lines: [],
    ],
)
def test_of_a_broken_export_nothing_is_taken(
    house: Store, tmp_path: Path, spoil: Callable[[list[bytes]], list[bytes]]
) -> None:
    there = SQLiteStore(tmp_path / "there.db")
    lines = exported(house).getvalue().splitlines(keepends=True)

    with pytest.raises(InvalidInput):
        import_(there, io.BytesIO(b"".join(spoil(lines))))

    assert there.namespaces() == []
    there.close()


def test_into_a_namespace_in_use_nothing_is_imported_not_even_the_others(house: Store, tmp_path: Path) -> None:
    there = SQLiteStore(tmp_path / "there.db")
    there.graph("bob").put_nodes([Node("mine", "Fact", NOON)])

    with pytest.raises(InvalidInput, match="'bob' is in use"):
        import_(there, exported(house))

    assert there.namespaces() == ["bob"]
    there.close()


@given(nodes=NODES)
def test_whatever_is_kept_survives_a_journey(nodes: list[Node]) -> None:
    left, there = SQLiteStore.in_memory(), SQLiteStore.in_memory()
    left.graph("a").put_nodes(nodes)
    left.graph("a").put_edges([Edge(nodes[0].id, "near", nodes[-1].id, {"position": 1}, 2)])

    import_(there, exported(left))

    assert fingerprint(there.graph("a")) == fingerprint(left.graph("a"))
    left.close()
    there.close()
