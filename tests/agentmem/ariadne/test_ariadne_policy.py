"""Ariadne at one step: what she asks, what she decides, and what she does when nobody answers."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any

import pytest

from agentmem.agent.ariadne.policy import Ariadne
from agentmem.agent.ariadne.settings import AriadneSettings
from agentmem.agent.environment import Observation
from agentmem.agent.policy import Decision, Leg, Mind, Turn
from agentmem.errors import BadAnswer, LanguageUnavailable
from agentmem.language.recorded import RecordedLanguage
from agentmem.testing.embedding import HashEmbedder

if TYPE_CHECKING:
    from tests.agentmem.ariadne.conftest import Recall

HALL = Observation(text="A hall.", goal="Sleep in the loft.", inventory="You carry a pillow.")
ATTIC = HALL.model_copy(update={"text": "An attic.", "step": 1})
Asked = list[tuple[str, Mapping[str, Any]]]
PLAN = {"main_goal": "Sleep", "steps": [{"sub_goal": "Go to the loft.", "reason": "A bed is there."}]}


def model(asked: Asked, **answers: Any) -> RecordedLanguage:
    """A language that answers by the last word of a task's name, and notes what it was asked."""

    def answer(task: str, inputs: Mapping[str, Any]) -> Any:
        asked.append((task, inputs))
        said = answers[task.rpartition(".")[2]]
        if isinstance(said, Exception):
            raise said
        return said

    return RecordedLanguage(answer, embedder=HashEmbedder())


def acting(action: str, **others: Any) -> Callable[[Asked], RecordedLanguage]:
    answers = {"explore": {"explore": False}, "plan": PLAN, "act": {"reason": "why not", "action": action}, **others}
    return lambda asked: model(asked, **answers)


def test_she_plans_and_acts_and_says_why(recall: Recall) -> None:
    asked: Asked = []

    decision = Ariadne().act(HALL, recall("hall"), Mind(acting("sing")(asked)))

    assert [task for task, _ in asked] == ["ariadne.plan", "ariadne.act"]
    assert (decision.action, decision.reason) == ("sing", "why not")
    assert (decision.plan, decision.progress) == (("Go to the loft.",), ("A bed is there.",))


def test_go_to_is_the_first_move_of_a_way_and_the_next_moves_ask_nobody(recall: Recall) -> None:
    asked: Asked = []
    mind = Mind(acting("go to loft")(asked))

    first = Ariadne().act(HALL, recall("hall"), mind)
    asked.clear()
    second = Ariadne().act(ATTIC, recall("attic"), Mind(mind.language, (Turn(observation=HALL, decision=first),)))

    assert (first.action, second.action) == ("go up", "go north")
    assert second.follows(first)
    assert (second.plan, second.reason, asked) == (first.plan, first.reason, [])


def test_a_move_that_failed_makes_her_think_again(recall: Recall) -> None:
    asked: Asked = []
    route = (Leg(action="go up", place="attic"), Leg(action="go north", place="loft"))
    before = Turn(observation=HALL, decision=Decision(action="go up", plan=("Nap.",), progress=("",), route=route))

    decision = Ariadne().act(HALL, recall("hall"), Mind(acting("open hatch")(asked), (before,)))

    assert decision.action == "open hatch"
    assert decision.route == ()


def test_unexplored_exits_are_shown_when_the_plan_needs_them(recall: Recall) -> None:
    before = Turn(observation=HALL, decision=Decision(action="look", plan=("Find a bed.",), progress=("none seen",)))
    shown = {}
    for explore in (True, False):
        asked: Asked = []
        Ariadne().act(HALL, recall("hall"), Mind(acting("wait", explore={"explore": explore})(asked), (before,)))
        assert asked[0] == ("ariadne.explore", {"plan": "s1. Find a bed. (none seen)"})
        shown[explore] = [inputs["exits"] for _, inputs in asked[1:]]

    assert shown == {True: ["hall (here): east"] * 2, False: ["", ""]}


def test_without_an_unexplored_exit_nobody_is_asked_about_exploring(recall: Recall) -> None:
    before = Turn(observation=HALL, decision=Decision(action="look", plan=("Find a bed.",), progress=("",)))
    asked: Asked = []

    Ariadne().act(HALL, recall("hall", []), Mind(acting("wait")(asked), (before,)))

    assert [task for task, _ in asked] == ["ariadne.plan", "ariadne.act"]


def test_where_actions_are_told_no_other_is_taken(recall: Recall) -> None:
    told = HALL.model_copy(update={"valid_actions": ("go up", "wait")})
    mind = Mind(acting("Sing")([]))

    with pytest.raises(BadAnswer, match="'Sing' is none of the actions that were offered"):
        Ariadne().act(told, recall("hall"), mind)
    assert Ariadne(AriadneSettings(only_valid=False)).act(told, recall("hall"), mind).action == "Sing"


def test_what_breaks_the_contract_on_plans_is_mended_and_counted(recall: Recall) -> None:
    plan = ("Find a bed.", "Sleep.")
    before = Turn(observation=HALL, decision=Decision(action="look", plan=plan, progress=("", "")))
    answer = {"main_goal": "Sleep", "steps": [{"sub_goal": "s2", "reason": ""}, {"sub_goal": "s1", "reason": ""}]}

    decision = Ariadne().act(HALL, recall("hall"), Mind(acting("wait", plan=answer)([]), (before,)))

    assert decision.plan == plan
    assert decision.mended == {"moved": 1}


def test_where_the_game_names_no_goal_she_keeps_the_one_she_named(recall: Recall) -> None:
    nameless = HALL.model_copy(update={"goal": ""})
    asked: Asked = []
    first = Ariadne().act(nameless, recall("hall"), Mind(acting("wait")(asked)))

    other = acting("wait", plan={**PLAN, "main_goal": "Dance"})(asked)
    second = Ariadne().act(nameless, recall("hall"), Mind(other, (Turn(observation=nameless, decision=first),)))

    assert [inputs["goal"] for task, inputs in asked if task != "ariadne.explore"] == ["", "Sleep", "Sleep", "Sleep"]
    assert (first.goal, second.goal) == ("Sleep", "Sleep")


@pytest.mark.parametrize("failing", ["explore", "plan", "act"])
@pytest.mark.parametrize("error", [LanguageUnavailable("out"), BadAnswer("babble")], ids=lambda one: type(one).__name__)
def test_where_nobody_answers_there_is_no_decision(recall: Recall, failing: str, error: Exception) -> None:
    before = Turn(observation=HALL, decision=Decision(action="look", plan=("Find a bed.",), progress=("",)))
    language = acting("wait", **{failing: error})([])

    with pytest.raises(type(error)):
        Ariadne().act(HALL, recall("hall"), Mind(language, (before,)))


def test_she_holds_no_state(recall: Recall) -> None:
    ariadne, mind = Ariadne(), Mind(acting("go to loft")([]))

    first = ariadne.act(HALL, recall("hall"), mind)
    ariadne.act(ATTIC, recall("attic"), Mind(mind.language, (Turn(observation=HALL, decision=first),)))

    assert ariadne.act(HALL, recall("hall"), mind) == first
