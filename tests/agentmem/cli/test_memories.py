"""`agentmem memories`: what each memory is, what it can do, and what can be set."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from tests.agentmem.cli.conftest import Run

HEAVY = ("wordllama", "tokenizers", "safetensors", "langchain_core", "textworld", "torch")
ODD = '''
from agentmem import hookimpl
from agentmem.testing.notebook import Notebook

class Odd(Notebook):
    """Odd|even \\x1b[2J (Nobody, arXiv 2401.00001): counts."""

def demanding(settings):
    raise RuntimeError("needs a moon")

@hookimpl
def agentmem_memories():
    return {"odd": lambda settings: Odd(), "demanding": demanding}
'''


@pytest.fixture
def odd(agentmem: Run, tmp_path: Path) -> Run:
    """Run `agentmem memories ...` with two odd ones."""
    (tmp_path / "odd.py").write_text(ODD)
    return lambda *arguments: agentmem("--plugin", "odd.py", "memories", *arguments)


def test_each_memory_says_its_paper_its_powers_and_its_plugin(agentmem: Run) -> None:
    lines = {line.split()[0]: line for line in agentmem("memories").out.splitlines() if line.strip()}

    assert "AriGraph (Anokhin et al., 2024, arXiv 2407.04363): a graph of facts" in lines["arigraph"]
    assert "prepare, show" in lines["arigraph"]
    assert lines["window"].rstrip().endswith("baselines")


def test_one_memory_tells_its_settings_with_defaults_values_and_meaning(agentmem: Run) -> None:
    out = agentmem("memories", "arigraph").out
    rows = [" ".join(line.split()) for line in out.splitlines()]

    assert rows[0] == "arigraph by plugin arigraph of agentmem-graph"
    assert "width 6 from 1 to 100 w, facts per query of the semantic search (Algorithm 2)." in rows
    assert any(row.startswith("fill true true or false ") for row in rows)
    assert any(row.startswith("show A memory that says how what it holds is arranged") for row in rows)


def test_one_memory_can_be_read_by_programs(agentmem: Run) -> None:
    told = json.loads(agentmem("memories", "window", "--json").out)

    assert told["distribution"] == "agentmem-graph"
    assert told["settings"] == [
        {"name": "size", "default": 5, "values": "from 1 to 10000", "about": "How many events are in the window."}
    ]


def test_a_memory_nobody_offers_is_named_with_the_nearest(agentmem: Run) -> None:
    ran = agentmem("memories", "windw")

    assert (ran.code, ran.out) == (2, "")
    assert "no memory named 'windw'; did you mean 'window'?" in ran.err


def test_a_memory_that_cannot_be_built_says_why_beside_the_others(odd: Run) -> None:
    out = odd().out

    assert "cannot be built: plugin 'odd' could not build the memory 'demanding': RuntimeError: needs a moon" in out
    assert "arigraph" in out


def test_in_markdown_papers_are_links_and_nothing_breaks_the_table(odd: Run) -> None:
    lines = odd("--markdown").out.splitlines()

    assert lines[:2] == ["| name | what it is | powers |", "|---|---|---|"]
    assert (
        r"| `odd` | Odd\|even [2J (Nobody, [arXiv 2401.00001](https://arxiv.org/abs/2401.00001)): counts. |  |" in lines
    )


def test_settings_in_markdown(agentmem: Run) -> None:
    lines = agentmem("memories", "window", "--markdown").out.splitlines()

    assert lines[0] == "| setting | default | values | what it is |"
    assert lines[2:] == ["| `size` | 5 | from 1 to 10000 | How many events are in the window. |"]


def test_reading_what_memories_are_loads_nothing_heavy(tmp_path: Path) -> None:
    (tmp_path / "probe.py").write_text(
        "import sys\n"
        "from agentmem.cli import main\n"
        "try:\n"
        "    main(['memories', '--json'])\n"
        "except SystemExit:\n"
        "    print(sorted({name.partition('.')[0] for name in sys.modules}))\n"
    )
    out = subprocess.run([sys.executable, tmp_path / "probe.py"], capture_output=True, text=True, check=True).stdout

    for heavy in HEAVY:
        assert f"'{heavy}'" not in out, f"{heavy} is imported to build a memory: import it where it is used"
