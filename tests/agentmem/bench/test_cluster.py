"""Cells on a Ray cluster of two nodes, of which workers and nodes are lost: they come to what they come to here."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from agentmem.bench import cluster, connecting, local, worker
from agentmem.bench.evaluation import PROBES, Cell
from agentmem.bench.grid import Grid
from agentmem.bench.results import RESULTS, Results, opened, read
from agentmem.bench.running import Executor, Running
from agentmem.errors import ClusterUnavailable, InvalidInput, MissingExtra
from agentmem.host import Host

QUICK = str(Path(__file__).with_name("quick.py"))
NODE: dict[str, Any] = {"num_cpus": 1, "object_store_memory": 80 * 2**20}
SOON_DEAD = {"health_check_initial_delay_ms": 0, "health_check_period_ms": 500, "health_check_failure_threshold": 3}


class Nodes:
    """A real cluster: two nodes with one processor each."""

    def __init__(self) -> None:
        pytest.importorskip("ray", reason="Ray is not installed: pip install 'agentmem-graph[ray]'")
        from ray import cluster_utils

        head = {**NODE, "include_dashboard": False, "_system_config": SOON_DEAD}
        self._cluster: Any = cluster_utils.Cluster(initialize_head=True, head_node_args=head)
        self._second = self._cluster.add_node(**NODE)
        self.address = str(self._cluster.address)

    def lose_one(self) -> None:
        self._cluster.remove_node(self._second, allow_graceful=False)

    def close(self) -> None:
        self._cluster.shutdown()


@pytest.fixture(scope="module")
def nodes() -> Iterator[Nodes]:
    with (
        tempfile.TemporaryDirectory(prefix="ray-", ignore_cleanup_errors=True) as place,
        pytest.MonkeyPatch.context() as environment,
    ):
        environment.setenv("RAY_USAGE_STATS_ENABLED", "0")
        environment.setenv("RAY_TMPDIR", place)
        found = Nodes()
        yield found
        found.close()


def cells_of(*memories: str, **options: Any) -> list[Cell]:
    run = [{"evaluation": "quick", "seeds": "1-2", "options": options}]
    return Grid.model_validate({"memories": memories or ("window",), "run": run}).cells(Host(also=[QUICK]))


def ran(folder: Path, cells: list[Cell], run: Executor) -> Results:
    with opened(folder, name="mine", cells=cells, grid={}) as place:
        for _ in run(cells, place, Running(jobs=2, also=(QUICK,))):
            pass
    return read(folder)


def task(cell: Cell) -> worker.Task:
    plugins = {"quick.py": Path(QUICK).read_bytes()}
    return worker.Task(cell, Running(also=("quick.py",)), plugins, worker.installed())


def what_came(folder: Path, results: Results) -> list[tuple[object, ...]]:
    """What is the same wherever a cell runs: all but times."""
    return [
        (one.key, one.error, one.outcome and one.outcome.score, (folder / "cells" / one.key / PROBES).read_text())
        for one in results.finished
    ]


def holds_all_once_as_if_run_here(folder: Path, cells: list[Cell], results: Results) -> bool:
    here = folder.with_name("here")
    expected = what_came(here, ran(here, cells, local.run))
    return (
        len((folder / RESULTS).read_text().splitlines()) == len(cells) == len(expected)
        and what_came(folder, results) == expected
    )


def test_a_worker_that_is_killed_loses_and_doubles_no_cell(nodes: Nodes, tmp_path: Path) -> None:
    cells = cells_of(does="kills whoever started it", place=str(tmp_path), seed_that_does=1)

    results = ran(tmp_path / "grid", cells, cluster.on(nodes.address))

    assert (tmp_path / "killed").exists()
    assert holds_all_once_as_if_run_here(tmp_path / "grid", cells, results)
    assert not [one.error for one in results.finished if one.error]


def is_alive(process: int) -> bool:
    try:
        os.kill(process, 0)
    except ProcessLookupError:
        return False
    return True


def test_a_node_that_is_lost_loses_and_doubles_no_cell(nodes: Nodes, tmp_path: Path) -> None:
    cells = cells_of("window", "none", does="waits", place=str(tmp_path))

    def lose_a_node_at_work() -> None:
        while len(waiting := list(tmp_path.glob("waits-*"))) < 2:
            time.sleep(0.05)
        nodes.lose_one()
        while all(is_alive(int(one.name.removeprefix("waits-"))) for one in waiting):
            time.sleep(0.05)  # what outlives its node for a moment may not go on
        (tmp_path / "go").touch()

    loses = threading.Thread(target=lose_a_node_at_work, daemon=True)
    loses.start()
    results = ran(tmp_path / "grid", cells, cluster.on(nodes.address))
    loses.join()

    assert len(list(tmp_path.glob("waits-*"))) == 3  # one of the two was started again
    assert holds_all_once_as_if_run_here(tmp_path / "grid", cells, results)


def test_a_cluster_on_this_machine_leaves_nothing_behind(tmp_path: Path) -> None:
    pytest.importorskip("ray", reason="Ray is not installed: pip install 'agentmem-graph[ray]'")
    grid, out = tmp_path / "mine.toml", tmp_path / "grid"
    grid.write_text('memories = ["window"]\n[[run]]\nevaluation = "quick"\n')
    command = ["-m", "agentmem.cli", "--plugin", QUICK, "bench", "run", str(grid), "--out", str(out)]

    said = subprocess.run(
        [sys.executable, *command, "--cluster", "local"],
        capture_output=True, text=True, check=True, env={"HOME": str(tmp_path), "PATH": ""},
    )  # fmt: skip

    assert [one.outcome and one.outcome.score for one in read(out).finished] == [1.0]
    assert said.stderr.splitlines() == [f"1 cell; results go to {out}"]
    assert {one.name for one in tmp_path.iterdir()} == {"mine.toml", "grid"}


def test_a_worker_brings_back_what_a_cell_keeps_and_its_store_is_gone(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    left = tmp_path / f"{worker.ROOM}of-one-killed-yesterday"
    left.mkdir()
    os.utime(left, (0, 0))
    cell = cells_of(does="prints")[0]

    report = worker.work(task(cell))

    assert report.finished.outcome is not None
    assert set(report.kept) == {PROBES, local.OUTPUT}
    assert b"out of turn" in report.kept[local.OUTPUT]
    assert list(tmp_path.iterdir()) == []


def test_a_worker_with_other_versions_refuses() -> None:
    other = replace(task(cells_of()[0]), installed=worker.installed() | {"numpy": "0.1", "agentmem-cello": "3"})

    with pytest.raises(InvalidInput, match="has no agentmem-cello, and whoever runs the grid agentmem-cello 3;"):
        worker.work(other)


@pytest.mark.parametrize("address", ["here", "ray://localhost", "http://localhost:6379", "localhost:6379:1", ""])
def test_an_address_that_is_none_is_refused(tmp_path: Path, address: str) -> None:
    pytest.importorskip("ray", reason="Ray is not installed: pip install 'agentmem-graph[ray]'")
    with pytest.raises(InvalidInput, match="write local, ray://HOST:10001, or HOST:6379 on a node"):
        ran(tmp_path / "grid", cells_of(), cluster.on(address))


def test_a_cluster_that_is_not_there_is_told_at_once(tmp_path: Path) -> None:
    pytest.importorskip("ray", reason="Ray is not installed: pip install 'agentmem-graph[ray]'")
    with socket.create_server(("127.0.0.1", 0)) as closed:
        port = closed.getsockname()[1]

    with pytest.raises(ClusterUnavailable, match=rf"nothing answers at ray://127.0.0.1:{port} .* ray start --head"):
        ran(tmp_path / "grid", cells_of(), cluster.on(f"ray://127.0.0.1:{port}"))


def test_what_is_no_cluster_is_not_waited_for(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    pytest.importorskip("ray", reason="Ray is not installed: pip install 'agentmem-graph[ray]'")
    monkeypatch.setattr(connecting, "TRIAL_S", 1.0)

    with socket.create_server(("127.0.0.1", 0)) as silent:
        address = f"127.0.0.1:{silent.getsockname()[1]}"
        with pytest.raises(ClusterUnavailable, match=r"is no Ray cluster .*no answer in 1 s.* give ray://HOST:10001"):
            ran(tmp_path / "grid", cells_of(), cluster.on(address))


def test_without_ray_the_extra_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "ray", None)

    with pytest.raises(MissingExtra, match=r"--cluster needs an optional part: pip install 'agentmem-graph\[ray\]'"):
        ran(tmp_path / "grid", cells_of(), cluster.on("local"))
