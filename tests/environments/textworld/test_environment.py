"""A generated game, as the agent and the evaluation meet it."""

from __future__ import annotations

import re
import shutil
import subprocess
import sys
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import pytest

from agentmem.agent.environment import Environment, HasNotes
from agentmem.errors import EnvironmentFailed, InvalidInput, MissingExtra
from agentmem.testing.environment_contract import EnvironmentContract
from agentmem_textworld.family import TextWorldFamily

Story = Callable[[str], Path]
Walkthrough = Callable[[str], Sequence[str]]


@pytest.fixture
def opened(story: Story) -> Callable[..., Environment]:
    def open_game(name: str, **options: object) -> Environment:
        story(name)
        return TextWorldFamily().open(name, {"seed": 1, **options})

    return open_game


class TestAGeneratedGameKeepsTheContract(EnvironmentContract):
    @pytest.fixture(autouse=True)
    def _game(self, story: Story, walkthrough: Walkthrough) -> None:
        story("coin:10")
        self.way = walkthrough("coin:10")

    def new_environment(self) -> Environment:
        return TextWorldFamily().open("coin:10", {"seed": 1})

    def some_actions(self) -> Sequence[str]:
        return [*self.way[:4], "look", "go up", "inventory"]

    def actions_to_the_end(self) -> Sequence[str]:
        return self.way


@pytest.mark.parametrize("name", ["simple", "cook:1", "coin:10"])
def test_the_walkthrough_wins_with_the_full_score(
    opened: Callable[..., Environment], walkthrough: Walkthrough, name: str
) -> None:
    environment = opened(name)
    environment.reset()

    results = [environment.step(action) for action in walkthrough(name)]

    told = environment.evaluate()
    assert results[-1].done
    assert (told.won, told.lost, told.normalized) == (True, False, 1.0)
    assert told.score == told.max_score == sum(result.reward for result in results)


def test_no_text_shows_banner_prompt_status_line_or_the_way_there(
    opened: Callable[..., Environment], walkthrough: Walkthrough
) -> None:
    environment = opened("coin:10")

    texts = [environment.reset().text, *(environment.step(a).observation.text for a in walkthrough("coin:10"))]

    assert not [text for text in texts if re.search(r"\$\$|^>|=- *-?\d+/\d+", text, re.MULTILINE)]
    assert texts[0].startswith("-= ")


def test_the_goal_is_the_coin_and_not_the_way_to_it(opened: Callable[..., Environment]) -> None:
    assert re.fullmatch(r"[A-Z][\w -]* the coin from the floor of the [\w ]+\.", opened("coin:10").reset().goal)


def test_a_full_goal_tells_the_whole_way(opened: Callable[..., Environment], walkthrough: Walkthrough) -> None:
    goal = opened("coin:10", goal_style="full").reset().goal

    assert len(re.findall(r"\b(?:north|south|east|west)\b", goal)) == len(walkthrough("coin:10")) - 1


def test_asking_for_the_goal_does_not_tell_the_way_there(opened: Callable[..., Environment]) -> None:
    environment = opened("coin:10")
    goal = environment.reset().goal

    assert environment.step("goal").observation.text == goal


def test_a_goal_of_the_users_replaces_the_games_own(opened: Callable[..., Environment]) -> None:
    observation = opened("cook:1", goal="eat nothing").reset()

    assert observation.goal == "eat nothing"
    assert "hungry" not in observation.text


def test_what_is_carried_is_told_in_the_games_words(
    opened: Callable[..., Environment], walkthrough: Walkthrough
) -> None:
    environment = opened("coin:10")
    before = environment.reset().inventory

    for action in walkthrough("coin:10"):
        after = environment.step(action).observation.inventory

    assert before == "You are carrying nothing."
    assert after == "You are carrying: a coin."


def test_valid_actions_are_shown_only_if_asked_for(opened: Callable[..., Environment]) -> None:
    assert opened("coin:10").reset().valid_actions is None
    assert "look" in (opened("coin:10", show_valid_actions=True).reset().valid_actions or ())


@pytest.mark.parametrize("shown", [False, True])
def test_textworld_is_never_asked_for_the_solution(
    opened: Callable[..., Environment], monkeypatch: pytest.MonkeyPatch, shown: bool
) -> None:
    textworld = pytest.importorskip("textworld")
    asked: list[Any] = []
    start = textworld.start

    def listen(path: str, infos: Any) -> Any:
        asked.append(infos)
        return start(path, infos)

    monkeypatch.setattr(textworld, "start", listen)

    opened("coin:10", show_valid_actions=shown)

    harmless = {"feedback", "inventory", "objective", "score", "max_score", "won", "lost", "moves"}
    assert set(asked[0].basics) == harmless | ({"admissible_commands"} if shown else set())
    assert not asked[0].extras


@pytest.mark.parametrize(
    "command", ["save", "Quit", "restart", "undo", "transcript", "tw-extra-infos facts", "q.", "score", "version"]
)
def test_commands_for_the_interpreter_do_not_reach_it(
    opened: Callable[..., Environment], monkeypatch: pytest.MonkeyPatch, tmp_path: Path, command: str
) -> None:
    environment = opened("coin:10")
    environment.reset()
    monkeypatch.chdir(tmp_path)

    answer = environment.step(command)

    assert answer.observation.text == "That is not something to do in this world."
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize("several", ["look. look", "look; look", "look then look", "look, look", "look.look"])
def test_several_commands_in_one_are_refused_and_cost_one_step(
    opened: Callable[..., Environment], several: str
) -> None:
    environment = opened("coin:10")
    environment.reset()

    answer = environment.step(several)

    assert answer.observation.text == "One thing at a time, please."
    assert answer.observation.step == 1


def test_a_game_by_path_is_the_same_game(opened: Callable[..., Environment], story: Story) -> None:
    by_name, by_path = opened("coin:10"), TextWorldFamily().open(str(story("coin:10")), {})

    assert by_path.reset() == by_name.reset()
    assert by_path.spec.fingerprint == by_name.spec.fingerprint


def test_the_spec_opens_the_same_game_again(opened: Callable[..., Environment]) -> None:
    first = opened("coin:10", goal_style="full")

    again = TextWorldFamily().open(first.spec.name, first.spec.options)

    assert again.spec == first.spec


def test_a_missing_file_is_named(tmp_path: Path) -> None:
    with pytest.raises(InvalidInput, match=r"no game file at .*gone\.z8"):
        TextWorldFamily().open(str(tmp_path / "gone.z8"), {})


def test_a_folder_is_no_game(tmp_path: Path) -> None:
    with pytest.raises(InvalidInput, match="not a file"):
        TextWorldFamily().open(str(tmp_path), {})


@pytest.mark.parametrize("content", [b"", b"\x08", b"\x08" * 63])
def test_a_file_of_a_few_bytes_is_too_short(tmp_path: Path, content: bytes) -> None:
    game = tmp_path / "short.z8"
    game.write_bytes(content)

    with pytest.raises(EnvironmentFailed, match="too few"):
        TextWorldFamily().open(str(game), {})


@pytest.mark.parametrize("content", [b"PK\x03\x04" + bytes(100), b"<html>" * 100, bytes(100), b"\xff" * 100])
def test_a_foreign_file_is_not_given_to_the_interpreter(tmp_path: Path, content: bytes) -> None:
    game = tmp_path / "foreign.z8"
    game.write_bytes(content)

    with pytest.raises(InvalidInput, match="not a z-machine game"):
        TextWorldFamily().open(str(game), {})


@pytest.mark.parametrize("beside", [True, False])
def test_a_truncated_game_is_not_given_to_the_interpreter(tmp_path: Path, story: Story, beside: bool) -> None:
    game = tmp_path / "cut.z8"
    game.write_bytes(story("coin:10").read_bytes()[:-2000])
    if beside:
        shutil.copy(story("coin:10").with_suffix(".json"), game.with_suffix(".json"))

    with pytest.raises(EnvironmentFailed, match=r"cut off: .* bytes"):
        TextWorldFamily().open(str(game), {})


def test_a_damaged_game_is_not_given_to_the_interpreter(tmp_path: Path, story: Story) -> None:
    game = tmp_path / "damaged.z8"
    content = bytearray(story("coin:10").read_bytes())
    content[200_000:200_004] = b"\xde\xad\xbe\xef"
    game.write_bytes(content)
    shutil.copy(story("coin:10").with_suffix(".json"), game.with_suffix(".json"))

    with pytest.raises(EnvironmentFailed, match="checksum"):
        TextWorldFamily().open(str(game), {})


def test_a_broken_json_beside_a_game_is_named(tmp_path: Path, story: Story) -> None:
    game = Path(shutil.copy(story("coin:10"), tmp_path / "game.z8"))
    game.with_suffix(".json").write_text("{")

    with pytest.raises(EnvironmentFailed, match=r"cannot open .*\.json"):
        TextWorldFamily().open(str(game), {})


def test_a_file_that_may_not_be_read_is_named(tmp_path: Path, story: Story) -> None:
    game = Path(shutil.copy(story("coin:10"), tmp_path / "secret.z8"))
    game.chmod(0)
    try:
        game.read_bytes()
        pytest.skip("this user may read everything: run the tests as another one")
    except PermissionError:
        pass

    with pytest.raises(EnvironmentFailed, match="permissions"):
        TextWorldFamily().open(str(game), {})


def test_without_textworld_the_cure_is_told(monkeypatch: pytest.MonkeyPatch, story: Story) -> None:
    game = story("coin:10")
    monkeypatch.setitem(sys.modules, "textworld", None)

    with pytest.raises(MissingExtra, match=r"agentmem-graph\[textworld\]"):
        TextWorldFamily().open(str(game), {})


def test_looking_at_what_is_on_offer_does_not_import_textworld() -> None:
    program = (
        "import sys; from agentmem_textworld.family import TextWorldFamily as Family; "
        "assert len(Family().catalogue()) == 12 and Family().claims('cook:4'); "
        "assert not {'textworld', 'jericho', 'numpy'} & set(sys.modules)"
    )

    subprocess.run([sys.executable, "-c", program], check=True)


def test_a_game_scored_by_the_json_of_another_is_refused(
    story: Story, walkthrough: Walkthrough, tmp_path: Path
) -> None:
    shutil.copy(story("cook:1"), tmp_path / "mixed.z8")
    shutil.copy(story("coin:10").with_suffix(".json"), tmp_path / "mixed.json")
    environment = TextWorldFamily().open(str(tmp_path / "mixed.z8"), {"seed": 1})
    environment.reset()

    with pytest.raises(EnvironmentFailed, match=r"points of at most 1: the \.json beside it is not its own"):
        [environment.step(action) for action in walkthrough("cook:1")]

    assert environment.evaluate().score <= environment.evaluate().max_score


def test_a_game_without_its_json_is_said_to_be_played_without_its_objective(story: Story, tmp_path: Path) -> None:
    path = shutil.copy(story("coin:10"), tmp_path / "alone.z8")

    alone = TextWorldFamily().open(str(path), {"seed": 1})
    told = TextWorldFamily().open(str(path), {"seed": 1, "goal": "Find the coin."})

    assert isinstance(alone, HasNotes)
    assert isinstance(told, HasNotes)
    assert ["without the game's objective" in note for note in alone.notes] == [True]
    assert list(told.notes) == []


def test_a_file_is_found_again_from_any_folder(story: Story, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for suffix in (".z8", ".json"):
        shutil.copy(story("coin:10").with_suffix(suffix), tmp_path / f"mine{suffix}")
    monkeypatch.chdir(tmp_path)
    spec = TextWorldFamily().open("mine.z8", {"seed": 1}).spec
    (tmp_path / "elsewhere").mkdir()
    monkeypatch.chdir("elsewhere")

    assert TextWorldFamily().open(spec.name, {"seed": 1}).spec == spec
