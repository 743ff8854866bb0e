"""The page of a report: what it says, where it leads, and what it makes of names that try to be HTML."""

from __future__ import annotations

import json
import sys
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import unquote

import pytest

from agentmem.bench.evaluation import PROBES
from agentmem.bench.report.writing import write
from agentmem.bench.results import CELLS, MANIFEST, RESULTS, read
from agentmem.errors import InvalidInput, MissingExtra
from agentmem.language.contract import Receipt

if TYPE_CHECKING:
    from tests.agentmem.bench.report.conftest import End, Parse

Keep = Callable[..., Path]


def test_every_point_leads_to_a_cell_and_every_cell_to_its_files(made: Path, made_page: Path, parsed: Parse) -> None:
    page = parsed(made_page)

    anchors = {href for href in page.every("href") if href.startswith("#")}
    assert anchors <= {f"#{one}" for one in page.every("id")}
    assert {f"#cell-{one.name}" for one in (made / CELLS).iterdir()} <= anchors
    files = {(made / unquote(href)).resolve() for href in page.links}
    assert files == {file.resolve() for file in made.rglob("*.json*")}


def test_no_name_is_given_twice(made_page: Path, parsed: Parse) -> None:
    twice = [name for name, times in Counter(parsed(made_page).every("id")).items() if times > 1]

    assert not twice


def test_a_page_written_elsewhere_leads_to_the_files_all_the_same(made: Path, parsed: Parse) -> None:
    page = write(made, made.parent / "pages" / "mine.html")

    assert all((page.parent / unquote(href)).is_file() for href in parsed(page).links)


def test_what_stands_in_results_is_text_and_nothing_else(made_page: Path, parsed: Parse) -> None:
    page = parsed(made_page)

    tags = Counter(tag for tag, _ in page.tags)
    assert tags["img"] == 0
    assert tags["script"] == 1
    assert not [name for _, attrs in page.tags for name in attrs if name.startswith("on")]
    assert page.text.count("<img src=x onerror=alert(1)>\"'&{{7*7}}</script>") > 10


def test_a_page_asks_nothing_of_a_network(made_page: Path, parsed: Parse) -> None:
    page = parsed(made_page)

    assert not page.every("src")
    assert not [href for href in page.links if ":" in href or href.startswith("/")]
    assert "url(" not in made_page.read_text().replace("url(#", "")
    policy = next(attrs["content"] for tag, attrs in page.tags if "http-equiv" in attrs)
    assert policy.startswith("default-src 'none'; ")


def test_the_same_results_make_the_same_page(made: Path, made_page: Path) -> None:
    again = write(made, made_page.with_name("again.html"))

    assert again.read_bytes() == made_page.read_bytes()


def test_a_memory_that_did_not_take_part_is_told_before_all_scores(keep: Keep, end: End, parsed: Parse) -> None:
    ended = end(0.0, memory="tim", outcome={"events": 11, "receipt": Receipt(set_aside=8)})

    page = parsed(write(keep(ended, end(1.0, memory="amem"))))

    assert "tim could not take in 8 of 11 events, and is measured without them." in page.text


def test_memories_that_differ_by_chance_are_not_ranked(keep: Keep, end: End, parsed: Parse) -> None:
    amem = [0.8, 0.9, 1.0] * 3
    tim = [0.9, 0.9, 0.8] * 3
    scores = {"amem": amem, "tim": tim, "window": [score - 0.8 for score in amem]}
    ended = [end(score, memory=name, seed=seed) for name, some in scores.items() for seed, score in enumerate(some)]

    page = parsed(write(keep(*ended)))

    assert "amem scores highest: 0.90" in page.text
    assert "tim (0.87) cannot be told apart from that. Lower: window (0.10)." in page.text
    assert "Some means are of only" not in page.text


def test_of_too_few_seeds_nothing_is_concluded_and_how_many_it_takes_is_said(
    keep: Keep, end: End, parsed: Parse
) -> None:
    scores = {"amem": (0.9, 1.0, 0.8), "tim": (0.8, 1.0, 0.7), "window": (0.1, 0.2, 0.0)}
    ended = [end(score, memory=name, seed=seed) for name, some in scores.items() for seed, score in enumerate(some)]

    page = parsed(write(keep(*ended)))

    assert "nothing can be told apart: all 3 memories score between 0.90" in page.text
    assert "Some means are of only 3 cells: to tell 3 memories apart takes at least 7 seeds" in page.text


def test_memories_are_compared_seed_by_seed(keep: Keep, end: End, parsed: Parse) -> None:
    hard = [seed / 20 for seed in range(10)]  # from 0 to 0.45, for whoever it is
    scores = {"amem": [score + 0.05 for score in hard], "tim": hard, "window": [*hard[:9], 0.9]}
    ended = [end(score, memory=name, seed=seed) for name, some in scores.items() for seed, score in enumerate(some)]

    page = parsed(write(keep(*ended)))

    assert "amem scores highest: 0.28" in page.text
    assert "window (0.27) cannot be told apart from that." in page.text
    assert "Lower: tim (0.23)." in page.text


def test_seeds_that_one_of_two_failed_at_are_not_compared(keep: Keep, end: End, parsed: Parse) -> None:
    ended = [end(1.0 if seed < 10 else 0.5, memory="amem", seed=seed) for seed in range(11)]
    ended += [end(0.9, memory="tim", seed=seed) for seed in range(10)]
    ended += [end(error="out of luck", memory="tim", seed=10)]

    page = parsed(write(keep(*ended)))

    assert "Lower: tim (0.90)." in page.text


def test_nothing_is_concluded_from_single_cells(keep: Keep, end: End, parsed: Parse) -> None:
    page = parsed(write(keep(end(1.0, memory="amem"), end(0.0, memory="window"))))

    assert "nothing can be told apart: all 2 memories score between 1.00 (amem) and 0.00 (window)." in page.text


def test_a_memory_may_be_called_anything(keep: Keep, end: End, parsed: Parse) -> None:
    names = ["$x_{1$", "記憶 🧠", "two\nlines\x01", "a" * 300]

    page = parsed(write(keep(*(end(1.0, label=name, settings={"size": place}) for place, name in enumerate(names)))))

    assert all(name in page.text for name in names)


def test_a_single_cell_is_judged_by_its_questions(keep: Keep, end: End, parsed: Parse) -> None:
    folder = keep(*(end(score, evaluation="ask", memory=name) for name, score in (("amem", 0.9), ("window", 0.1))))
    for one in read(folder).finished:
        assert one.outcome is not None
        assert one.outcome.score is not None
        right = round(one.outcome.score * 100)
        lines = [{"id": str(n), "asked": "?", "score": float(n < right)} for n in range(100)]
        aside = {"id": "trap", "asked": "?", "score": 0.0, "apart": True}
        (folder / CELLS / one.key / PROBES).write_text("\n".join(map(json.dumps, [*lines, aside])))

    page = parsed(write(folder))

    assert "amem scores highest: 0.90 [0.84, 0.96]. Lower: window (0.10)." in page.text


def test_a_score_that_chance_may_give_is_called_that(keep: Keep, end: End, parsed: Parse) -> None:
    scores = {"amem": (0.8, 0.9), "window": (0.4, 0.6)}
    known = {"chance": 0.5}

    page = parsed(
        write(
            keep(
                *(
                    end(score, seed=n, memory=name, outcome=known)
                    for name in scores
                    for n, score in enumerate(scores[name])
                )
            )
        )
    )

    assert page.text.count("no more than chance") == 1


def test_a_failed_cell_is_shown_with_its_error_and_is_in_no_mean(keep: Keep, end: End, parsed: Parse) -> None:
    page = parsed(write(keep(end(1.0, seed=1), end(1.0, seed=2), end(error="EnvironmentFailed: no such room", seed=3))))

    assert "1 cell failed, and is in no mean; see below." in page.text
    assert "EnvironmentFailed: no such room" in page.text
    assert "window scores 1.00; nothing was compared with it." in page.text


def test_a_grid_that_was_stopped_says_how_much_is_missing(keep: Keep, end: End, parsed: Parse) -> None:
    folder = keep(end(1.0), asked=3)
    with (folder / RESULTS).open("a") as lines:
        lines.write('{"key": "0011223344556677", "cell": {"eval')  # as it was killed

    page = parsed(write(folder))

    assert "3 of 4 cells have not ended" in page.text


def test_a_grid_nothing_has_ended_of_is_a_page_that_says_so(keep: Keep, parsed: Parse) -> None:
    page = parsed(write(keep(asked=3)))

    assert "Nothing has ended yet, of 3 cells: run the grid, and make this report again." in page.text


def test_cells_without_any_score_are_reported_by_what_they_cost(keep: Keep, end: End, parsed: Parse) -> None:
    curve = {"curves": {"write_cpu_ms": ((1, 0.5), (1_000, 40))}, "figures": {"flat": 1.0}}

    page = parsed(write(keep(end(evaluation="cost", data="", outcome=curve))))

    assert "Over the size of the store" in page.text
    assert "write cpu ms" in page.text
    assert "What came out" not in page.text


@pytest.mark.parametrize("holds", [[], ["other.txt"], [RESULTS]])
def test_a_folder_that_is_no_grids_is_refused(tmp_path: Path, holds: list[str]) -> None:
    for name in holds:
        (tmp_path / name).write_text("{}\n")

    with pytest.raises(InvalidInput, match=f"holds no {MANIFEST}, so it is no grid's; make one with: agentmem bench"):
        write(tmp_path)

    assert [file.name for file in tmp_path.iterdir()] == holds


def test_a_file_that_cannot_be_written_is_named(keep: Keep, end: End, tmp_path: Path) -> None:
    (tmp_path / "taken").write_text("")

    with pytest.raises(InvalidInput, match=r"taken/page\.html cannot be written \(.*\); give another with --out FILE"):
        write(keep(end(1.0)), tmp_path / "taken" / "page.html")


@pytest.mark.parametrize("library", ["jinja2", "matplotlib"])
def test_what_draws_is_an_extra(keep: Keep, end: End, library: str, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in [name for name in sys.modules if name.startswith("agentmem.bench.report.")]:
        monkeypatch.delitem(sys.modules, name)
    monkeypatch.setitem(sys.modules, library, None)

    with pytest.raises(MissingExtra, match=r"a report needs an optional part: pip install 'agentmem-graph\[bench\]'"):
        write(keep(end(1.0)))
