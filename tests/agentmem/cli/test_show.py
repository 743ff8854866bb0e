"""`agentmem show`: what a memory holds, as people, `grep`, programs and Graphviz read it."""

from __future__ import annotations

import io
import json
import shutil
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from rich.console import Console

from agentmem.agent_memory import AgentMemory
from agentmem.cli.groups import Block, Line, Shortened, block_of, figure
from agentmem.cli.held import Held, Typed
from agentmem.cli.laid_out import print_laid_out
from agentmem.events import new_event
from agentmem.graph.sqlite import SQLiteStores
from agentmem.journal import Journal
from agentmem.shape import Group, Item
from agentmem.testing.notebook import Notebook

if TYPE_CHECKING:
    from tests.agentmem.cli.conftest import Played, Ran, Run

START = datetime(2026, 1, 1, tzinfo=UTC)
HOSTILE = '\x1b[2Jred "apple"\n\u202e; DROP'
JAR = """
from agentmem import hookimpl
from agentmem.shape import Group, Item
from agentmem.testing.notebook import Notebook

class Jar(Notebook):
    "Jar (Nobody, 1999): keeps notes that fade."
    name = "jar"
    def __init__(self, days):
        self.days = days
    def show(self, graph, now):
        return [Group(title="Notes", about={"days": self.days}, items=[self.item(note, now) for note in graph.scan()])]
    def item(self, note, now):
        left = 2.0 ** (-(now - note.at).days / self.days)
        return Item(id=note.id, text=note.text, about={"retention": left, "links": []})

@hookimpl
def agentmem_memories():
    return {"jar": lambda settings: Jar(float(settings.get("days", 1)))}
"""


@pytest.fixture(scope="module")
def filled(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A store with five notes of a memory that fades."""
    store = tmp_path_factory.mktemp("filled") / "jar.db"
    notes = Notebook()
    notes.name = "jar"
    with AgentMemory(store, namespace="ann", memory=notes) as memory:
        memory.add_many([new_event(f"note {n}", at=START + timedelta(days=n), id=f"e{n}") for n in range(1, 6)])
    return store


@pytest.fixture
def jar(filled: Path, tmp_path: Path) -> Path:
    """A copy of that store, beside `jar.py` which offers the memory."""
    (tmp_path / "jar.py").write_text(JAR)
    return Path(shutil.copy(filled, tmp_path))


@pytest.fixture
def show(agentmem: Run, jar: Path) -> Run:
    """Run `agentmem show jar.db ...` with the plugin."""
    return lambda *arguments: agentmem("--plugin", "jar.py", "show", jar, "--now", "2026-01-07", *arguments)


def on_terminal(*blocks: Block, width: int = 80) -> list[str]:
    out = io.StringIO()
    console = Console(file=out, width=width, force_terminal=True, color_system=None, highlight=False)
    print_laid_out(console, [Held("jar", "Jar.", "5 entries", "nothing", Shortened(blocks))], Typed("jar.db"))
    return [line.rstrip() for line in out.getvalue().splitlines()]


def block(*items: Item, limit: int | None = None) -> Block:
    return block_of(Group(title="Notes", items=items), limit=limit)


def item(text: str, id_: str = "jar/1.0", **about: object) -> Item:
    return Item.model_validate({"id": id_, "text": text, "about": about})


def assert_one_sentence(ran: Ran, fragment: str) -> None:
    assert fragment in ran.err
    assert (ran.code, ran.out, ran.err.count("\n")) == (2, "", 1)


def test_a_game_leaves_entities_with_facts_and_episodes(agentmem: Run, played: Played) -> None:
    ran = agentmem("show", played.store)

    assert ran.code == 0, ran.err
    assert ran.out.startswith("arigraph: AriGraph (Anokhin et al., 2024, arXiv 2407.04363)")
    assert "\nEntity: " in ran.out
    assert "\nEpisodes   episodes " in ran.out
    assert f" why {played.store} arigraph/" in ran.out.splitlines()[-3]


def test_each_id_that_is_shown_can_be_asked_why(agentmem: Run, played: Played) -> None:
    (memory,) = json.loads(agentmem("show", played.store, "--json").out)["memories"]

    for shown in [item["id"] for group in memory["groups"] for item in group["items"]][::8]:
        assert agentmem("why", played.store, shown).code == 0


def test_an_item_is_a_line_with_its_id_and_what_is_known_of_it(show: Run) -> None:
    lines = show().out.splitlines()

    assert lines[:2] == ["jar: Jar (Nobody, 1999): keeps notes that fade.", "5 entries folded"]
    assert "Notes   days 1.00" in lines
    assert "  jar/1.0: note 1   (retention 0.03)" in lines


def test_the_first_ones_and_the_last_are_shown_and_how_many_are_not(show: Run) -> None:
    few, everything = show("--limit", "3"), show("--limit", "3", "--all")

    assert [line[:19] for line in few.out.splitlines() if line.startswith("  ")] == [
        "  jar/1.0: note 1  ", "  jar/2.0: note 2  ", "  … 2 more", "  jar/5.0: note 5  ",
    ]  # fmt: skip
    assert "--all   # what is left out here" in few.out
    assert "more" not in everything.out
    assert "note 4" in everything.out


def test_it_is_shown_for_a_time_and_with_settings(show: Run) -> None:
    assert "note 5   (retention 0.50)" in show().out
    assert "note 5   (retention 0.93)" in show("--memory", "jar", "--set", "days=10").out
    assert "--set days=10" in show("--set", "days=10").out.splitlines()[-1]


def test_it_is_shown_as_it_was(show: Run) -> None:
    then, before = show("--as-of", "2").out, show("--as-of", "0").out

    assert "as of entry 2" in then
    assert "note 2" in then
    assert "note 3" not in then
    assert "Notes   days 1.00\n\n" in before


def test_json_has_groups_nodes_and_edges_in_one_object(show: Run) -> None:
    told = json.loads(show("--limit", "1", "--json").out)

    (memory,) = told.pop("memories")
    assert told == {"store": told["store"], "namespace": "ann", "as_of": None, "now": "2026-01-07T00:00:00Z"}
    assert [item["text"] for item in memory["groups"][0]["items"]] == [f"note {n}" for n in range(1, 6)]
    assert {node["label"] for node in memory["nodes"]} == {"Note", "Event"}
    assert {"source": "jar/1.0", "type": "NEXT", "target": "jar/2.0", "props": {}, "position": 2} in memory["edges"]


def test_dot_is_a_graph_and_nothing_else(show: Run) -> None:
    out = show("--dot").out

    assert out.startswith("digraph memory {\n")
    assert out.endswith("}\n")
    assert '"jar/1.0" -> "jar/2.0" [label="NEXT"];' in out


def test_a_memory_nobody_offers_any_more_is_shown_by_label(agentmem: Run, jar: Path) -> None:
    out = agentmem("show", jar).out

    assert out.startswith("jar: no plugin that works offers it; its nodes by label\n")
    assert "  jar/1.0: note 1   (source e1  OF: event/e1  NEXT: jar/2.0)" in out


def test_all_memories_of_a_namespace_are_shown_or_the_chosen_one(agentmem: Run, jar: Path) -> None:
    agentmem("rebuild", jar, "--memory", "window")

    both, window = agentmem("show", jar).out, agentmem("show", jar, "--memory", "window").out
    assert agentmem("show", jar, "--memory", "jar+window").out.splitlines()[:-3] == both.splitlines()[:-3]

    assert both.startswith("jar: ")
    assert "\nwindow: " in both
    assert window.startswith("window: ")
    assert "\nholds nothing of its own; what it recalls, it reads from the journal\n" in window


@pytest.mark.parametrize(
    ("arguments", "fragment"),
    [
        (["--memory", "jaar"], "no memory named 'jaar'; did you mean 'jar'?"),
        (["--memory", "window"], "window never ran in namespace 'ann' (there: jar); derive it from the journal with: "),
        (["--memory", "jar+window"], "window never ran in namespace 'ann' (there: jar)"),
        (["--namespace", "an"], "no namespace named 'an'; did you mean 'ann'?"),
        (["--as-of", "6"], "there is no entry 6 in namespace 'ann'; choose one from 0 to 5"),
        (["--as-of", "-1"], "there is no entry -1"),
        (["--now", "tomorrow"], "--now is given 'tomorrow'; write a time as 2026-01-31"),
        (["--dot", "--json"], "--dot and --json are both given"),
        (["--limit", "0"], "'--limit'"),
        (["--memory", "jar", "--set", "days"], "write --set KEY=VALUE"),
    ],
    ids=str,
)
def test_what_cannot_be_shown_is_said_with_its_cure(show: Run, arguments: list[str], fragment: str) -> None:
    assert_one_sentence(show(*arguments), fragment)


def test_settings_are_for_one_memory(agentmem: Run, show: Run, jar: Path) -> None:
    agentmem("rebuild", jar, "--memory", "window")

    assert_one_sentence(show("--set", "days=2"), "--set is for one memory, and there are jar, window; choose one")


def test_an_empty_store_and_one_without_a_memory_say_how_to_fill_them(agentmem: Run, tmp_path: Path) -> None:
    store = SQLiteStores().open(str(tmp_path / "new.db"))
    empty = agentmem("show", "new.db")
    Journal(store.graph("ann")).append([new_event("bread", at=START)])
    store.close()

    unread, missing = agentmem("show", "new.db"), agentmem("show", "missing.db")

    assert_one_sentence(empty, "the store new.db is empty; fill it with: ")
    assert_one_sentence(unread, "no memory ran yet in namespace 'ann'; derive it from the journal with: ")
    assert missing.code == 1
    assert not (tmp_path / "missing.db").exists()


def test_a_hostile_text_reaches_neither_terminal_nor_graph(agentmem: Run, tmp_path: Path) -> None:
    with AgentMemory(tmp_path / "evil.db", memory=Notebook()) as memory:
        memory.add(HOSTILE, id="e\x1b1")

    plain, dot, told = (agentmem("show", "evil.db", *how).out for how in ((), ("--dot",), ("--json",)))

    assert "\x1b" not in plain + dot + told
    assert "\u202e" not in plain + dot
    assert 'red "apple" ; DROP' in plain
    assert r"red \"apple\"" in dot
    assert json.loads(told)["memories"][0]["nodes"][0]["text"] == HOSTILE


def test_on_a_terminal_figures_stand_below_each_other_and_ids_at_the_end() -> None:
    lines = on_terminal(
        block(item("bread", "jar/1.0", strength=2, retention=0.5), item("beer", "jar/12.0", strength=11, retention=1.0))
    )

    at = next(n for n, line in enumerate(lines) if line.startswith("Notes ─"))
    assert lines[at + 1].split() == ["strength", "retention"]
    assert lines[at + 2].startswith("         2       0.50  bread   ")
    assert lines[at + 3].startswith("        11       1.00  beer   ")
    assert lines[at + 2].index("jar/1.0") == lines[at + 3].index("jar/12.0") == 80 - len("jar/12.0")


def test_on_a_terminal_long_texts_are_cut_and_lists_counted() -> None:
    links = [f"jar/{n}.0" for n in range(40)]

    lines = on_terminal(block(item("the quick brown fox " * 1000, links=links)))

    shown = "\n".join(lines)
    assert sum("fox" in line for line in lines) == 2
    assert "…" in shown
    assert "links jar/0.0; jar/1.0;" in shown
    assert "more" in shown


def test_on_a_narrow_terminal_long_ids_stand_below_and_whole() -> None:
    id_ = "jar/Note/" + "0123456789abcdef" * 2

    lines = on_terminal(block(item("bread", id_, strength=1)), width=60)

    assert any(line.strip() == id_ for line in lines)


@pytest.mark.parametrize("width", [10, 24, 40, 200])
def test_any_width_will_do(width: int) -> None:
    told = item("漢字 " * 30, "jar/漢字", strength=1, retention=0.5, mood="calm", links=["jar/2.0"] * 9)

    lines = on_terminal(block(told, item("", "jar/2.0")), width=width)

    assert any("…" in line or width == 200 for line in lines)


def test_nothing_that_is_shown_moves_the_cursor_or_is_taken_for_markup() -> None:
    evil = "[bold]\x1b[2J\u202e"

    lines = on_terminal(block(item(evil, f"jar/{evil}", **{evil: 1, f"{evil}s": [evil]})))

    shown = "\n".join(lines)
    assert shown.replace("\n", "").isprintable()
    assert shown.count("[bold] [2J") >= 5


def test_on_a_terminal_it_is_said_what_to_do_next() -> None:
    lines = on_terminal(block(item("bread"), item("beer", "jar/2.0"), item("wine", "jar/3.0"), limit=2))

    assert any("… 1 more" in line for line in lines)
    assert any(line.endswith("agentmem why jar.db jar/1.0") for line in lines)
    assert any(line.endswith("agentmem show jar.db --all") for line in lines)
    assert lines[-1].endswith("agentmem show jar.db --dot > memory.dot")


def test_what_is_short_in_every_item_is_a_column_and_the_rest_stands_below() -> None:
    told = block(
        item("bread", tags=["food"], mood="calm", strength=1, place="the kitchen of the old house"),
        item("beer", tags=[], mood="merry", strength=None, place="inn"),
    )

    assert told.columns == (("mood", False), ("strength", False))
    assert told.lines.shown == (
        Line("jar/1.0", "bread", ("calm", "1"), (("tags", ("food",)), ("place", ("the kitchen of the old house",)))),
        Line("jar/1.0", "beer", ("merry", ""), (("place", ("inn",)),)),
    )
    assert [figure(value) for value in (0.36787, 12, True, 12345.6)] == ["0.37", "12", "yes", "12346"]
