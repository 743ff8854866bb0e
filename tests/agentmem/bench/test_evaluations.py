"""The evaluations that come with the host: what each promises, and what each tells."""

from __future__ import annotations

import ast
import gc
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from agentmem.agent.trajectory import read
from agentmem.agent_memory import AgentMemory
from agentmem.bench.evaluation import Cell, Evaluation, Outcome, Trial
from agentmem.bench.evaluations.ablation import Ablation
from agentmem.bench.evaluations.cost import CostOverSize
from agentmem.bench.evaluations.play import Play
from agentmem.bench.evaluations.recall import Recall
from agentmem.errors import AgentmemError, PluginError
from agentmem.events import Event
from agentmem.host import Host
from agentmem.testing.evaluation_contract import EvaluationContract
from agentmem.testing.memory_world import installed
from agentmem.thinking import Thinking
from tests.agentmem.bench.talk import write_talk

ROOT = Path(__file__).parents[3]
EVALUATIONS = sorted((*ROOT.glob("agentmem/bench/evaluations/*.py"), *ROOT.glob("plugins/agentmem_probes/*.py")))
MEMORIES = set(installed().memories)
SHORT: dict[str, Any] = {"game_settings": {"turns": 6, "facts": 2, "unknown": 1}}
FEW: dict[str, Any] = {"sizes": "5,20", "writes": 2, "recalls": 2, "against": "none"}


def run(evaluation: Evaluation, host: Host, folder: Path, **cell: Any) -> tuple[Outcome, Trial]:
    trial = Trial(Cell(evaluation=evaluation.name, **cell), host, folder)
    evaluation.check(trial.cell, host)
    return evaluation.run(trial), trial


class TestRecallKeepsTheContract(EvaluationContract):
    def new_evaluation(self) -> Evaluation:
        return Recall()

    def new_cell(self, memory: str, folder: Path) -> Cell:
        return Cell(evaluation="recall", memory=memory, data=str(write_talk(folder)))


class TestCostKeepsTheContract(EvaluationContract):
    keeps_probes = is_mean = False

    @pytest.fixture(autouse=True, scope="class")
    @classmethod
    def _nothing_of_others_is_collected(cls) -> Iterator[None]:
        """Garbage is collected before each measurement, which takes long with all that other tests have loaded."""
        gc.freeze()
        yield
        gc.unfreeze()

    def new_evaluation(self) -> Evaluation:
        return CostOverSize()

    def new_cell(self, memory: str, folder: Path) -> Cell:
        return Cell(evaluation="cost", memory=memory, options=FEW | {"sizes": "8", "writes": 1, "recalls": 1})


class TestPlayKeepsTheContract(EvaluationContract):
    keeps_probes = is_mean = False

    def new_evaluation(self) -> Evaluation:
        return Play()

    def new_cell(self, memory: str, folder: Path) -> Cell:
        return Cell(evaluation="play", memory=memory, data="chat:simulated", options=SHORT)


class TestAblationKeepsTheContract(EvaluationContract):
    memory = "bm25+window"
    is_mean = False

    def new_evaluation(self) -> Evaluation:
        return Ablation()

    def new_cell(self, memory: str, folder: Path) -> Cell:
        stack = memory if "+" in memory else f"{memory}+{'window' if memory == 'none' else 'none'}"
        return Cell(evaluation="ablation", memory=stack, data=str(write_talk(folder)))


def test_recall_scores_by_category_and_leaves_out_what_is_apart(host: Host, file: Path, tmp_path: Path) -> None:
    outcome, trial = run(Recall(), host, tmp_path, memory="notebook", data=str(file))

    probes = trial.probes()
    assert set(outcome.by) == {"single-hop", "multi-hop", "trap"}
    assert [probe.category for probe in probes if probe.apart] == ["trap", "trap"]
    assert [probe.score for probe in probes if not probe.expected] == [None, None]
    assert outcome.score == outcome.figures["recall@10"]
    assert (outcome.oracle, outcome.events, outcome.figures["questions"]) == (1.0, 12, 6)


def test_recall_takes_some_of_the_conversations(host: Host, file: Path, tmp_path: Path) -> None:
    outcome, trial = run(Recall(), host, tmp_path, memory="full", data=str(file), options={"conversations": "2"})

    assert outcome.details["conversations"] == ["second"]
    assert {probe.id.partition("/")[0] for probe in trial.probes()} == {"second"}


def test_recall_is_scored_at_the_limit_that_was_chosen(host: Host, file: Path, tmp_path: Path) -> None:
    outcome, _ = run(Recall(), host, tmp_path, memory="full", data=str(file), options={"limit": "3"})

    assert "recall@5" not in outcome.figures
    assert outcome.score is not None
    assert outcome.score > outcome.figures["recall@1"]


def test_a_question_a_memory_fails_on_is_told_and_the_rest_goes_on(host: Host, file: Path, tmp_path: Path) -> None:
    outcome, trial = run(Recall(), host, tmp_path, memory="touchy", data=str(file))

    failed = [probe for probe in trial.probes() if probe.details["error"]]
    assert [probe.score for probe in failed] == [0.0, 0.0]
    assert len(trial.probes()) == 10
    assert (outcome.receipt.set_aside, outcome.recalls) == (2, 10)
    assert len(outcome.failures) == 2
    assert "too secret to tell" in outcome.failures[0]


def test_events_that_wait_in_the_end_are_in_the_receipt(host: Host, file: Path, tmp_path: Path) -> None:
    outcome, _ = run(Recall(), host, tmp_path, memory="waiting", data=str(file))

    assert (outcome.receipt.deferred, outcome.events) == (12, 12)


def test_the_journal_does_not_play_for_a_memory_that_takes_in_nothing(host: Host, tmp_path: Path) -> None:
    outcome, trial = run(Play(), host, tmp_path, memory="deaf", data="chat:simulated", options=SHORT)

    nothing, _ = run(Play(), host, tmp_path / "other", memory="none", data="chat:simulated", options=SHORT)
    assert outcome.score == nothing.score
    assert outcome.receipt.set_aside == sum(not event.echo for event in _events(trial)) > 0


def _events(trial: Trial) -> list[Event]:
    steps = read(trial.folder / "trajectory.jsonl").steps
    return [event for step in steps for event in (step.answer, step.event) if event is not None]


def test_a_game_with_a_memory_that_cannot_recall_fails_in_a_stack_too(host: Host, tmp_path: Path) -> None:
    with pytest.raises(PluginError, match="memory 'dumb' cannot recall"):
        run(Play(), host, tmp_path, memory="dumb+notebook", data="chat:simulated", options=SHORT)


def test_a_conversation_counts_answers_as_events_and_questions_as_recalls(host: Host, tmp_path: Path) -> None:
    outcome, trial = run(Play(), host, tmp_path, memory="notebook", data="chat:simulated", options=SHORT)

    asked = [step for step in read(trial.folder / "trajectory.jsonl").steps if step.query is not None]
    assert (outcome.events, outcome.recalls) == (len(_events(trial)), len(asked))


def test_a_conversation_without_answers_has_no_score(host: Host, file: Path, tmp_path: Path) -> None:
    lines = [line for line in file.read_text().splitlines() if '"first"' in line]
    told = [line for line in lines if '"apart"' not in line and '"answer"' not in line]
    file.write_text("\n".join(told))

    outcome, _ = run(Play(), host, tmp_path, memory="notebook", data=f"chat:{file}")

    assert (outcome.score, outcome.curves, set(outcome.figures)) == (None, {}, {"steps"})


def test_cost_is_told_as_curves_over_what_is_remembered(host: Host, tmp_path: Path) -> None:
    outcome, trial = run(CostOverSize(), host, tmp_path, memory="notebook", options=FEW)

    assert [events for events, _ in outcome.curves["write_cpu_ms"]] == [5, 20]
    few, many = (size for _, size in outcome.curves["bytes"])
    assert 0 < few < many <= outcome.bytes
    assert outcome.details["embedded"] == {"events": 20, "asked": 20, "distinct": 20, "repeated": 0, "unchanged": 0}
    assert outcome.figures["write_ratio"] > 0
    assert (outcome.score, outcome.events, trial.probes()) == (None, 22, [])
    assert outcome.recalls == 6, "two at each size, and one before to warm up"


def test_a_memory_held_against_itself_costs_the_same(host: Host, tmp_path: Path) -> None:
    outcome, _ = run(CostOverSize(), host, tmp_path, memory="none", options=FEW)

    assert (outcome.figures["write_ratio"], outcome.figures["recall_ratio"]) == (1.0, 1.0)


def test_an_ablation_says_what_each_memory_adds(host: Host, file: Path, tmp_path: Path) -> None:
    outcome, trial = run(Ablation(), host, tmp_path, memory="notebook+none", data=str(file))

    assert outcome.by == {"whole": outcome.score, "only notebook": outcome.score, "only none": 0.0}
    assert outcome.figures == {"notebook adds": outcome.score, "none adds": 0.0}
    assert [probe.id for probe in trial.probes()] == ["whole", "only notebook", "only none"]
    assert not list(tmp_path.rglob("memory.db*"))


def test_an_ablation_may_be_by_any_evaluation(host: Host, tmp_path: Path) -> None:
    options = {"by": "play", "options": {"max_steps": 8}}

    outcome, _ = run(Ablation(), host, tmp_path, memory="bm25+none+window", data="chat:simulated", options=options)

    assert outcome.details["by"] == "play"
    assert set(outcome.figures) == {"bm25 adds", "none adds", "window adds"}
    assert (tmp_path / "without-none" / "trajectory.jsonl").exists()


def test_all_memories_of_a_trial_spend_from_one_budget(host: Host, tmp_path: Path) -> None:
    cell = Cell(evaluation="ablation", memory="none", thinking=Thinking(budget="calls=3"))
    trial = Trial(cell, host, tmp_path)

    assert trial.within("a", memory="window").within("b", memory="full").spending is trial.spending


def test_in_a_store_many_share_a_killed_run_leaves_nothing_to_the_next(host: Host, file: Path, tmp_path: Path) -> None:
    shared = str(tmp_path / "shared.db")
    asked = Cell(evaluation="recall", memory="full", data=str(file), store=shared)
    played = Cell(evaluation="play", memory="full", data="chat:simulated", options=SHORT, store=shared)
    spaces = {"of somebody else": True, f"{asked.key}-first": False, played.key: False}
    for space in spaces:
        with AgentMemory(shared, namespace=space, memory="full", host=host) as memory:
            memory.add("This was here before.")

    assert Recall().run(Trial(asked, host, tmp_path)).bytes == 0
    assert Play().run(Trial(played, host, tmp_path)).bytes == 0

    for space, is_there in spaces.items():
        with AgentMemory(shared, namespace=space, memory="full", host=host) as memory:
            found = memory.search("before", limit=1000)
            assert any("This was here before." in one.text for one in found) is is_there


@pytest.mark.parametrize(
    ("evaluation", "cell", "says"),
    [
        (Recall(), {"data": "nowhere.json"}, "there is no file 'nowhere.json'"),
        (Recall(), {"data": "FILE", "options": {"conversations": "3"}}, "no conversation 3; the file has 2"),
        (Recall(), {"data": "FILE", "options": {"conversations": "all"}}, "conversations are given as 'all'"),
        (Recall(), {"data": "FILE", "options": {"limit": 0}}, "setting 'limit' is 0"),
        (CostOverSize(), {"options": {"against": "bm52"}}, "no memory named 'bm52'; did you mean 'bm25'"),
        (CostOverSize(), {"options": {"sizes": "9,5"}}, "numbers of events that rise"),
        (CostOverSize(), {"data": "coin:10"}, "leave the data out"),
        (CostOverSize(), {"store": "neo4j://ada:secret@host"}, "the store neo4j://ada@host"),
        (Ablation(), {"data": "FILE"}, "'none' is one memory"),
        (Ablation(), {"memory": "none+full", "options": {"by": "ablation"}}, "cannot be measured by itself"),
        (Ablation(), {"memory": "none+full", "options": {"by": "rcall"}}, "did you mean 'recall'"),
        (Ablation(), {"memory": "none+full", "data": "FILE", "options": {"options": {"limt": 1}}}, "'limt'"),
    ],
)
def test_what_cannot_be_run_is_refused_before_it_is(
    evaluation: Evaluation, cell: dict[str, Any], says: str, host: Host, file: Path
) -> None:
    given = {"memory": "none"} | cell | ({"data": str(file)} if cell.get("data") == "FILE" else {})

    with pytest.raises(AgentmemError) as refused:
        evaluation.check(Cell(evaluation=evaluation.name, **given), host)

    assert says in str(refused.value)
    assert "secret" not in str(refused.value)


@pytest.mark.parametrize("path", EVALUATIONS, ids=lambda path: path.stem)
def test_no_evaluation_names_a_memory_but_as_the_default_of_an_option(path: Path) -> None:
    tree = ast.parse(path.read_text())
    options = [node for node in ast.walk(tree) if isinstance(node, ast.ClassDef) and node.name.endswith("Options")]
    allowed = {id(part) for node in options for part in ast.walk(node)}

    named = [
        node.value
        for node in ast.walk(tree)
        if isinstance(node, ast.Constant) and node.value in MEMORIES and id(node) not in allowed
    ]

    assert not named, f"{path.name} names {named}: it measures any memory; what it compares with is an option"
