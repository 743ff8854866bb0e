"""`agentmem cost`, and what a command does that may spend nothing."""

from __future__ import annotations

import json
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from agentmem.account import Account
from agentmem.graph.sqlite import SQLiteStores
from agentmem.language.charging import Estimate, Spent
from agentmem.testing.model_server import ModelServer

if TYPE_CHECKING:
    from tests.agentmem.cli.conftest import Run

NEEDS_TEXTWORLD = pytest.mark.skipif(
    find_spec("textworld") is None, reason="needs TextWorld: pip install 'agentmem-graph[textworld]'"
)
GPT = "openai:gpt-4o-mini"


@pytest.fixture
def spent(tmp_path: Path) -> Path:
    """A store in which two namespaces asked two models."""
    store = SQLiteStores().open(str(tmp_path / "spent.db"))
    calls = [("ann", "amem", "amem.note", GPT), ("ann", "amem", "amem.note", GPT), ("bob", "tim", "tim.think", "local")]
    for namespace, memory, task, model in calls:
        account = Account(store, namespace)
        payer, call = account.payer(memory), Estimate(task, "0badcafe", model, 2000, 1000)
        payer.reserve(call)
        payer.settle(call, Spent(task=task, prompt="0badcafe", model=model, read=1000, written=500, milliseconds=250))
        account.flush()
    store.close()
    return tmp_path / "spent.db"


def test_cost_shows_calls_tokens_and_time_by_memory_task_and_day(agentmem: Run, spent: Path) -> None:
    ran = agentmem("cost", spent)

    head, _, ann, bob, whole = ran.out.splitlines()
    assert head.split() == ["namespace", "day", "memory", "task", "calls", "failed", "read", "written", "ms"]
    assert ann.split()[0:1] + ann.split()[2:] == ["ann", "amem", "amem.note", "2", "0", "2,000", "1,000", "500"]
    assert bob.split()[2:] == ["tim", "tim.think", "1", "0", "1,000", "500", "250"]
    assert whole.split() == ["all", "3", "0", "3,000", "1,500", "750"]


def test_cost_is_told_in_money_if_the_prices_are_given_and_says_which_are_not(agentmem: Run, spent: Path) -> None:
    prices = spent.with_name("prices.toml")
    prices.write_text('"gpt-4o-mini" = [0.15, 0.60]')

    ran = agentmem("cost", spent, "--by", "model", "--prices", prices)

    assert "0.0009" in ran.out  # 2,000 read and 1,000 written
    assert f"no price in {prices} for: local" in ran.out


def test_cost_of_one_namespace_as_json(agentmem: Run, spent: Path) -> None:
    told = json.loads(agentmem("cost", spent, "--namespace", "bob", "--by", "memory,model", "--json").out)

    (bob,) = told["costs"]
    assert (bob["memory"], bob["model"], bob["task"]) == ("tim", "local", None)
    assert (bob["calls"], bob["read"], bob["money"]) == (1, 1000, None)


def test_cost_where_nothing_was_spent_says_so(agentmem: Run, tmp_path: Path) -> None:
    SQLiteStores().open(str(tmp_path / "new.db")).close()

    ran = agentmem("cost", "new.db")

    assert (ran.code, ran.out) == (0, "nothing was spent: no model was asked for what is in new.db\n")


@pytest.mark.parametrize(
    ("arguments", "word"),
    [
        (("--by", "memry"), "did you mean 'memory'"),
        (("--namespace", "bo"), "did you mean 'bob'"),
        (("--prices", "nowhere.json"), "nowhere.json"),
    ],
)
def test_cost_refuses_what_it_does_not_know(agentmem: Run, spent: Path, arguments: tuple[str, ...], word: str) -> None:
    ran = agentmem("cost", spent, *arguments)

    assert ran.code == 2
    assert word in ran.err


@pytest.mark.parametrize("budget", ["calls=0", "day.tokens=0", "money=1", "calls=-1", "cals=1"])
def test_a_game_that_could_ask_nothing_does_not_begin(agentmem: Run, tmp_path: Path, budget: str) -> None:
    with ModelServer() as server:
        ran = agentmem("play", "coin:10", "--language", f"{GPT}@{server.url}", "--budget", budget)

    assert ran.code == 2
    assert ran.err.splitlines()[-1].startswith("agentmem: ")
    assert not list(tmp_path.iterdir())
    assert not [asked for asked in server.asked if asked.is_chat]


@NEEDS_TEXTWORLD
def test_a_game_whose_budget_runs_out_goes_on_and_says_why_its_events_wait(agentmem: Run) -> None:
    said = {"keywords": ["coin"], "context": "a room", "tags": ["place"], "links": [], "neighbours": []}
    options = ("--memory", "amem", "--max-steps", "3", "--quiet", "--store", "memory.db", "--budget", "calls=2")
    with ModelServer(said) as server:
        ran = agentmem("play", "coin:10", "--language", f"{GPT}@{server.url}", *options)

    assert ran.code == 0
    assert "entries wait" in ran.out
    assert "of 2 calls 2 are spent or under way in this session" in ran.out
    assert " cost memory.db" in ran.out
    assert sum(one["calls"] for one in json.loads(agentmem("cost", "memory.db", "--json").out)["costs"]) == 2
