"""The authors' own games, played again: their model's plans and actions, given by Ariadne, lead where they led."""

from __future__ import annotations

import json
import os
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest

from agentmem.agent.episode import Episode, Result, Setup
from agentmem.agent.loop import Step
from agentmem.agent.replay import replay
from agentmem.agent.trajectory import read
from agentmem.hookspecs import hookimpl
from agentmem.host import Host
from agentmem.language.contract import Embedder, Out, Rule, Task
from agentmem.language.prompting import filled
from agentmem.language.recorded import RecordedLanguage
from agentmem.language.rules import RuleLanguage

HERE = Path(__file__).resolve()
DATA = Path(os.environ.get("AGENTMEM_SHARED_DATA", HERE.parents[3].parent / "shared" / "data")) / "arigraph"
STEP = re.compile(
    r"\nPlan0: (?P<plan>\{.*?\n\})\n?tokens prompt plan: (?P<plan_tokens>\d+).*?"
    r"\nAction: (?P<act>\{.*?\})\n?tokens prompt action: (?P<act_tokens>\d+)",
    re.DOTALL,
)
REWARDS = re.compile(r"\nREWARDS: (\[.*?\])")
RENAMED = re.compile(r"^(?:fry|grill|roast) ")
"""The authors' program called cooking by what it makes, and renamed it for the game."""
CHARACTERS_PER_TOKEN = 3.9
"""Of Ariadne's prompts in these games, counted with the tokenizer of GPT-4, which is not installed here."""


@dataclass(frozen=True)
class Logged:
    """One step of the log: what the authors' model planned and did, and the tokens of both prompts."""

    plan: Mapping[str, Any]
    act: Mapping[str, str]
    tokens: int

    @property
    def action(self) -> str:
        return RENAMED.sub("cook ", self.act["action_to_take"])

    def answer(self, task: str, inputs: Mapping[str, Any]) -> dict[str, Any]:
        """Answer as the log does: to leave a sub-goal out was to call it finished."""
        if task == "ariadne.explore":
            return {"explore": True}
        if task == "ariadne.act":
            return {"reason": self.act["reason_for_action"], "action": self.action}
        steps = [{"sub_goal": next(iter(one.values())), "reason": one["reason"]} for one in self.plan["plan_steps"]]
        shown = [line.split(". ", 1) for line in inputs["plan"].splitlines()]
        gone = [label for label, text in shown if not any(text.startswith(step["sub_goal"]) for step in steps)]
        return {"main_goal": self.plan["main_goal"], "finished": gone, "steps": steps}


class Authors(RecordedLanguage):
    """The authors' model, out of the log, to think with; rules to remember with."""

    def __init__(self, logged: Sequence[Logged], *, embedder: Embedder, rules: Mapping[str, Sequence[Rule]]) -> None:
        super().__init__(self._answer, embedder=embedder)
        self._left = iter(logged)
        self._reader = RuleLanguage(embedder, rules)
        self.prompts: dict[str, list[str]] = {}

    def ask(self, task: Task[Out], /, **inputs: Any) -> Out:
        if not task.name.startswith("ariadne."):
            return self._reader.ask(task, **inputs)
        self.prompts.setdefault(task.name, []).append(filled(task.prompt, inputs))
        return super().ask(task, **inputs)

    def _answer(self, task: str, inputs: Mapping[str, Any]) -> dict[str, Any]:
        if task == "ariadne.plan":
            self._now = next(self._left)
        return {"explore": True} if task == "ariadne.explore" else self._now.answer(task, inputs)


@dataclass(frozen=True)
class Played:
    logged: Sequence[Logged]
    scores: Sequence[float]
    steps: Sequence[Step]
    result: Result
    language: Authors
    setup: Setup


@pytest.fixture(scope="module", params=["hunt 1", "hunt 2", "hunt 3", "cook 1"])
def played(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Played:
    pytest.importorskip("textworld", reason="needs TextWorld: pip install 'agentmem-graph[textworld]'")
    name, attempt = request.param.split()
    log, game = DATA / "logs" / f"{name}_arigraph.txt", DATA / name / f"{'game' if name == 'cook' else name}.z8"
    if not (log.exists() and game.exists()):
        pytest.skip(f"{log} is not here: set AGENTMEM_SHARED_DATA to the folder with the authors' games and logs")
    text = log.read_text(encoding="utf-8").split("Attempt: ")[int(attempt)]
    logged, told = list(steps_in(text)), REWARDS.search(text)
    assert told is not None
    return play(logged, json.loads(told[1]), game=game, folder=tmp_path_factory.mktemp(name))


def steps_in(text: str) -> Iterator[Logged]:
    for part in re.split(r"\nStep: \d+\n", text)[1:]:
        found = STEP.search(part)
        assert found is not None
        tokens = int(found["plan_tokens"]) + int(found["act_tokens"])
        yield Logged(json.loads(found["plan"]), json.loads(found["act"]), tokens)


def play(logged: Sequence[Logged], scores: Sequence[float], *, game: Path, folder: Path) -> Played:
    opened: list[Authors] = []

    class Log:
        @hookimpl
        def agentmem_languages(self) -> Mapping[str, Any]:
            return {"log": self.open}

        def open(self, argument: str, embedder: Embedder, rules: Mapping[str, Sequence[Rule]]) -> Authors:
            opened.append(Authors(logged, embedder=embedder, rules=rules))
            return opened[-1]

    setup = Setup(
        game=str(game), goal="Find the treasure" if "hunt" in game.name else "Prepare the meal and eat it",
        store=":memory:", trajectory=folder / "steps.jsonl", name="again", policy="ariadne", language="log",
        show_valid_actions="hunt" in game.name,
    )  # fmt: skip
    with Episode(setup, Host(["defaults", "arigraph", "textworld", Log()])) as episode:
        steps = list(episode)
    return Played(logged, scores, steps, episode.result, opened[-1], setup)


def thoughts(steps: Sequence[Step]) -> list[int]:
    """Return the numbers of the steps at which something was decided, and not only a way walked on."""
    decided = [step.decision for step in steps if step.decision is not None]
    return [
        n for n, decision in enumerate(decided) if n == 0 or not decision.follows(decided[n - 1])
    ]  # fmt: skip


def test_the_game_goes_as_in_the_log_and_is_won(played: Played) -> None:
    decided = [step.decision for step in played.steps if step.decision is not None]
    done = [decided[n] for n in thoughts(played.steps)]

    acted = [f"go to {one.route[-1].place}" if one.route else one.action for one in done]

    assert acted == [one.action for one in played.logged]
    assert played.result.evaluation.won


def test_the_score_is_that_of_the_log_at_each_step(played: Played) -> None:
    reached = [sum(step.reward for step in played.steps[: n + 1]) for n in thoughts(played.steps)[1:]]

    assert reached == list(played.scores[:-1])  # of what the last action brings, their program counted a part


def test_each_move_of_a_way_is_a_step_and_an_event_of_its_own(played: Played) -> None:
    walked = [step for step in played.steps if step.decision is not None and step.decision.route]

    assert len(walked) > len([one for one in played.logged if one.action.startswith("go to ")])
    assert [step.event.id for step in played.steps] == [f"again/{n}" for n in range(len(played.steps))]
    assert [step.event.action for step in played.steps[1:]] == [s.decision.action for s in played.steps if s.decision]


def test_the_recording_says_all_that_a_decision_was_made_of_and_replays(played: Played) -> None:
    recorded = read(played.setup.trajectory)
    environment = Host(["defaults", "textworld"]).environment(recorded.header.spec.name, recorded.header.spec.options)

    assert [line.decision for line in recorded.steps] == [step.decision for step in played.steps]
    assert all(step.same for step in replay(recorded, environment))
    environment.close()


def test_unfinished_sub_goals_keep_their_words_and_order_all_along(played: Played) -> None:
    plans = [step.decision.plan for step in played.steps if step.decision is not None]

    for n, (before, after) in enumerate(pairwise(plans)):
        assert [goal for goal in before if goal in after] == [goal for goal in after if goal in before], f"step {n}"


def test_the_prompts_need_at_most_six_tenths_of_the_published_ones(played: Played) -> None:
    prompts = played.language.prompts
    ours = sum(len(text) for task in ("ariadne.plan", "ariadne.act") for text in prompts[task]) / CHARACTERS_PER_TOKEN

    assert ours <= 0.6 * sum(one.tokens for one in played.logged)
