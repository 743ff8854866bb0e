"""The page in a real browser: nothing goes wrong there, nothing is fetched, and its points lead to cells."""

from __future__ import annotations

import re
import shutil
import subprocess
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from agentmem.bench.results import read

if TYPE_CHECKING:
    from tests.agentmem.bench.report.conftest import Parse, Parsed

BROWSER = next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None)
pytestmark = pytest.mark.skipif(
    BROWSER is None, reason="no chromium to open a report in; install it with: apt-get install chromium"
)


@dataclass(frozen=True)
class Opened:
    """A page as it stands in the browser once its script has run, and what its console says."""

    page: Parsed
    console: list[str]


Open = Callable[[Path, str], Opened]


@pytest.fixture
def browse(tmp_path: Path, parsed: Parse) -> Open:
    """Open a page in a browser without a window, at an anchor."""

    def open_(file: Path, anchor: str) -> Opened:
        assert BROWSER is not None
        words = [BROWSER, "--headless", "--no-sandbox", "--disable-gpu", f"--user-data-dir={tmp_path / 'profile'}"]
        words += ["--enable-logging=stderr", "--dump-dom", f"{file.as_uri()}#{anchor}"]
        done = subprocess.run(words, capture_output=True, text=True, timeout=120, check=True)
        (tmp_path / "seen.html").write_text(done.stdout)
        return Opened(parsed(tmp_path / "seen.html"), re.findall(r"CONSOLE.*", done.stderr))

    return open_


def test_a_report_runs_without_a_word_and_blocks_nothing(made_page: Path, browse: Open) -> None:
    seen = browse(made_page, "")

    assert seen.console == []  # an error, or anything that its policy kept from being fetched, would stand there
    assert ("html", {"lang": "en", "class": "js"}) in seen.page.tags
    assert "53 of 53 cells" in seen.page.text


def test_a_mean_leads_to_its_cells_alone(made: Path, made_page: Path, browse: Open) -> None:
    seen = browse(made_page, "group-1-1")  # where the means of the second task and memory lead

    rows = [attrs for tag, attrs in seen.page.tags if tag == "tbody" and "data-task" in attrs]
    shown = [attrs["id"].removeprefix("cell-") for attrs in rows if "off" not in attrs["class"].split()]
    cells = [one.cell for one in read(made).finished if one.key in shown]
    assert [(cell.task, cell.called, cell.seed) for cell in cells] == [
        ("play cook:5", "arigraph", seed) for seed in range(1, 7)
    ]
