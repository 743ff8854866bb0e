"""`agentmem evaluations`: what can be measured, and how."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from tests.agentmem.cli.conftest import Run

ODD = '''
from agentmem import hookimpl

class Odd:
    """Looks odd."""
    name, about, measure, is_seeded = "odd", "how odd it is", "oddness", False
    def check(self, cell, host): ...
    def run(self, trial): ...

def broken():
    raise RuntimeError("needs a moon")

@hookimpl
def agentmem_evaluations():
    return {"odd": Odd, "lunar": broken}
'''


def test_each_evaluation_says_what_it_measures_and_what_can_be_chosen(agentmem: Run) -> None:
    lines = {line.split()[0]: line for line in agentmem("evaluations").out.splitlines() if line.strip()}

    assert {"ablation", "cost", "play", "recall", "sort"} <= set(lines)
    assert "how much of what answers a question about conversations is recalled" in lines["recall"]
    assert "limit=10" in lines["recall"]
    assert "share in the right order" in lines["sort"]


def test_one_evaluation_tells_its_options_with_defaults_values_and_meaning(agentmem: Run) -> None:
    rows = [" ".join(line.split()) for line in agentmem("evaluations", "sort").out.splitlines()]

    assert rows[0] == "sort by plugin probes of agentmem-graph"
    assert "score: share in the right order; each seed is another cell, where it changes anything" in rows
    assert any(row.startswith("reader rules rules or model Who answers") for row in rows)


def test_one_evaluation_can_be_read_by_programs(agentmem: Run) -> None:
    told = json.loads(agentmem("evaluations", "cost", "--json").out)

    assert told["plugin"] == "bench"
    assert told["options"][0] == {
        "name": "sizes", "default": [100, 1000, 10000], "values": "",
        "about": "Events in the memories when they are measured, rising: 100,1000,10000.",
    }  # fmt: skip


def test_every_option_is_described(agentmem: Run) -> None:
    told = json.loads(agentmem("evaluations", "--json").out)

    silent = [f"{one['name']}: {option['name']}" for one in told for option in one["options"] if not option["about"]]
    assert not silent


def test_an_evaluation_nobody_offers_is_named_with_the_nearest(agentmem: Run) -> None:
    ran = agentmem("evaluations", "srt")

    assert (ran.code, ran.out) == (2, "")
    assert "no evaluation named 'srt'; did you mean 'sort'? list them with: agentmem evaluations" in ran.err


def test_one_without_options_and_one_that_cannot_be_built_are_listed_beside_the_others(
    agentmem: Run, tmp_path: Path
) -> None:
    (tmp_path / "odd.py").write_text(ODD)

    out = agentmem("--plugin", "odd.py", "evaluations").out

    assert "cannot be built: plugin 'odd' could not build the evaluation 'lunar': RuntimeError: needs a moon" in out
    assert "how odd it is" in out
    assert "there are no options" in agentmem("--plugin", "odd.py", "evaluations", "odd").out


def test_plugins_say_which_evaluations_they_offer(agentmem: Run) -> None:
    told = {one["name"]: one["offers"] for one in json.loads(agentmem("plugins", "--json").out)}

    assert told["probes"] == ["evaluation sort"]
    assert told["bench"] == [f"evaluation {name}" for name in ("ablation", "cost", "play", "recall")]
