"""What SQLiteStores opens, what it refuses, and how it fails."""

import contextlib
import resource
import sqlite3
import subprocess
import sys
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

import pytest

from agentmem.errors import InvalidInput, StoreRefused, StoreUnavailable, UnknownSetting
from agentmem.graph.contract import ids_of
from agentmem.graph.sqlite import SQLiteStore, SQLiteStores
from agentmem.testing.store_world import fact, unit_vectors


@pytest.mark.parametrize("uri", ["graph.db", "a/b.sqlite", "/tmp/x", "sqlite:///x.db", "memory:", "C:\\x.db"])
def test_paths_are_ours(uri: str) -> None:
    assert SQLiteStores().claims(uri)


@pytest.mark.parametrize("uri", ["neo4j://localhost", "bolt://x", "https://x/y.db"])
def test_other_schemes_are_not(uri: str) -> None:
    assert not SQLiteStores().claims(uri)


@pytest.mark.parametrize("form", ["{}", "sqlite:///{}", "sqlite:///{}?durability=relaxed", "{}?durability=full"])
def test_a_store_opens_by_path_or_uri(tmp_path: Path, form: str) -> None:
    store = SQLiteStores().open(form.format(tmp_path / "new folder" / "graph.db"))
    store.graph("a").put_nodes([fact("n")])
    store.close()

    assert [path.name for path in (tmp_path / "new folder").iterdir()] == ["graph.db"]


def test_an_unknown_setting_or_durability_is_refused(tmp_path: Path) -> None:
    for query in ("speed=1", "durability=none", "durability=full&speed=1"):
        with pytest.raises(UnknownSetting):
            SQLiteStores().open(f"sqlite:///{tmp_path / 'graph.db'}?{query}")

    assert list(tmp_path.iterdir()) == []


def test_a_path_without_a_name_is_refused() -> None:
    for path in ("", " ", "a\0b"):
        with pytest.raises(InvalidInput, match="memory:"):
            SQLiteStore(path)


@pytest.mark.parametrize(
    "uri", ["", " \t", "sqlite:", "sqlite:x.db", "SQLite:x.db", "sqlite:///", "sqlite:///?durability=full", "file:x.db"]
)
def test_a_uri_that_would_become_a_file_of_that_name_is_refused(
    uri: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)

    with pytest.raises(
        InvalidInput, match="use a path, sqlite:///relative/path, sqlite:////absolute/path, memory:, or neo4j://HOST"
    ):
        SQLiteStores().open(uri)

    assert list(tmp_path.iterdir()) == []


def test_a_store_in_memory_is_among_the_temporary_files_where_shared_memory_is_small(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr("agentmem.graph.sqlite.store.LEAST_ROOM", 1 << 80)
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))

    store = SQLiteStores().open("memory:")

    assert len(list(tmp_path.iterdir())) == 1
    store.close()
    assert list(tmp_path.iterdir()) == []


def test_a_store_in_memory_is_new_each_time_and_gone_when_closed() -> None:
    first, second = SQLiteStores().open("memory:"), SQLiteStores().open("memory:")

    first.graph("a").put_nodes([fact("n")])

    assert (first.uri, first.namespaces(), second.namespaces()) == ("memory:", ["a"], [])
    first.close()
    second.close()


def test_a_closed_store_is_one_file(tmp_path: Path) -> None:
    store = SQLiteStore(tmp_path / "graph.db")
    store.graph("a").put_nodes([fact("n", vector=unit_vectors(1)[0])])
    store.graph("a").nearest(unit_vectors(1)[0], limit=1)

    store.close()

    assert [path.name for path in tmp_path.iterdir()] == ["graph.db"]


def _text_file(path: Path) -> None:
    path.write_text("my shopping list\n" * 100)


def _short_file(path: Path) -> None:
    path.write_bytes(b"SQLite")


def _program_of_another(path: Path) -> None:
    with closing(sqlite3.connect(path)) as connection:
        connection.execute("create table t(x)")
        connection.execute("pragma application_id = 42")
        connection.commit()


def _nameless_database(path: Path) -> None:
    with closing(sqlite3.connect(path)) as connection:
        connection.execute("pragma journal_mode = wal")
        connection.execute("create table node(id)")


def _newer_version(path: Path) -> None:
    SQLiteStore(path).close()
    with closing(sqlite3.connect(path)) as connection:
        connection.execute("pragma user_version = 99")
    _one_file(path)


def _damaged_head(path: Path) -> None:
    SQLiteStore(path).close()
    whole = path.read_bytes()
    path.write_bytes(b"\xff" * 200 + whole[200:])


def _cut_short(path: Path) -> None:
    SQLiteStore(path).close()
    path.write_bytes(path.read_bytes()[:8192])


def _anothers_with_a_log(path: Path) -> None:
    _another_died_writing(path, "pragma journal_mode = wal")


def _anothers_with_a_journal(path: Path) -> None:
    _another_died_writing(path, "pragma cache_size = 1")


def _another_died_writing(path: Path, setting: str) -> None:
    _program_of_another(path)
    code = (
        "import os, sqlite3, sys\nc = sqlite3.connect(sys.argv[1], isolation_level=None)\nc.execute(sys.argv[2])\n"
        "c.execute('begin')\nc.executemany('insert into t values(zeroblob(3000))', [()] * 500)\n"
        "if 'wal' in sys.argv[2]: c.execute('commit')\nos.kill(os.getpid(), 9)"
    )
    subprocess.run([sys.executable, "-c", code, str(path), setting], check=False)
    assert len(list(path.parent.iterdir())) > 1


def _one_file(path: Path) -> None:
    for rest in ("-wal", "-shm"):
        path.with_name(path.name + rest).unlink(missing_ok=True)


@pytest.mark.parametrize(
    "make",
    [
        _text_file,
        _short_file,
        _program_of_another,
        _nameless_database,
        _newer_version,
        _damaged_head,
        _cut_short,
        _anothers_with_a_log,
        _anothers_with_a_journal,
    ],
)
def test_what_is_not_a_store_of_ours_is_refused_and_left_as_it_was(tmp_path: Path, make: object) -> None:
    path = tmp_path / "graph.db"
    assert callable(make)
    make(path)
    before = {one.name: one.read_bytes() for one in tmp_path.iterdir()}

    with pytest.raises(StoreRefused, match=r"graph\.db") as refused:
        SQLiteStore(path)

    assert {one.name: one.read_bytes() for one in tmp_path.iterdir()} == before
    assert "\n" not in str(refused.value)


def test_a_store_damaged_inside_says_so(tmp_path: Path) -> None:
    path = tmp_path / "graph.db"
    store = SQLiteStore(path)
    store.graph("a").put_nodes([fact(f"n{i}", text="key " * 50) for i in range(300)])
    store.close()
    whole = path.read_bytes()
    path.write_bytes(whole[:8192] + b"\x5a" * (len(whole) - 8192))

    with pytest.raises(StoreRefused, match="damaged"):
        SQLiteStore(path).graph("a").scan()


def test_an_empty_file_becomes_a_store(tmp_path: Path) -> None:
    (tmp_path / "graph.db").touch()

    SQLiteStore(tmp_path / "graph.db", create=False).close()

    assert (tmp_path / "graph.db").stat().st_size > 0


@pytest.mark.parametrize("place", ["folder", "file/graph.db", "/proc/graph.db", "/dev/full"])
def test_a_place_that_cannot_hold_a_store_is_named(tmp_path: Path, place: str) -> None:
    (tmp_path / "folder").mkdir()
    (tmp_path / "file").touch()

    with pytest.raises((StoreUnavailable, StoreRefused), match=Path(place).stem):
        SQLiteStore(tmp_path / place)


@contextmanager
def no_file_larger_than(size: int) -> Iterator[None]:
    """Let the system refuse writes beyond `size` bytes, as a full disk would."""
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (size, hard))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))


def test_a_write_that_fails_loses_nothing_and_the_store_goes_on_afterwards(tmp_path: Path) -> None:
    store = SQLiteStore(tmp_path / "graph.db")
    graph = store.graph("a")
    graph.put_nodes([fact("kept", text="key")])
    big = [fact(f"big{i}", text="lamp " * 500, vector=unit_vectors(1)[0]) for i in range(900)]

    with no_file_larger_than(1_000_000), pytest.raises(StoreUnavailable, match=r"graph\.db"):
        graph.put_nodes(big)

    assert ids_of(graph.scan()) == ["kept"]
    assert graph.matching("lamp", limit=5) == []
    graph.put_nodes(big)
    assert len(graph.matching("lamp", limit=1000)) == 900
    store.close()


def test_a_batch_spoiled_by_a_failed_write_cannot_be_committed(tmp_path: Path) -> None:
    store = SQLiteStore(tmp_path / "graph.db")
    graph = store.graph("a")
    graph.put_nodes([fact("kept")])

    def write_on_regardless() -> None:
        with graph.batch():
            graph.put_nodes([fact("first")])
            with contextlib.suppress(StoreUnavailable):
                graph.put_nodes([fact(f"big{i}", text="lamp " * 5000) for i in range(900)])
            graph.put_nodes([fact("second")])

    with no_file_larger_than(1_000_000), pytest.raises(StoreUnavailable, match="spoiled"):
        write_on_regardless()

    assert ids_of(graph.scan()) == ["kept"]
    store.close()


def test_a_writer_waits_for_another_process_and_says_so_when_it_takes_too_long(tmp_path: Path) -> None:
    store = SQLiteStore(tmp_path / "graph.db", wait_s=0.05)
    with closing(sqlite3.connect(tmp_path / "graph.db", isolation_level=None)) as other:
        other.execute("begin immediate")
        with pytest.raises(StoreUnavailable, match="another process"):
            store.graph("a").put_nodes([fact("n")])
        other.execute("rollback")

    store.graph("a").put_nodes([fact("n")])

    assert ids_of(store.graph("a").scan()) == ["n"]
    store.close()


def test_several_processes_may_make_one_store_at_once(tmp_path: Path) -> None:
    code = "import sys; from agentmem.graph.sqlite import SQLiteStore; SQLiteStore(sys.argv[1]).close()"
    makers = [subprocess.Popen([sys.executable, "-c", code, str(tmp_path / "graph.db")]) for _ in range(4)]

    assert [maker.wait() for maker in makers] == [0] * 4


def test_a_store_works_on_both_sides_of_a_fork(tmp_path: Path) -> None:
    code = """
import os, sys
from agentmem.graph.sqlite import SQLiteStore
from agentmem.testing.store_world import fact, unit_vectors
store = SQLiteStore(sys.argv[1])
graph = store.graph("a")
graph.put_nodes([fact("before", vector=unit_vectors(1)[0])])
graph.nearest(unit_vectors(1)[0], limit=1)
child = os.fork()
for i in range(20):
    graph.put_nodes([fact(f"{'child' if not child else 'parent'}{i}", vector=unit_vectors(1)[0])])
if not child:
    store.close()
    os._exit(0)
assert os.waitpid(child, 0)[1] == 0
assert len(graph.scan()) == len(graph.nearest(unit_vectors(1)[0], limit=99)) == 41
store.close()
"""
    subprocess.run([sys.executable, "-W", "ignore", "-c", code, str(tmp_path / "graph.db")], check=True)
