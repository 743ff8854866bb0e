"""One server for a whole run of tests, in however many processes: it ends when the run does, however that ends.

`python -m agentmem.testing.neo4j.watched FOLDER PID` starts a server, writes where it is to FOLDER/uri, and kills
it as soon as the process PID is gone.
"""

from __future__ import annotations

import fcntl
import os
import subprocess
import sys
import time
from pathlib import Path

from agentmem.testing.neo4j.jars import NoServer
from agentmem.testing.neo4j.server import Neo4jServer

LOOK_S = 0.3


def shared_server(folder: Path, run: int) -> str:
    """Return the URI of the one server of a run, started by whoever asks first.

    Args:
        folder: Shared by the processes of the run.
        run: The process whose end is the end of the run.

    Raises:
        NoServer: it cannot be started; the message says how to get one.
    """
    folder.mkdir(parents=True, exist_ok=True)
    uri, fault = folder / "uri", folder / "fault"
    with (folder / "lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not uri.exists() and not fault.exists():
            command = [sys.executable, "-m", "agentmem.testing.neo4j.watched", str(folder), str(run)]
            # A session of its own, so that Ctrl-C does not end the watcher before the server.
            watcher = subprocess.Popen(command, start_new_session=True)  # noqa: S603
            while not uri.exists() and not fault.exists() and watcher.poll() is None:
                time.sleep(LOOK_S)
            watcher.returncode = 0  # not ours to wait for: it outlives this process
    if not uri.exists():
        raise NoServer(fault.read_text() if fault.exists() else "the process that watches the Neo4j server has died")
    return uri.read_text()


def main() -> None:
    """Start a server and kill it at the end of the run."""
    folder, run = Path(sys.argv[1]), int(sys.argv[2])
    try:
        with Neo4jServer.running(folder / "server") as server:
            _write(folder / "uri", server.uri)
            while server.is_running and _lives(run):
                time.sleep(LOOK_S)
    except NoServer as none:
        _write(folder / "fault", str(none))


def _write(file: Path, text: str) -> None:
    whole = file.with_suffix(".part")
    whole.write_text(text)
    whole.rename(file)


def _lives(process: int) -> bool:
    try:
        os.kill(process, 0)
    except ProcessLookupError:
        return False
    return True


if __name__ == "__main__":
    main()
