"""Games out of TextWorld's generator, each made once and then kept in a cache.

The cache is `$AGENTMEM_CACHE`, or `agentmem` in `$XDG_CACHE_HOME` (`~/.cache`);
within it `textworld/<TextWorld's version>/`. Anything in it may be deleted.
"""

from __future__ import annotations

import json
import os
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Mapping
from contextlib import suppress
from hashlib import sha256
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

from agentmem.errors import AgentmemError, EnvironmentFailed, MissingExtra
from agentmem_textworld import zmachine
from agentmem_textworld.levels import Level

TIMEOUT_S = 300.0
UNFINISHED = ".making-"
MAKER = Path(__file__).with_name("making.py")


def textworld_version() -> str:
    """Return the version of TextWorld, without importing it.

    Raises:
        MissingExtra: it is not installed.
    """
    try:
        return version("textworld")
    except PackageNotFoundError as error:
        raise MissingExtra.needs("textworld", what="playing TextWorld's games") from error


def cache_folder(environ: Mapping[str, str] = os.environ) -> Path:
    """Return where games are kept; it may not exist yet.

    Raises:
        MissingExtra: TextWorld is not installed, so there is no version to keep games of.
    """
    users = environ.get("XDG_CACHE_HOME") or Path(environ.get("HOME") or Path.home()) / ".cache"
    ours = environ.get("AGENTMEM_CACHE") or Path(users) / "agentmem"
    return Path(ours) / "textworld" / textworld_version()


def kept(level: Level, *, seed: int) -> Path:
    """Return the path at which this game is kept, made or not: one per options, seed and version of TextWorld."""
    return cache_folder() / _file_name(level, str(seed))


def kept_seeds(level: Level) -> list[int]:
    """Return the seeds of this level that are made already, in order; none where TextWorld is not installed."""
    try:
        games = cache_folder().glob(_file_name(level, "*"))
        return sorted(int(game.stem.split("-")[-2]) for game in games)
    except MissingExtra:
        return []


def made(level: Level, *, seed: int, timeout_s: float = TIMEOUT_S) -> Path:
    """Return the path of the game, made now unless a whole one is kept.

    It is made under another name and then renamed. So whoever is stopped midway
    leaves nothing that looks like a game, and several makers do no harm: the
    same options and seed make the same game.

    Raises:
        MissingExtra: TextWorld is not installed.
        EnvironmentFailed: the cache cannot be written, or the generator failed
            or took longer than `timeout_s`. Nothing is kept then.
    """
    path = kept(level, seed=seed)
    if is_whole(path):
        return path
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        _sweep(path.parent, older_than_s=2 * timeout_s)
        with tempfile.TemporaryDirectory(dir=path.parent, prefix=UNFINISHED, ignore_cleanup_errors=True) as folder:
            game = Path(folder) / path.name
            _run_maker(level, seed=seed, path=game, timeout_s=timeout_s)
            _publish(game, path)
    except OSError as error:
        raise EnvironmentFailed(
            f"the game cache '{path.parent}' cannot be written: {error.strerror or error}; "
            "free some space, or set AGENTMEM_CACHE to a folder that can be"
        ) from error
    return path


def is_whole(path: Path) -> bool:
    """Return whether a game and its `.json` are at `path`, both complete."""
    try:
        json.loads(path.with_suffix(".json").read_bytes())
        return zmachine.is_intact(zmachine.read(path))
    except (AgentmemError, OSError, ValueError):
        return False


def _file_name(level: Level, seed: str) -> str:
    options = json.dumps([level.challenge, dict(level.settings)], sort_keys=True)
    digest = sha256(options.encode()).hexdigest()[:8]
    return f"{level.name.replace(':', '-')}-{seed}-{digest}.z8"


def _publish(game: Path, path: Path) -> None:
    if not is_whole(game):
        raise EnvironmentFailed(f"TextWorld made no whole game for {path.name}; try again, or another seed")
    # The .z8 comes last: a game without its .json would be taken for another program's.
    game.with_suffix(".json").replace(path.with_suffix(".json"))
    game.replace(path)


def _run_maker(level: Level, *, seed: int, path: Path, timeout_s: float) -> None:
    wanted = {"challenge": level.challenge, "settings": dict(level.settings), "seed": seed, "path": str(path)}
    with subprocess.Popen(  # noqa: S603 (our own script, no shell)
        # -P: the folder of the script must not hide libraries of the same name
        [sys.executable, "-P", str(MAKER), json.dumps(wanted)],
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        env={**os.environ, "PYTHONHASHSEED": "0"},  # or the same seed makes other bytes
        start_new_session=True,  # so that the compilers it starts can be stopped with it
    ) as process:
        try:
            output, _ = process.communicate(timeout=timeout_s)
        except subprocess.TimeoutExpired as error:
            raise EnvironmentFailed(
                f"TextWorld needed more than {timeout_s:g} s to make {level.name} with seed {seed}; "
                "try an easier level or another seed"
            ) from error
        finally:
            _stop(process)
    if process.returncode != 0:
        said = output.strip().rpartition("\n")[2] or f"it ended with {process.returncode}"
        raise EnvironmentFailed(f"TextWorld cannot make {level.name} with seed {seed}: {said}; try another seed")


def _stop(process: subprocess.Popen[str]) -> None:
    if process.poll() is None:
        os.killpg(process.pid, signal.SIGKILL)


def _sweep(folder: Path, *, older_than_s: float) -> None:
    """Remove what makers that were killed have left."""
    limit = time.time() - older_than_s
    for left in folder.glob(f"{UNFINISHED}*"):
        with suppress(FileNotFoundError):  # its maker finished meanwhile
            if left.stat().st_mtime < limit:
                shutil.rmtree(left, ignore_errors=True)
