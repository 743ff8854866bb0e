"""What makes an earlier result that of something else: code and files that were edited since."""

from __future__ import annotations

import json
import shutil
from collections.abc import Sequence
from pathlib import Path

import pytest

from agentmem.bench.evaluation import Cell
from agentmem.bench.fingerprint import Fingerprints
from agentmem.bench.grid import Grid
from agentmem.bench.local import run
from agentmem.bench.results import MANIFEST, RESULTS, Results, opened, read
from agentmem.bench.running import Running
from agentmem.host import Host
from tests.agentmem.bench.talk import write_talk

HERE = Path(__file__).parent
DIGEST = Cell(evaluation="quick", memory="digest")


@pytest.fixture
def plugins(tmp_path: Path) -> tuple[str, str]:
    """Plugin files that can be edited: an evaluation, and memories."""
    return tuple(shutil.copy(HERE / name, tmp_path) for name in ("quick.py", "forgetful.py"))  # type: ignore[return-value]


def edited(file: str | Path) -> None:
    with Path(file).open("a") as text:
        text.write("\n# another thought\n")


def fingerprint(cell: Cell, *plugins: str) -> str:
    return Fingerprints(Host(also=plugins)).of(cell)


def test_a_memory_that_is_edited_is_another_for_its_own_cells_alone(plugins: tuple[str, str]) -> None:
    window = DIGEST.model_copy(update={"memory": "window"})
    before = [fingerprint(cell, *plugins) for cell in (DIGEST, window)]

    edited(plugins[1])

    after = [fingerprint(cell, *plugins) for cell in (DIGEST, window)]
    assert after[0] != before[0]
    assert after[1] == before[1]


def test_an_evaluation_that_is_edited_is_another_for_all_it_measures(plugins: tuple[str, str]) -> None:
    before = fingerprint(DIGEST, *plugins)

    edited(plugins[0])

    assert fingerprint(DIGEST, *plugins) != before


def test_a_package_is_known_by_all_its_files_but_what_is_made_of_them(tmp_path: Path) -> None:
    package = tmp_path / "agentmem_kayak"
    package.mkdir()
    (package / "__init__.py").write_text((HERE / "forgetful.py").read_text())
    (package / "tell.prompt.txt").write_text("Tell.")
    before = fingerprint(DIGEST, str(package))

    (package / "__pycache__").mkdir(exist_ok=True)
    (package / "__pycache__" / "tell.pyc").touch()
    assert fingerprint(DIGEST, str(package)) == before

    (package / "tell.prompt.txt").write_text("Tell all.")
    assert fingerprint(DIGEST, str(package)) != before


@pytest.mark.parametrize("name", ["talk.jsonl", "chat:talk.jsonl", "replay:talk.jsonl"])
def test_a_file_that_is_named_is_known_by_its_content(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    monkeypatch.chdir(tmp_path)
    write_talk(tmp_path)
    cell = Cell(evaluation="play", memory="window", data=name)
    before = fingerprint(cell)

    shutil.copy("talk.jsonl", "elsewhere.jsonl")
    assert fingerprint(cell.model_copy(update={"data": name.replace("talk", "elsewhere")})) == before
    edited("talk.jsonl")

    assert fingerprint(cell) != before


def test_what_is_beside_a_game_and_another_store_make_a_difference(tmp_path: Path) -> None:
    game = tmp_path / "mine.z8"
    game.touch()
    cell = Cell(evaluation="play", memory="window", data=str(game))
    before = fingerprint(cell)

    game.with_suffix(".json").write_text("{}")

    assert fingerprint(cell) != before
    assert fingerprint(cell.model_copy(update={"store": "many.db"})) != fingerprint(cell)


def cells_of(plugins: Sequence[str], *, label: str = "") -> list[Cell]:
    memories = [{"memory": "digest", "label": label}]
    return Grid.model_validate({"memories": memories, "run": [{"evaluation": "quick"}]}).cells(Host(also=plugins))


def ran(folder: Path, cells: Sequence[Cell], plugins: tuple[str, ...]) -> Results:
    with opened(folder, name="mine", cells=cells, grid={}) as place:
        list(run(cells, place, Running(also=plugins)))
    return read(folder)


def test_a_result_of_other_code_is_not_counted_once_the_cell_is_asked_for_again(
    tmp_path: Path, plugins: tuple[str, str]
) -> None:
    folder = tmp_path / "grid"
    assert ran(folder, cells_of(plugins), plugins).finished

    edited(plugins[1])
    with opened(folder, name="mine", cells=cells_of(plugins), grid={}):
        begun = read(folder)
    results = ran(folder, cells_of(plugins), plugins)

    assert (begun.finished, begun.outdated, begun.missing) == ((), 1, 1)
    assert (len(results.finished), results.outdated, results.missing) == (1, 0, 0)
    assert len((folder / RESULTS).read_text().splitlines()) == 2


def test_what_is_edited_while_the_grid_runs_is_told_and_not_measured(tmp_path: Path, plugins: tuple[str, str]) -> None:
    cells = cells_of(plugins)

    edited(plugins[1])

    (failed,) = ran(tmp_path / "grid", cells, plugins).finished
    assert "if it was edited since, run the same again" in failed.error


def test_a_folder_of_an_earlier_version_is_read_and_run_again(tmp_path: Path, plugins: tuple[str, str]) -> None:
    folder = tmp_path / "grid"
    ran(folder, cells_of(plugins), plugins)
    for name in (MANIFEST, RESULTS):
        said = json.loads((folder / name).read_text())
        said.pop("cells", None)
        said.get("cell", {}).pop("fingerprint", None)
        (folder / name).write_text(json.dumps(said) + "\n")

    assert len(read(folder).finished) == 1
    with opened(folder, name="mine", cells=cells_of(plugins), grid={}):
        assert read(folder).outdated == 1
