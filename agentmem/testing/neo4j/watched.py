"""One server for a whole run of tests, in however many processes: it ends when the run does, however that ends.

`python -m agentmem.testing.neo4j.watched FOLDER PID` starts a server, writes where it is to FOLDER/uri, and kills
it as soon as the process PID is gone.
"""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

from agentmem.testing.neo4j.absent import NoServer
from agentmem.testing.neo4j.alone import alone
from agentmem.testing.neo4j.server import Neo4jServer

LOOK_S = 0.2


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
    with alone(folder / "lock"):
        if not uri.exists() and not fault.exists():
            _watch(folder, run)
    if uri.exists():
        return uri.read_text()
    raise NoServer(fault.read_text())


def _watch(folder: Path, run: int) -> None:
    """Start the watcher, and wait until it has a server or none."""
    command = [sys.executable, "-m", "agentmem.testing.neo4j.watched", str(folder), str(run)]
    with (folder / "watcher.log").open("ab") as log:
        # A session of its own, so that Ctrl-C does not end the watcher before the server.
        watcher = subprocess.Popen(  # noqa: S603 - the command is ours
            command, stdin=subprocess.DEVNULL, stdout=log, stderr=log, start_new_session=True
        )
    while not (folder / "uri").exists() and not (folder / "fault").exists():
        if watcher.poll() is not None:
            _write(folder / "fault", str(NoServer.since(f"what watches it died: see {folder / 'watcher.log'}")))
        time.sleep(LOOK_S)
    watcher.returncode = 0  # not ours to wait for: it outlives this process


def main() -> None:
    """Start a server and kill it at the end of the run."""
    folder, run = Path(sys.argv[1]), int(sys.argv[2])
    signal.signal(signal.SIGTERM, lambda *_: sys.exit())
    # A worker that died while it waited may have left a watcher behind: the next one starts a server of its own.
    home = folder / str(os.getpid())
    try:
        with Neo4jServer.start(home, heap="512m") as server:
            _write(folder / "uri", server.uri)
            while server.is_running and _lives(run):
                time.sleep(LOOK_S)
    except NoServer as none:
        _write(folder / "fault", str(none))


def _write(file: Path, text: str) -> None:
    whole = file.with_suffix(f".{os.getpid()}")
    whole.write_text(text)
    whole.rename(file)


def _lives(process: int) -> bool:
    """Return whether a process runs; one that has ended does not, even where nobody has collected it yet."""
    try:
        os.kill(process, 0)
        state = Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()[0]
    except ProcessLookupError:
        return False
    except FileNotFoundError:
        return not Path("/proc/self/stat").exists()  # it went just now, or there are no such files at all
    return state != "Z"


if __name__ == "__main__":
    main()
