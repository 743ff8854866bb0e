"""Peers are driven in processes of their own; shown with our own memory in their place, so that none is installed."""

import json
import sys
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest

import side_by_side
from agentmem.events import new_event
from agentmem.testing.models.script import Asked
from agentmem.transcripts.corpus import Conversation, Question
from peers import footprint
from peers.comparison import Comparison
from peers.course import course, sample
from peers.driving import Driver, DriverFailed
from peers.growth import grown, told
from peers.kept import RESULTS, Kept, key
from peers.roster import OURS, PEERS, Peer
from peers.scripted import ANSWERS, ScriptedModel, facts
from peers.served import Setting, Turn
from peers.table import tables

HERE = Path(__file__).parent
AT = datetime(2023, 5, 8, 10, 0, tzinfo=UTC)
SAID = ("I moved to Oslo last week.", "My cat is called Miso.", "I play the violin in an orchestra.")
CONVERSATION = Conversation(
    name="mia",
    events=tuple(new_event(text, id=f"D1:{n}", at=AT, speaker="Mia") for n, text in enumerate(SAID, 1)),
    questions=(
        Question(text="What is the cat of Mia called?", evidence=("D1:2",), category="single-hop"),
        Question(text="What does Mia play?", evidence=("D1:3",), category="single-hop"),
    ),
)
TURN = Turn("D1:1", "Mia", "Hi Ann! I moved to Oslo last week. And you?", AT.isoformat(), "s1")


@pytest.fixture
def model() -> Iterator[ScriptedModel]:
    with ScriptedModel() as model:
        yield model


def nobody(_: str) -> None:
    """Look away."""


def test_a_memory_is_told_and_asked_in_a_process_of_its_own(model: ScriptedModel, tmp_path: Path) -> None:
    (store := tmp_path / "store").mkdir()

    with Driver(Path(sys.executable), OURS, home=tmp_path / "home") as driver:
        done = course(driver, model, sample(CONVERSATION, 0), folder=store, options={}, moved=nobody)

    assert done["version"].startswith("agentmem ")
    assert (done["adds"]["done"], done["searches"]["done"], done["refused"]) == (3, 2, 0)
    assert [one["recall"]["5"] for one in done["questions"]] == [1.0, 1.0]
    assert done["adds"]["cpu_ms"] > 0
    assert (model.used.calls, model.used.embeds) == (0, 0)


def test_what_a_memory_asks_of_the_model_and_for_vectors_is_counted(model: ScriptedModel, tmp_path: Path) -> None:
    (store := tmp_path / "store").mkdir()
    options = {"memory": "amem", "language": "model", "embedder": "server"}

    with Driver(Path(sys.executable), OURS, home=tmp_path / "home") as driver:
        done = course(driver, model, sample(CONVERSATION, 0), folder=store, options=options, moved=nobody)

    assert model.used.calls == 5  # a note each, and links for all but the first
    assert (model.used.unforeseen, done["searches"]["calls"]) == (0, 0)
    assert done["adds"]["read"] > 0 < done["adds"]["texts"]


def test_only_questions_whose_evidence_was_told_are_asked() -> None:
    of = sample(CONVERSATION, 2)

    assert [turn.id for turn in of.turns] == ["D1:1", "D1:2"]
    assert [question.text for question in of.questions] == ["What is the cat of Mia called?"]


def test_a_peer_that_fails_is_shown_and_does_not_stop_the_rest(tmp_path: Path) -> None:
    peers = [Peer("broken", "peers.drivers.nothing_of_that_name"), Peer("ours", OURS)]
    comparison = Comparison(peers, [CONVERSATION], tmp_path / "out", tmp_path / "environments")

    lines = list(comparison.run(nobody))

    assert [line["peer"] for line in lines] == ["broken", "ours"]
    assert "nothing_of_that_name" in lines[0]["error"]
    shown = tables(Kept(tmp_path / "out").lines)
    assert "| `ours` | 3 | 100.0 | 100.0 | - |" in shown
    assert "- `broken` on mia: the driver died" in shown


def test_a_comparison_that_was_stopped_goes_on_where_it_was(tmp_path: Path) -> None:
    ours = Peer("ours", OURS)
    done = {"key": key(ours, "mia", 0), "peer": "ours", "error": ""}
    (tmp_path / RESULTS).write_text(json.dumps(done) + '\n{"key": "torn')

    assert list(Comparison([ours], [CONVERSATION], tmp_path, tmp_path / "environments").run(nobody)) == []
    assert Kept(tmp_path).lines == [done]


def test_nothing_leaves_the_machine_and_what_a_peer_prints_is_no_answer(model: ScriptedModel, tmp_path: Path) -> None:
    with Driver(Path(sys.executable), "leaving_driver", home=tmp_path, path=[str(HERE)]) as driver:
        assert driver.open(Setting(str(tmp_path), model.url, "mia")) == "leaving 1"
        driver.add(TURN)

        with pytest.raises(DriverFailed, match=r"nothing leaves this machine; 192\.0\.2\.1 was called"):
            driver.search("Where is Mia?", limit=5, at=TURN.at)
        assert driver.cost()["refused"] == 1


def test_what_cannot_be_measured_as_it_grows_is_told_beside_ours(tmp_path: Path) -> None:
    theirs, *ours = grown(Peer("theirs", "peers.drivers.nobody"), 3, tmp_path, minutes=1)

    assert "the driver died" in theirs.error
    assert [one.calls for one in ours] == [pytest.approx(5 / 3), 0]
    assert "- theirs: the driver died" in told([theirs, *ours])


def test_a_turn_is_read_as_the_sentences_that_tell_something() -> None:
    assert facts(TURN) == ["Mia: I moved to Oslo last week."]
    assert facts(Turn("D1:2", "Ann", "Wow! Great.", TURN.at, "s1")) == ["Ann: Wow! Great."]


@pytest.mark.parametrize(
    ("marks", "prompt", "answer"),
    [
        (
            ("You are a Memory Extractor", "## New Messages"),
            "",
            {"memory": [{"id": "0", "text": "Mia: I moved to Oslo last week.", "attributed_to": "user"}]},
        ),
        (
            ("AI memory evolution agent",),
            "memory index:7\ttalk start time:1\tmemory content: a\tmemory context: b\t"
            "memory keywords: ['cat']\tmemory tags: ['cat', 'home']\n",
            {
                "should_evolve": True,
                "actions": ["strengthen", "update_neighbor"],
                "suggested_connections": ["7"],
                "tags_to_update": ["ann", "moved", "oslo"],
                "new_context_neighborhood": ["b"],
                "new_tags_neighborhood": [["cat", "home", "ann"]],
            },
        ),
        (
            ("Say which neighbours belong with a new note",),
            "<neighbours>\nn1: a\ncontext: b\ntags: cat, home\nn2: c\ncontext: d\ntags: e\n</neighbours>",
            {
                "links": ["n1"],
                "tags": ["ann", "moved", "oslo"],
                "neighbours": [{"alias": "n1", "context": "", "tags": ["cat", "home", "ann"]}],
            },
        ),
    ],
    ids=["mem0", "the authors' A-MEM", "our A-MEM"],
)
def test_all_get_the_same_reading_in_the_form_they_ask_for(
    marks: tuple[str, ...], prompt: str, answer: dict[str, object]
) -> None:
    asked = Asked("POST", "/v1/chat/completions", {}, {"messages": [{"role": "user", "content": prompt}]}, 0.0)

    assert ANSWERS[marks](TURN, asked) == answer


def test_every_peer_is_pinned() -> None:
    assert all("==" in peer.needs[0] for peer in PEERS if peer.needs)
    assert len({peer.name for peer in PEERS}) == len(PEERS)


def test_what_could_not_be_installed_is_told_beside_what_was() -> None:
    shown = footprint.told(
        [footprint.Footprint("a", 20.4, 90, 0, 3_000_000, 4), footprint.Footprint("b", error="no such")]
    )

    assert shown.splitlines()[-2:] == ["| `a` | 20 | 90 | - | 3 | 4 |", "- b: no such"]


def test_a_peer_of_another_name_is_refused_with_those_there_are(tmp_path: Path) -> None:
    asked = side_by_side.parser().parse_args(["run", "any.json", "--out", str(tmp_path), "--peers", "mem1;episodic"])

    with pytest.raises(SystemExit, match="no such peer: mem1; there are: episodic; "):
        side_by_side.run(asked)
