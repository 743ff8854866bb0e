"""Environments, one a peer: made once by pip, in a folder outside the repository, and kept."""

from __future__ import annotations

import os
import subprocess
import sys
import venv
from collections.abc import Sequence
from pathlib import Path

FREEZE = "installed.txt"
"""What pip put into an environment, to the version; written last: an environment without it is made anew."""


class CannotInstall(Exception):
    """An environment cannot be made; with what pip said last."""


def cache() -> Path:
    """Return where environments are kept unless a folder is named."""
    return Path(os.environ.get("XDG_CACHE_HOME", Path.home() / ".cache")) / "agentmem" / "peers"


def environment(name: str, needs: Sequence[str], folder: Path) -> Path:
    """Return the Python of an environment in which `needs` are installed.

    Args:
        name: Of the environment.
        needs: What pip is told to install; a change makes the environment anew, and so does one that is a folder.
        folder: Where environments are kept.

    Raises:
        CannotInstall: pip did not.
    """
    home = folder / name
    python, freeze, wanted = home / "bin" / "python", home / FREEZE, "# " + " ".join(needs) + "\n"
    is_known = freeze.is_file() and freeze.read_text().startswith(wanted)
    if is_known and not any(os.sep in need for need in needs):
        return python
    venv.create(home, clear=True, with_pip=True)
    pip = [str(python), "-m", "pip", "--disable-pip-version-check"]
    if needs:
        done = subprocess.run([*pip, "install", "-q", *needs], capture_output=True, text=True, check=False)  # noqa: S603
        if done.returncode:
            raise CannotInstall(f"pip did not install {' '.join(needs)}: {done.stderr.strip()[-300:]}")
    listed = subprocess.run([*pip, "freeze"], capture_output=True, text=True, check=True)  # noqa: S603
    freeze.write_text(wanted + listed.stdout)
    return python


def python_of(name: str, needs: Sequence[str], folder: Path) -> Path:
    """Return the Python a driver runs in: of its environment, or this one where it needs none."""
    return environment(name, needs, folder) if needs else Path(sys.executable)
