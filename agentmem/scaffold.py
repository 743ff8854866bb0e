"""Making a plugin of one's own from the template that comes along: a whole project, which works at once."""

from __future__ import annotations

import importlib.util
import keyword
import re
import shutil
import tempfile
from pathlib import Path

from agentmem.errors import InvalidInput
from agentmem.host import Host
from agentmem.stack import TAKEN

TEMPLATE = Path(__file__).parent / "plugin_template"
NAME = re.compile(r"[a-z][a-z0-9_]{0,23}")


def new_plugin(host: Host, name: str, folder: Path) -> list[Path]:
    """Make the project of a memory called `name` in a new folder, all of it or nothing; return its files.

    Args:
        host: Knows which names are taken.
        name: An identifier in lower case, of up to 24 letters.
        folder: Must not exist.

    Raises:
        InvalidInput: the name cannot be used, the folder exists or cannot be made.
    """
    check_name(host, name)
    if folder.exists():
        raise InvalidInput(f"the folder {str(folder)!r} exists already; choose another one with --dir FOLDER")
    try:
        folder.parent.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(dir=folder.parent, prefix=f".{folder.name}-") as made:
            project = Path(made) / "project"
            _copy(TEMPLATE, project, _words(name))
            project.rename(folder)
    except OSError as error:
        raise InvalidInput(f"cannot make the folder {str(folder)!r}: {error.strerror}; choose another one") from None
    return sorted(path for path in folder.rglob("*") if path.is_file())


def check_name(host: Host, name: str) -> None:
    """Return if a new plugin may be called so.

    Raises:
        InvalidInput: it may not, and why.
    """
    if not NAME.fullmatch(name) or keyword.iskeyword(name):
        near = re.sub(r"[^a-z0-9]+", "_", name.lower()).strip("_")[:24]
        hint = f", such as {near!r}" if NAME.fullmatch(near) and not keyword.iskeyword(near) else ""
        raise InvalidInput(
            f"no plugin can be named {name!r}; take up to 24 lower-case letters, digits and underscores{hint}"
        )
    offered = host.memories.get(name)
    by = [report.name for report in host.plugins() if report.name in (name, offered.plugin if offered else "")]
    if by:
        raise InvalidInput(f"the name {name!r} is taken by the installed plugin {by[0]!r}; choose another one")
    if name in TAKEN or importlib.util.find_spec(package_of(name)) is not None:
        what = "the host itself" if name in TAKEN else f"the installed module {package_of(name)}"
        raise InvalidInput(f"the name {name!r} is taken by {what}; choose another one")


def package_of(name: str) -> str:
    """Return the package a plugin of this name lives in."""
    return f"agentmem_{name}"


def _words(name: str) -> dict[str, str]:
    """Return what stands for the words of the template.

    >>> _words("old_diary")
    {'my_memory': 'old_diary', 'my-memory': 'old-diary', 'MyMemory': 'OldDiary'}
    """
    parts = [part for part in name.split("_") if part]
    return {"my_memory": name, "my-memory": "-".join(parts), "MyMemory": "".join(part.capitalize() for part in parts)}


def _copy(source: Path, target: Path, words: dict[str, str]) -> None:
    """Copy a folder, with other words in the names and texts of its files."""
    shutil.copytree(source, target, ignore=shutil.ignore_patterns("__pycache__", ".*"))
    for path in sorted(target.rglob("*"), reverse=True):  # what is deepest first
        if path.is_file():
            path.write_text(_with(words, path.read_text(encoding="utf-8")), encoding="utf-8")
        path.rename(path.with_name(_with(words, path.name)))


def _with(words: dict[str, str], text: str) -> str:
    for word, other in words.items():
        text = text.replace(word, other)
    return text
