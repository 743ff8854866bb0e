"""The jars of a Neo4j server: fetched by Maven once, and kept."""

from __future__ import annotations

import fcntl
import os
import shutil
import subprocess
import tempfile
from importlib.resources import as_file, files
from pathlib import Path

VERSION = "5.26.20"
CURE = "install a Java 17 and Maven (apt-get install openjdk-17-jre-headless maven), or name a server of your own in "
OWN = "AGENTMEM_TEST_NEO4J_URI"
"""Environment variable: a server to test on. Stores of tests are made and erased in it."""


class NoServer(Exception):
    """No server can be started here; the message says how to get one."""


def jars(version: str = VERSION) -> Path:
    """Return the folder with the jars of a server, fetched if they are not there yet.

    Raises:
        NoServer: they cannot be fetched.
    """
    cache = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "agentmem"
    kept = cache / f"neo4j-{version}"
    if kept.is_dir():
        return kept
    if not shutil.which("mvn"):
        raise NoServer(f"there is no Maven to fetch a Neo4j server with; {CURE}{OWN}")
    cache.mkdir(parents=True, exist_ok=True)
    with (cache / "neo4j.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)  # another process may be fetching them
        if not kept.is_dir():
            _fetch(version, kept)
    return kept


def _fetch(version: str, kept: Path) -> None:
    with tempfile.TemporaryDirectory(dir=kept.parent) as folder, as_file(files(__package__) / "pom.xml") as pom:
        shutil.copy(pom, folder)
        lib = Path(folder) / "lib"
        # S607: whichever Maven is on the path.
        command = ["mvn", "-q", "-B", f"-Dneo4j={version}", "dependency:copy-dependencies", f"-DoutputDirectory={lib}"]
        ended = subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False)  # noqa: S603
        if ended.returncode:
            raise NoServer(f"Maven cannot fetch Neo4j {version}: {ended.stdout[-300:].strip()}; {CURE}{OWN}")
        lib.rename(kept)
