"""The page in a real browser: nothing goes wrong there, nothing is fetched, and what is clicked does what it says."""

from __future__ import annotations

import fcntl
import json
import os
import shutil
import subprocess
from collections.abc import Iterator
from itertools import count
from pathlib import Path
from typing import Any

import pytest

from agentmem.bench.results import read

CHROMIUM = next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None)
pytestmark = pytest.mark.skipif(
    CHROMIUM is None, reason="no chromium to open a report in; install it with: apt-get install chromium"
)
SHOWN = """[...document.querySelectorAll("#table tbody")].filter((row) => row.checkVisibility()).map((row) => row.id)"""


class Browser:
    """A chromium without a window, told what to do over two pipes: the DevTools protocol, a message and a NUL."""

    def __init__(self, profile: Path) -> None:
        theirs_in, self._out = (_above_nine(end) for end in os.pipe())
        self._in, theirs_out = (_above_nine(end) for end in os.pipe())
        words = [str(CHROMIUM), "--headless", "--no-sandbox", "--disable-gpu"]
        words += ["--disable-dev-shm-usage", "--remote-debugging-pipe"]
        self.process = subprocess.Popen(
            ["bash", "-c", f'exec "$0" "$@" 3<&{theirs_in} 4>&{theirs_out}', *words, f"--user-data-dir={profile}"],
            pass_fds=(theirs_in, theirs_out),
            stderr=subprocess.DEVNULL,
        )
        os.close(theirs_in)
        os.close(theirs_out)
        self._numbers, self._heard = count(1), b""
        self.events: list[dict[str, Any]] = []
        self.session: str | None = None
        page = next(one for one in self.call("Target.getTargets")["targetInfos"] if one["type"] == "page")
        self.session = self.call("Target.attachToTarget", targetId=page["targetId"], flatten=True)["sessionId"]
        for domain in ("Page", "Network", "Runtime", "Log"):
            self.call(f"{domain}.enable")

    def call(self, method: str, **params: Any) -> Any:
        """Ask for something and wait for the answer; what happens meanwhile is among the events."""
        number = next(self._numbers)
        asked = {"id": number, "method": method, "params": params} | (
            {"sessionId": self.session} if self.session else {}
        )
        os.write(self._out, json.dumps(asked).encode() + b"\0")
        while (answer := self._next()).get("id") != number:
            self.events.append(answer)
        assert "result" in answer, answer
        return answer["result"]

    def open(self, file: Path, *, at: str = "", width: int = 1400, scheme: str = "light") -> None:
        """Open a page, of which all that was heard before is forgotten."""
        size = {"width": width, "height": 900, "deviceScaleFactor": 1, "mobile": width < 600}
        self.call("Emulation.setDeviceMetricsOverride", **size)
        self.call("Emulation.setEmulatedMedia", features=[{"name": "prefers-color-scheme", "value": scheme}])
        for url in ("about:blank", f"{file.as_uri()}#{at}"):  # from another page, so that it is loaded anew
            self.events.clear()
            self.call("Page.navigate", url=url)
            while not self.heard("Page.loadEventFired"):
                self.events.append(self._next())

    def run(self, script: str) -> Any:
        """Return what a script in the page comes to."""
        done = self.call("Runtime.evaluate", expression=script, returnByValue=True)
        assert "exceptionDetails" not in done, done
        return done["result"].get("value")

    def heard(self, *methods: str) -> list[dict[str, Any]]:
        """Return the events of these kinds."""
        return [one["params"] for one in self.events if one["method"] in methods]

    def close(self) -> None:
        self.process.terminate()
        self.process.wait()
        os.close(self._in)
        os.close(self._out)

    def _next(self) -> dict[str, Any]:
        while b"\0" not in self._heard:
            more = os.read(self._in, 1 << 20)
            assert more, "the browser is gone"
            self._heard += more
        message, _, self._heard = self._heard.partition(b"\0")
        heard: dict[str, Any] = json.loads(message)
        return heard


def _above_nine(end: int) -> int:
    """Return an end of a pipe under a number that is neither 3 nor 4, which are the browser's."""
    moved = fcntl.fcntl(end, fcntl.F_DUPFD_CLOEXEC, 10)
    os.close(end)
    return moved


@pytest.fixture(scope="module")
def browser(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Browser]:
    opened = Browser(tmp_path_factory.mktemp("profile"))
    yield opened
    opened.close()


def test_a_report_runs_without_a_word_and_fetches_nothing(made_page: Path, browser: Browser) -> None:
    browser.open(made_page)

    assert browser.run("document.documentElement.className") == "js"
    assert [one["request"]["url"] for one in browser.heard("Network.requestWillBeSent")] == [made_page.as_uri()]
    assert browser.heard("Log.entryAdded", "Runtime.exceptionThrown", "Runtime.consoleAPICalled") == []


@pytest.mark.parametrize("anchor", ["", "cells"])
def test_a_narrow_page_is_not_wider_than_its_screen(made_page: Path, browser: Browser, anchor: str) -> None:
    browser.open(made_page, at=anchor, width=400)

    assert browser.run("document.scrollingElement.scrollWidth") == 400


def test_a_page_is_dark_where_its_reader_wants_that(made_page: Path, browser: Browser) -> None:
    colours = {}
    for scheme in ("light", "dark"):
        browser.open(made_page, scheme=scheme)
        colours[scheme] = browser.run("getComputedStyle(document.body).backgroundColor")

    assert colours == {"light": "rgb(255, 255, 255)", "dark": "rgb(20, 23, 28)"}


def test_a_mean_leads_to_its_cells_alone(made: Path, made_page: Path, browser: Browser) -> None:
    browser.open(made_page)

    browser.run("""document.querySelector("figure a[href='#group-1-1']").dispatchEvent(new MouseEvent("click"))""")

    shown = {one.removeprefix("cell-") for one in browser.run(SHOWN)}
    cells = [one.cell for one in read(made).finished if one.key in shown]
    assert [(cell.task, cell.called, cell.seed) for cell in cells] == [
        ("play cook:5", "arigraph", seed) for seed in range(1, 7)
    ]


def test_a_point_leads_to_its_cell_which_is_open(made: Path, made_page: Path, browser: Browser) -> None:
    key = read(made).finished[3].key

    browser.open(made_page, at=f"cell-{key}")

    opened = (
        "[...document.querySelectorAll('.detail')].filter((row) => row.checkVisibility()).map((row) => row.innerText)"
    )
    (told,) = browser.run(opened)
    assert f"agentmem replay cells/{key}/trajectory.jsonl" in told


def test_cells_are_sorted_by_the_head_that_is_clicked(made_page: Path, browser: Browser) -> None:
    browser.open(made_page)
    seconds = (
        """[...document.querySelectorAll("#table tbody")].map((row) => Number(row.rows[0].cells[3].dataset.value))"""
    )

    browser.run("document.querySelectorAll('#table thead th')[3].click()")

    assert browser.run(seconds) == sorted(browser.run(seconds), reverse=True)
    assert len(set(browser.run(seconds))) > 5


def test_a_memory_is_hidden_everywhere_by_its_chip(made_page: Path, browser: Browser) -> None:
    browser.open(made_page)
    rows = """[...document.querySelectorAll(".s.m2")].filter((one) => one.checkVisibility()).length"""
    before = browser.run(rows)

    browser.run("document.querySelector('.chip.m2').click()")

    assert before > 20
    assert browser.run(rows) == 0
    assert browser.run("document.getElementById('counted').textContent") != "53 of 53 cells"


def test_what_is_typed_filters_the_cells(made_page: Path, browser: Browser) -> None:
    browser.open(made_page)

    browser.run("""
        const typed = document.querySelector("#filter input");
        typed.value = "FULL cook:5";
        typed.dispatchEvent(new Event("input", {bubbles: true}));
    """)

    assert browser.run("document.getElementById('counted').textContent") == "5 of 53 cells"
