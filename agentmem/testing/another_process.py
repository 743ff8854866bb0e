"""Living through the same in another process, where texts hash, and so sets are ordered, otherwise."""

from __future__ import annotations

import importlib
import importlib.util
import os
import pickle
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING
from unittest import SkipTest

from agentmem.fault import fault_of, in_words
from agentmem.testing.lived import Lived

if TYPE_CHECKING:
    from agentmem.testing.memory_world import TellsMemories

SEED = "PYTHONHASHSEED"


def lived_elsewhere(world: TellsMemories) -> Lived:
    """Return what becomes of the world's memory in a new process, with another hash seed than here.

    Raises:
        SkipTest: the world cannot be made anew there: it holds what belongs to this process, such as a server.
        AssertionError: the memory raised something there.
    """
    kind = type(world)
    try:
        told = pickle.dumps((sys.path, kind.__module__, _file_of(kind.__module__), pickle.dumps(world)))
    except Exception as error:  # pickle raises whatever those raise that it asks
        raise SkipTest(f"it cannot be made anew in another process: {in_words(error)}") from error
    with tempfile.TemporaryDirectory(prefix="agentmem-check-") as folder:
        answer = Path(folder) / "lived"
        ran = subprocess.run(  # noqa: S603 - this very Python, and this very file
            [sys.executable, "-m", __name__, str(answer)],
            input=told,
            env={**os.environ, SEED: "2" if os.environ.get(SEED) == "1" else "1"},
            capture_output=True,
            check=False,
        )
        if not answer.exists():
            said = ran.stderr.decode(errors="replace").strip().rpartition("\n")[2]
            raise SkipTest(f"it cannot be made anew in another process: {said}")
        lived: Lived | str = pickle.loads(answer.read_bytes())  # noqa: S301 - written by the process begun above
    assert isinstance(lived, Lived), f"in another process it raised {lived}"
    return lived


def _file_of(module: str) -> str:
    return str(getattr(sys.modules[module], "__file__", ""))


def _live(answer: Path) -> None:
    """Do as was told on standard input: make the world anew, live through it, and write down what became of it."""
    path, module, file, world = pickle.load(sys.stdin.buffer)  # noqa: S301 - from the process that began this one
    sys.path[:] = path
    _load(module, file)
    made: TellsMemories = pickle.loads(world)  # noqa: S301 - as above
    made.new_memory(), made.new_language()
    try:
        with made.empty_store() as store:
            lived: Lived | str = made.lived(store)
    except Exception as error:  # noqa: BLE001 - a stranger's memory may raise anything; it is reported
        lived = fault_of(error)
    answer.write_bytes(pickle.dumps(lived))


def _load(module: str, file: str) -> None:
    """Import a module, also one that was not imported by its name but from its file, as tests are."""
    try:
        importlib.import_module(module)
    except ModuleNotFoundError:
        spec = importlib.util.spec_from_file_location(module, file)
        if spec is None or spec.loader is None:
            raise
        sys.modules[module] = importlib.util.module_from_spec(spec)
        spec.loader.exec_module(sys.modules[module])


if __name__ == "__main__":
    _live(Path(sys.argv[1]))
