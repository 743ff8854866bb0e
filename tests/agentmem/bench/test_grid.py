"""What a grid is made of, as it is written down, and what is refused before anything starts."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from agentmem.bench.evaluation import Cell, HasFixedCells
from agentmem.bench.grid import Grid
from agentmem.bench.grid_file import read_grid
from agentmem.bench.numbers import numbers
from agentmem.errors import InvalidInput
from agentmem.host import Host
from agentmem.thinking import Thinking
from tests.agentmem.bench.talk import write_talk

RUN = "memories = ['window']\n[[run]]\nevaluation = 'quick'"
QUICK = str(Path(__file__).with_name("quick.py"))


@pytest.fixture(scope="module")
def host() -> Host:
    return Host(also=[QUICK])


def grid(**said: Any) -> Grid:
    return Grid.model_validate({"memories": ["window"], "run": [{"evaluation": "quick"}], **said})


def test_everything_meets_everything_the_first_seed_first(host: Host) -> None:
    run = [{"evaluation": "quick", "data": ["kayak", "cello"], "seeds": "1-2"}]

    cells = grid(memories=["window", "full"], run=run).cells(host)

    assert [(one.seed, one.memory, one.data) for one in cells] == [
        (seed, memory, data) for seed in (1, 2) for memory in ("window", "full") for data in ("kayak", "cello")
    ]


def test_options_that_vary_are_combined_and_one_cell_is_run_once(host: Host) -> None:
    run = [{"evaluation": "quick", "vary": {"does": ["", "prints"], "seed_that_does": [1, 2]}}, {"evaluation": "quick"}]

    cells = grid(run=run).cells(host)

    assert [(one.options, one.task) for one in cells] == [
        ({"does": does, "seed_that_does": seed}, f"quick does={does} seed_that_does={seed}")
        for does in ("", "prints")
        for seed in (1, 2)
    ] + [({}, "quick")]
    assert len({one.key for one in grid(run=run[1:] * 2).cells(host)}) == 1


def test_what_a_cell_is_called_makes_it_no_other_cell() -> None:
    cell = Cell(evaluation="quick", memory="window")

    assert cell.model_copy(update={"label": "w", "title": "t"}).key == cell.key
    assert cell.model_copy(update={"seed": 2}).key != cell.key
    assert cell.model_copy(update={"settings": {"size": 3}}).key != cell.key


def test_an_evaluation_without_seeds_is_run_once(host: Host, monkeypatch: pytest.MonkeyPatch) -> None:
    unseeded = host.evaluation("quick")
    unseeded.is_seeded = False
    monkeypatch.setattr(host, "evaluation", lambda _: unseeded)

    assert len(grid(run=[{"evaluation": "quick", "seeds": "1-9"}]).cells(host)) == 1


@pytest.mark.parametrize(
    ("sweep", "cells"),
    [
        ({"evaluation": "play", "data": ["chat:{talk}"], "options": {"policy": "quote"}}, 1),
        ({"evaluation": "play", "data": ["chat:simulated"], "options": {"policy": "quote"}}, 9),
        ({"evaluation": "ablation", "data": ["{talk}"]}, 1),
        ({"evaluation": "ablation", "data": ["chat:simulated"]}, 9),
    ],
)
def test_what_is_the_same_for_every_seed_is_run_once(
    host: Host, tmp_path: Path, sweep: dict[str, Any], cells: int
) -> None:
    talk = str(write_talk(tmp_path))
    data = [one.format(talk=talk) for one in sweep["data"]]

    found = grid(memories=["window+full"], run=[{**sweep, "data": data, "seeds": "1-9"}]).cells(host)

    assert len(found) == cells


def test_a_game_in_a_file_is_fixed_unless_dice_fall_or_who_plays_is_not(host: Host, tmp_path: Path) -> None:
    game = tmp_path / "mine.z8"
    cell = Cell(evaluation="play", memory="window", data=str(game))
    play = host.evaluation("play")
    assert isinstance(play, HasFixedCells)

    assert not play.is_fixed(cell, host)  # one of Jericho's
    game.with_suffix(".json").touch()
    game.touch()
    assert play.is_fixed(cell, host)
    assert not play.is_fixed(cell.model_copy(update={"thinking": Thinking(language="openai:gpt")}), host)


def test_what_is_not_the_same_is_not_one_row_of_a_table(host: Host) -> None:
    run: list[dict[str, Any]] = [{"evaluation": "quick"}, {"evaluation": "quick", "options": {"does": "prints"}}]
    two_sizes: list[Any] = ["window", {"memory": "window", "settings": {"size": 20}}]

    for wrong in (grid(run=run), grid(memories=two_sizes)):
        with pytest.raises(InvalidInput, match="two kinds of cells are called 'quick' with 'window'"):
            wrong.cells(host)

    named = grid(run=[run[0], run[1] | {"title": "loud"}], memories=[*two_sizes[:1], two_sizes[1] | {"label": "w20"}])
    assert {(one.task, one.called) for one in named.cells(host)} == {
        (task, memory) for task in ("quick", "loud") for memory in ("window", "w20")
    }


def test_what_is_the_same_has_no_two_rows_of_a_table(host: Host) -> None:
    twice = [{"memory": "window", "label": "a"}, {"memory": "window", "label": "b"}]
    run = [{"evaluation": "quick", "title": title} for title in ("early", "late")]

    with pytest.raises(InvalidInput, match="'quick' with 'a' and 'quick' with 'b' are the same"):
        grid(memories=twice).cells(host)
    with pytest.raises(InvalidInput, match="'early' with 'window' and 'late' with 'window' are the same"):
        grid(run=run).cells(host)


def test_a_file_says_it_all_and_names_files_beside_it(tmp_path: Path) -> None:
    (tmp_path / "mine.z8").touch()
    file = tmp_path / "games.toml"
    file.write_text(
        """
        memories = ["arigraph", { memory = "window", label = "window-20", settings = { size = 20 } }]

        [thinking]
        budget = "calls=9"

        [[run]]
        evaluation = "play"
        data = ["simple", "mine.z8"]
        seeds = "1-3"
        options = { max_steps = 9 }
        """
    )

    read = read_grid(file)

    assert (read.name, read.thinking.budget) == ("games", "calls=9")
    assert [(one.memory, one.label, one.settings) for one in read.memories] == [
        ("arigraph", "", {}),
        ("window", "window-20", {"size": 20}),
    ]
    assert read.run[0].data == ("simple", str(tmp_path / "mine.z8"))
    assert read.run[0].seeds == (1, 2, 3)


def test_all_that_is_wrong_is_told_at_once(host: Host) -> None:
    wrong = grid(
        memories=["windw", {"memory": "window", "settings": {"sise": 3}}],
        run=[
            {"evaluation": "quick", "data": ["kayak", "oboe"]},
            {"evaluation": "quik"},
            {"evaluation": "play", "data": ["cook:99"], "options": {"polcy": "rules"}},
        ],
    )

    with pytest.raises(InvalidInput, match="5 things are wrong with this grid, and nothing was started") as refused:
        wrong.cells(host)

    for said in ("no memory named 'windw'", "did you mean 'size'", "no data 'oboe'", "no evaluation named 'quik'"):
        assert said in str(refused.value)
    assert "did you mean 'policy'" in str(refused.value)


@pytest.mark.parametrize(
    ("said", "why"),
    [
        ({"data": ["gone.z8"]}, "no game file at '.*gone.z8'"),
        ({"data": ["chat:gone.json"]}, "there is no file 'gone.json'"),
        ({"data": ["coin:999"]}, "coin:999"),
        ({"data": ["coin:10"], "options": {"game_settings": {"turns": 3}}}, "no setting named 'turns'"),
        ({"data": ["chat:simulated"], "options": {"game_settings": {"turms": 3}}}, "did you mean 'turns'"),
        ({"data": ["coin:10"], "seeds": [1, 99999999999]}, "setting 'seed' is 99999999999"),
        ({"data": ["coin:10"], "options": {"policy": "rulez"}}, "did you mean 'rules'"),
    ],
)
def test_a_game_that_cannot_be_played_is_refused_and_none_is_made(
    host: Host, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, said: dict[str, Any], why: str
) -> None:
    monkeypatch.setenv("AGENTMEM_CACHE", str(tmp_path))

    with pytest.raises(InvalidInput, match=f"{why}.*; nothing was started"):
        grid(run=[{"evaluation": "play", **said}]).cells(host)

    assert not list(tmp_path.iterdir())


def test_a_game_file_that_is_damaged_is_refused(host: Host, tmp_path: Path) -> None:
    game = tmp_path / "mine.z8"
    game.write_bytes(b"\x08" * 9)

    with pytest.raises(InvalidInput, match=r"has 9 bytes, too few for a game.*; nothing was started"):
        grid(run=[{"evaluation": "play", "data": [str(game)]}]).cells(host)


def test_a_store_that_can_be_nowhere_is_refused_and_none_is_made(host: Host, tmp_path: Path) -> None:
    file = tmp_path / "diary.txt"
    file.write_text("mine")

    for store in (file, file / "many.db", tmp_path):
        with pytest.raises(InvalidInput, match=f"{store}.*; nothing was started"):
            grid(store=str(store)).cells(host)
    assert grid(store=str(tmp_path / "new" / "many.db")).cells(host)

    assert list(tmp_path.iterdir()) == [file]


@pytest.mark.parametrize("said", [{"record": "run.jsonl"}, {"language": "openay:m"}, {"budget": "calls=x"}])
def test_thinking_that_makes_no_sense_is_refused(host: Host, said: dict[str, str]) -> None:
    with pytest.raises(InvalidInput, match="nothing was started"):
        grid(thinking=said).cells(host)


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("memories = [", "cannot be read as TOML"),
        ("memories = []\n[[run]]\nevaluation = 'quick'", "memories: is an empty list"),
        ("memories = ['window']", "run is missing"),
        ("memorys = ['window']\n[[run]]\nevaluation = 'quick'", "'memorys'; did you mean 'memories'"),
        ("memories = ['window']\n[run]\nevaluation = 'quick'", r"run: each begins with a line \[\[run\]\]"),
        (f"{RUN}\nsedes = '1-3'", "run 1: nothing is called 'sedes'; did you mean 'seeds'"),
        (f"{RUN}\nseeds = '3-1'", "write them as 1-10"),
        (f"{RUN}\nseeds = [-1]", "run 1, seeds 1: should be greater than or equal to 0, and is -1"),
        (f"{RUN}\ndata = []", "run 1, data: is an empty list"),
        (f"{RUN}\ndata = 'coin:10'", r"run 1, data: is 'coin:10', and should be a list: \['coin:10'\]"),
        (
            f"{RUN}\nvary = {{ policy = [] }}",
            "run 1, vary, policy: is an empty list; name at least one, or leave it out$",
        ),
        ("memories = [{label = 'w'}]\n[[run]]\nevaluation = 'quick'", "memories 1: memory is missing"),
    ],
)
def test_a_file_that_is_no_grid_says_where(tmp_path: Path, text: str, why: str) -> None:
    file = tmp_path / "broken.toml"
    file.write_text(text)

    with pytest.raises(InvalidInput, match=why):
        read_grid(file)


def test_a_file_that_is_not_there_says_so(tmp_path: Path) -> None:
    with pytest.raises(InvalidInput, match="is not there"):
        read_grid(tmp_path / "none.toml")


def test_seeds_are_written_as_ranges_and_numbers() -> None:
    assert numbers("1-3, 7,2") == (1, 2, 3, 7)


@pytest.mark.parametrize(
    ("text", "why"),
    [("one", "write them as"), ("²", "write them as"), ("9" * 5000, "write them as"), ("1-99999999", "at most 10,000")],
)
def test_seeds_that_are_none_or_too_many_are_refused(text: str, why: str) -> None:
    with pytest.raises(InvalidInput, match=why):
        numbers(text)
