"""Games are made once, whoever is killed or hurries meanwhile."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from agentmem.errors import EnvironmentFailed
from agentmem_textworld import generation, levels, zmachine

Story = Callable[[str], Path]
COIN = levels.parse("coin:10")

MAKE_IT = "from agentmem_textworld import generation, levels; print(generation.made(levels.parse('coin:10'), seed=1))"


@pytest.fixture
def empty_cache(story: Story, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A cache of the test's own, with nothing in it."""
    story("coin:10")
    monkeypatch.setenv("AGENTMEM_CACHE", str(tmp_path / "cache"))
    return generation.cache_folder()


def start_making() -> subprocess.Popen[str]:
    return subprocess.Popen([sys.executable, "-c", MAKE_IT], stdout=subprocess.PIPE, text=True)


def wait_until(is_so: Callable[[], bool]) -> None:
    limit = time.monotonic() + 60
    while not is_so():
        assert time.monotonic() < limit
        time.sleep(0.01)


def test_a_game_that_is_kept_is_not_made_again(story: Story) -> None:
    path = story("coin:10")
    written = path.stat().st_mtime_ns

    assert generation.made(COIN, seed=1, timeout_s=0.001) == path
    assert path.stat().st_mtime_ns == written


@pytest.mark.parametrize(("suffix", "content"), [(".z8", b"\x08 half a game"), (".json", b'{"half": ')])
def test_a_broken_game_is_made_again_and_is_the_same(
    story: Story, empty_cache: Path, suffix: str, content: bytes
) -> None:
    before = zmachine.fingerprint(story("coin:10").read_bytes())
    empty_cache.mkdir(parents=True)
    for part in (story("coin:10"), story("coin:10").with_suffix(".json")):
        shutil.copy(part, empty_cache)
    generation.kept(COIN, seed=1).with_suffix(suffix).write_bytes(content)

    again = generation.made(COIN, seed=1)

    assert generation.is_whole(again)
    assert zmachine.fingerprint(again.read_bytes()) == before
    assert empty_cache in again.parents


def test_a_maker_killed_midway_leaves_nothing_that_looks_like_a_game(empty_cache: Path) -> None:
    maker = start_making()
    wait_until(lambda: any(empty_cache.glob(f"{generation.UNFINISHED}*/*.json")))
    maker.send_signal(signal.SIGKILL)
    maker.communicate()
    assert not list(empty_cache.glob("*.z8"))

    path = generation.made(COIN, seed=1)

    assert generation.is_whole(path)


def test_what_a_killed_maker_left_is_swept_later(empty_cache: Path) -> None:
    left = empty_cache / f"{generation.UNFINISHED}abc"
    left.mkdir(parents=True)
    os.utime(left, (0, 0))

    generation.made(COIN, seed=1)

    assert not left.exists()


def test_two_makers_at_once_both_get_a_whole_game(empty_cache: Path) -> None:
    makers = [start_making(), start_making()]

    paths = [Path(maker.communicate(timeout=120)[0].strip()) for maker in makers]

    assert paths[0] == paths[1]
    assert generation.is_whole(paths[0])
    assert sorted(path.suffix for path in empty_cache.iterdir()) == [".json", ".z8"]


def test_too_slow_a_maker_is_stopped_and_nothing_kept(empty_cache: Path) -> None:
    with pytest.raises(EnvironmentFailed, match=r"needed more than 0\.2 s to make coin:10 with seed 1"):
        generation.made(COIN, seed=1, timeout_s=0.2)

    assert not list(empty_cache.iterdir())


def test_what_the_generator_complains_of_is_passed_on(empty_cache: Path) -> None:
    impossible = levels.Level("coin:0", "tw-coin_collector", "", 1, {"level": 0})

    with pytest.raises(EnvironmentFailed, match=r"within .1-300.*try another seed"):
        generation.made(impossible, seed=1)


def test_a_cache_that_cannot_be_written_is_named_with_the_cure(
    story: Story, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    story("coin:10")
    blocked = tmp_path / "a file"
    blocked.touch()
    monkeypatch.setenv("AGENTMEM_CACHE", str(blocked))

    with pytest.raises(EnvironmentFailed, match=r"a file.*cannot be written.*AGENTMEM_CACHE"):
        generation.made(COIN, seed=1)


def test_each_level_and_seed_has_a_name_of_its_own(story: Story) -> None:
    story("coin:10")

    paths = {generation.kept(levels.parse(name), seed=seed) for name in levels.OFFERED for seed in (1, 2, 11)}

    assert len(paths) == 3 * len(levels.OFFERED)


def test_the_seeds_that_are_kept_are_listed(story: Story, empty_cache: Path) -> None:
    assert generation.kept_seeds(COIN) == []

    for seed in (12, 3):
        path = generation.kept(COIN, seed=seed)
        path.parent.mkdir(parents=True, exist_ok=True)
        path.touch()

    assert generation.kept_seeds(COIN) == [3, 12]


@pytest.mark.parametrize(
    ("environ", "start"),
    [
        ({"HOME": "/h"}, "/h/.cache/agentmem/textworld/"),
        ({"HOME": "/h", "XDG_CACHE_HOME": "/x"}, "/x/agentmem/textworld/"),
        ({"HOME": "/h", "XDG_CACHE_HOME": "/x", "AGENTMEM_CACHE": "/a"}, "/a/textworld/"),
    ],
)
def test_where_games_are_kept_can_be_chosen(story: Story, environ: dict[str, str], start: str) -> None:
    story("coin:10")

    assert str(generation.cache_folder(environ)) == start + generation.textworld_version()
