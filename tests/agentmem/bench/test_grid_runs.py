"""A grid that is run: each cell in a process of its own, whatever that one does, and each written down once."""

from __future__ import annotations

import errno
import json
import os
from collections import Counter
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest

from agentmem.bench.evaluation import PROBES, Cell
from agentmem.bench.grid import Grid
from agentmem.bench.local import OUTPUT, run
from agentmem.bench.results import RESULTS, Results, opened, read
from agentmem.bench.running import TRACE, Running
from agentmem.errors import InvalidInput, StoreUnavailable
from agentmem.host import Host

QUICK = str(Path(__file__).with_name("quick.py"))


def cells_of(**sweep: Any) -> list[Cell]:
    said = {"memories": ["window", "none"], "run": [{"evaluation": "quick", "seeds": "1-3", **sweep}]}
    return Grid.model_validate(said).cells(Host(also=[QUICK]))


def ran(folder: Path, cells: Sequence[Cell], **how: Any) -> Results:
    running = Running(jobs=2, also=(QUICK,), **how)
    with opened(folder, name="mine", cells=cells, grid={}) as place:
        for _ in run(cells, place, running):
            pass
    return read(folder)


def test_each_cell_is_written_down_once_in_the_order_asked_for_with_what_it_kept(tmp_path: Path) -> None:
    cells = cells_of()

    results = ran(tmp_path / "grid", cells)

    assert [one.key for one in results.finished] == [cell.key for cell in cells]
    assert {one.cell.memory: one.outcome.score for one in results.finished if one.outcome} == {"window": 1, "none": 0}
    assert all(one.outcome and one.outcome.bytes > 0 and one.cpu_s > 0 for one in results.finished)
    assert len({one.worker for one in results.finished}) == len(cells)
    for cell in cells:
        kept = [file.name for file in (tmp_path / "grid" / "cells" / cell.key).iterdir()]
        assert kept == [PROBES]  # the store is gone
    assert results.missing == 0


@pytest.mark.parametrize(
    ("does", "why", "kept"),
    [
        ("raises", "RuntimeError: no kayak today", TRACE),
        ("hangs", "it took longer than 8 s, and was ended; --timeout gives it more", None),
        ("dies", "ended by signal 9", None),
        ("counts", "figures.steps Input should be a finite number", None),
    ],
)
def test_a_cell_that_fails_says_why_and_the_rest_go_on(tmp_path: Path, does: str, why: str, kept: str | None) -> None:
    cells = cells_of(options={"does": does, "seed_that_does": 2})

    results = ran(tmp_path / "grid", cells, timeout_s=8.0 if does == "hangs" else 60.0)

    failed = [one for one in results.finished if one.error]
    assert [one.cell.seed for one in failed] == [2, 2]
    assert all(why in " ".join(one.error.split()) and one.outcome is None for one in failed)
    if kept:
        assert (tmp_path / "grid" / "cells" / failed[0].key / kept).read_text().startswith("Traceback")


def test_what_a_cell_prints_is_kept_beside_it(tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    cells = cells_of(options={"does": "prints", "seed_that_does": 3})

    ran(tmp_path / "grid", cells)

    assert capfd.readouterr() == ("", "")
    printed = (tmp_path / "grid" / "cells" / cells[-1].key / OUTPUT).read_text()
    assert "out of turn" in printed
    assert "and here" in printed


def test_a_folder_may_grow_but_is_no_other_grids(tmp_path: Path) -> None:
    folder, some = tmp_path / "grid", cells_of(seeds="1-2")
    with opened(folder, name="mine", cells=some, grid={}):
        pass

    with opened(folder, name="mine", cells=cells_of(seeds="1-3"), grid={}):
        assert read(folder).missing == len(cells_of(seeds="1-3"))

    with (
        pytest.raises(InvalidInput, match="is of another grid, with 4 cells that are not asked for now"),
        opened(folder, name="mine", cells=cells_of(seeds="1"), grid={}),
    ):
        pass


def test_what_cells_are_called_now_is_what_earlier_results_are_called(tmp_path: Path) -> None:
    folder, cells = tmp_path / "grid", cells_of(seeds="1")
    ran(folder, cells)

    renamed = [cell.model_copy(update={"label": f"old {cell.memory}", "title": "thing"}) for cell in cells]
    with opened(folder, name="mine", cells=renamed, grid={}):
        finished = read(folder).finished

    assert [(one.cell.task, one.cell.called) for one in finished] == [("thing", "old window"), ("thing", "old none")]


def test_a_folder_of_something_else_is_left_alone(tmp_path: Path) -> None:
    (tmp_path / "diary.txt").write_text("mine")

    with (
        pytest.raises(InvalidInput, match="is no grid's folder"),
        opened(tmp_path, name="mine", cells=cells_of(), grid={}),
    ):
        pass

    assert [one.name for one in tmp_path.iterdir()] == ["diary.txt"]
    with pytest.raises(InvalidInput, match="it is no grid's"):
        read(tmp_path)


def test_a_folder_is_worked_on_by_one_at_a_time(tmp_path: Path) -> None:
    with (
        opened(tmp_path / "grid", name="mine", cells=cells_of(), grid={}),
        pytest.raises(InvalidInput, match="is worked on by another run"),
        opened(tmp_path / "grid", name="mine", cells=cells_of(), grid={}),
    ):
        pass


def test_a_line_that_was_cut_short_and_attempts_that_were_not_finished_are_gone(tmp_path: Path) -> None:
    folder, cells = tmp_path / "grid", cells_of(seeds="1")
    ran(folder, cells)
    whole = (folder / RESULTS).read_bytes()
    (folder / RESULTS).write_bytes(whole + b'{"key": "abc", "ce')
    with opened(folder, name="mine", cells=cells, grid={}) as place:
        place.attempt(cells[0])

    assert len(read(folder).finished) == len(cells)
    with opened(folder, name="mine", cells=cells, grid={}):
        assert (folder / RESULTS).read_bytes() == whole
        assert {one.name for one in (folder / "cells").iterdir()} == {cell.key for cell in cells}


def test_a_line_that_is_damaged_is_told_and_its_cell_alone_not_counted(tmp_path: Path) -> None:
    folder, cells = tmp_path / "grid", cells_of(seeds="1-2")
    ran(folder, cells)
    lines = (folder / RESULTS).read_bytes().split(b"\n")
    lines[1] = lines[1][:40] + b"\r\0" + lines[1][60:]
    (folder / RESULTS).write_bytes(b"\n".join(lines))

    with opened(folder, name="mine", cells=cells, grid={}):
        results = read(folder)

    assert (len(results.finished), results.missing, results.damaged) == (3, 1, (2,))
    assert results.damage == "results.jsonl is damaged in line 2; what stood there is not counted"
    assert (folder / RESULTS).read_bytes() == b"\n".join(lines)


def test_a_line_of_a_newer_version_is_refused_by_its_number(tmp_path: Path) -> None:
    folder, cells = tmp_path / "grid", cells_of(seeds="1")
    ran(folder, cells)
    with (folder / RESULTS).open("a") as lines:
        lines.write((folder / RESULTS).read_text().splitlines()[0].replace('"key"', '"mood":1,"key"', 1) + "\n")

    with pytest.raises(InvalidInput, match=r"results.jsonl, line 3 is a result of a newer agentmem"):
        read(folder)


@pytest.mark.parametrize(
    ("manifest", "why"), [("{", "cannot be read"), ('{"format": 9}', "is of format 9, and this agentmem reads 1")]
)
def test_a_manifest_that_cannot_be_read_says_so(tmp_path: Path, manifest: str, why: str) -> None:
    (tmp_path / "grid.json").write_text(manifest)

    with pytest.raises(InvalidInput, match=why):
        read(tmp_path)


def test_a_full_disk_stops_the_grid_with_a_sentence_and_loses_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder, cells = tmp_path / "grid", cells_of(seeds="1")
    sync, synced = os.fsync, Counter[str]()

    def full(descriptor: int) -> None:
        synced["times"] += 1
        if synced["times"] > 1:
            raise OSError(errno.ENOSPC, "No space left on device")
        sync(descriptor)

    with opened(folder, name="mine", cells=cells, grid={}) as place:
        monkeypatch.setattr(os, "fsync", full)
        with pytest.raises(StoreUnavailable, match=r"No space left on device.* run the same again: it goes on"):
            list(run(cells, place, Running(jobs=1, also=(QUICK,))))
        monkeypatch.undo()

    assert read(folder).finished[0].key == cells[0].key


def test_a_password_is_in_no_line(tmp_path: Path) -> None:
    cells = [cell.model_copy(update={"store": "neo4j://me:secret@localhost"}) for cell in cells_of(seeds="1")]

    results = ran(tmp_path / "grid", cells)

    written = (tmp_path / "grid" / RESULTS).read_text()
    assert "secret" not in written
    assert all("neo4j" in json.loads(line)["cell"]["store"] for line in written.splitlines())
    assert all("secret" not in repr(one.cell.store) for one in results.finished)
