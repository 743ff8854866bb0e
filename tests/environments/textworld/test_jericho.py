"""Other people's games, in a process that may hang or crash."""

from __future__ import annotations

import shutil
import subprocess
import time
from collections.abc import Callable, Sequence
from pathlib import Path

import pytest

from agentmem.agent.environment import Environment
from agentmem.errors import EnvironmentFailed, InvalidInput
from agentmem.testing.environment_contract import EnvironmentContract
from agentmem_textworld.family import TextWorldFamily
from agentmem_textworld.game import Game
from agentmem_textworld.jericho import Jericho
from agentmem_textworld.options import Options

Story = Callable[[str], Path]

TRAPS = """
Array line buffer 100;
Array words -> 40;
[ Main i;
  print "-= Tiny Room =-^A door, a trap and a pit.^";
  while (1) {
    line->0 = 80; line->1 = 0; words->0 = 6;
    @aread line words i;
    if (line->1 == 4 && line->2 == 't') { while (1) { i = i + 1; } }
    if (line->1 == 3 && line->2 == 'p') { i = 0; @div i 0 -> i; }
    print "Nothing happens.^";
  }
];
"""
"""A game of two commands: at `trap` it hangs, at `pit` it crashes."""


@pytest.fixture
def lone(story: Story, tmp_path: Path) -> Path:
    """A TextWorld game without its .json: another program's game, for all we know."""
    return Path(shutil.copy(story("coin:10"), tmp_path / "lone.z8"))


@pytest.fixture
def traps(tmp_path: Path) -> Path:
    """The game above, compiled by the compiler that TextWorld brings along."""
    textworld = pytest.importorskip("textworld", reason="needs TextWorld: pip install 'agentmem-graph[textworld]'")
    compiler = next(Path(textworld.__file__).parent.glob("thirdparty/*/share/inform7/Compilers/inform6"), None)
    if compiler is None:
        pytest.skip("this TextWorld has no Inform 6 beside it")
    source = tmp_path / "traps.inf"
    source.write_text(TRAPS)
    subprocess.run([compiler, "-v5", source, tmp_path / "traps.z5"], check=True, capture_output=True)
    return tmp_path / "traps.z5"


class TestALoneGameKeepsTheContract(EnvironmentContract):
    @pytest.fixture(autouse=True)
    def _game(self, lone: Path, walkthrough: Callable[[str], Sequence[str]]) -> None:
        self.path, self.way = lone, walkthrough("coin:10")

    def new_environment(self) -> Environment:
        return TextWorldFamily().open(str(self.path), {"goal": "take the coin"})

    def some_actions(self) -> Sequence[str]:
        return [*self.way[:3], "look", "inventory"]

    def actions_to_the_end(self) -> Sequence[str]:
        return self.way


def test_score_and_end_are_read_off_the_games_own_words(
    lone: Path, walkthrough: Callable[[str], Sequence[str]]
) -> None:
    game = TextWorldFamily().open(str(lone), {})
    game.reset()
    begun = game.evaluate()

    for action in walkthrough("coin:10"):
        game.step(action)

    assert (begun.score, begun.max_score, begun.won) == (0, 1, False)
    assert (game.evaluate().score, game.evaluate().won, game.evaluate().lost) == (1, True, False)
    game.close()


def test_asking_what_is_carried_costs_no_move(lone: Path) -> None:
    game = TextWorldFamily().open(str(lone), {})
    game.reset()
    seen = [game.step("look").observation for _ in range(3)]
    game.close()

    assert {observation.inventory for observation in seen} == {"You are carrying nothing."}
    assert len({observation.text for observation in seen}) == 1


def test_a_hang_is_stopped_in_time(traps: Path) -> None:
    game = Game(Jericho(traps, timeout_s=1), name="traps", options=Options(), fingerprint="")
    game.reset()
    began = time.monotonic()

    with pytest.raises(EnvironmentFailed, match=r"did not answer .*trap.* within 1 s"):
        game.step("trap")

    assert time.monotonic() - began < 3


@pytest.mark.parametrize("command", ["trap", "pit"])
def test_after_a_hang_or_crash_it_can_be_started_again(traps: Path, command: str) -> None:
    game = Game(Jericho(traps, timeout_s=1), name="traps", options=Options(), fingerprint="")
    first = game.reset()
    with pytest.raises(EnvironmentFailed, match=command):
        game.step(command)

    with pytest.raises(EnvironmentFailed, match="start it again"):
        game.step("look")

    assert game.reset() == first
    assert "Nothing happens." in game.step("look").observation.text
    game.close()


def test_a_file_that_only_looks_like_a_game_fails_in_words(tmp_path: Path) -> None:
    fake = tmp_path / "fake.z5"
    fake.write_bytes(b"\x05" + bytes(3) + b"\x00\x40" + bytes(20) + b"\x00\x40" + bytes(500))
    game = TextWorldFamily().open(str(fake), {})

    with pytest.raises(EnvironmentFailed, match=r"fake\.z5"):
        game.reset()


def test_valid_actions_cannot_be_shown(lone: Path) -> None:
    with pytest.raises(InvalidInput, match="leave the option out"):
        TextWorldFamily().open(str(lone), {"show_valid_actions": True})
