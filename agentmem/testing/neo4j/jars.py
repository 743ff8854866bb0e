"""The jars of a Neo4j server: fetched by Maven once, and kept."""

from __future__ import annotations

import os
import shutil
import subprocess
import tempfile
from importlib.resources import as_file, files
from pathlib import Path

from agentmem.testing.neo4j.absent import NoServer
from agentmem.testing.neo4j.alone import alone


def jars(version: str) -> Path:
    """Return the folder with the jars of a server, fetched if they are not there yet.

    Raises:
        NoServer: they cannot be fetched.
    """
    cache = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "agentmem"
    kept = cache / f"neo4j-{version}"
    if kept.is_dir():
        return kept
    if not shutil.which("mvn"):
        raise NoServer.since("there is no Maven to fetch it with")
    cache.mkdir(parents=True, exist_ok=True)
    with alone(cache / "neo4j.lock"):
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
            raise NoServer.since(f"Maven cannot fetch Neo4j {version} ({ended.stdout[:300].strip()})")
        lib.rename(kept)  # all of them or none
