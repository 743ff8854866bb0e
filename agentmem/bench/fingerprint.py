"""With what a cell is measured: the code and the files whose change makes an earlier result that of something else.

A cell is named by what was asked for, its key; a plugin or file that is edited is asked for under the same one. Its
fingerprint tells them apart: a result with another is not the cell's.
"""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Iterator, Mapping
from pathlib import Path

from agentmem.agent.environment import EnvironmentFamily, defaults_of
from agentmem.bench.evaluation import Cell
from agentmem.discovery import code_of
from agentmem.errors import AgentmemError
from agentmem.host import Host
from agentmem.plugins import HOOK_OF, PluginReport
from agentmem.transcripts.memorybank import QUESTIONS

LARGE = 2**20
"""Of a plugin's files, in bytes: one that is larger, such as a model, is known by its size."""
NAMING = {hook for kind, hook in HOOK_OF.items() if kind != "rule"}
"""The hooks by which a plugin is asked for by name; who answers another one has a say in every cell."""


class Fingerprints:
    """Says with what cells are measured; each plugin and file is read once.

    Args:
        host: Whose plugins measure, and are measured.
    """

    def __init__(self, host: Host) -> None:
        self._host = host
        self._plugins = [report for report in host.plugins() if report.state == "works"]
        self._offered = {name for one in self._plugins for some in one.offers.values() for name in some}
        self._codes: dict[Path | None, str] = {}
        self._files: dict[Path, str] = {}

    def of(self, cell: Cell) -> str:
        """Return a hash of what the cell is measured with, beside what its key holds; the same on every machine.

        It is of each plugin that the cell names, that plays its game, or that is asked in every cell, as for rules: of
        its version and source, where it is not the host's own; of what is in the files the cell names; and of the
        store many share.
        """
        family = self._family(cell.data)
        texts = set(_texts(cell.model_dump(mode="json", exclude={"label", "title", "store", "fingerprint"})))
        names = {name.strip() for text in texts for name in re.split(r"[+:]", text)}
        names |= {defaults_of(family).policy} if family is not None else set()
        said = {
            "plugins": {
                one.name: [one.version, self._code(one.code)] for one in self._plugins if _has_a_say(one, names)
            },
            "environment": self._code(code_of(family)) if family is not None else "",
            "files": sorted(self._content(file) for file in _files(texts - self._offered, cell.data)),
            "store": cell.model_dump()["store"],
        }
        return hashlib.sha256(json.dumps(said, sort_keys=True).encode()).hexdigest()[:16]

    def _family(self, data: str) -> EnvironmentFamily | None:
        """Return the family of the game; None where it is none."""
        try:
            return self._host.family(data) if data else None
        except AgentmemError:
            return None

    def _code(self, place: Path | None) -> str:
        """Return a hash of a source: a file, or all files of a package; "" where there is none."""
        if place not in self._codes:
            found = hashlib.sha256()
            for file in _source(place) if place is not None else ():
                name = "" if file == place else file.relative_to(place or file).as_posix()
                size = file.stat().st_size
                found.update(f"{name}\0{size if size > LARGE else self._content(file)}\0".encode())
            self._codes[place] = found.hexdigest()
        return self._codes[place]

    def _content(self, file: Path) -> str:
        if file not in self._files:
            with file.open("rb") as content:
                self._files[file] = hashlib.file_digest(content, "sha256").hexdigest()
        return self._files[file]


def _has_a_say(plugin: PluginReport, names: set[str]) -> bool:
    offered = {name for kind, some in plugin.offers.items() if kind != "rule" for name in some}
    return bool(offered & names) or not NAMING.issuperset(plugin.hooks)


def _texts(said: object) -> Iterator[str]:
    """Yield every text in something said, wherever it is."""
    if isinstance(said, str):
        yield said
    elif isinstance(said, Mapping | list):
        for one in said.values() if isinstance(said, Mapping) else said:
            yield from _texts(one)


def _files(texts: set[str], data: str) -> set[Path]:
    """Return the files that are named, as FILE or as KIND:FILE, and what is read beside the data."""
    places = [Path(name).expanduser() for text in texts for name in (text, text.partition(":")[2]) if name]
    beside = [one for place in places if str(place) == str(Path(data).expanduser())
              for one in (place.with_suffix(".json"), place.with_name(QUESTIONS)) if place.name]  # fmt: skip
    return {place for place in (*places, *beside) if _is_file(place)}


def _is_file(place: Path) -> bool:
    try:
        return place.is_file()
    except (OSError, ValueError):  # a text that is too long, or otherwise no path
        return False


def _source(place: Path) -> list[Path]:
    """Return the files of a source in an order that is the same everywhere; not what is made of them."""
    if place.is_file():
        return [place]
    found = (one for one in place.rglob("*") if one.is_file())
    shown = [one for one in found if not any(p.startswith((".", "__pycache__")) for p in one.relative_to(place).parts)]
    return sorted(shown, key=lambda one: one.relative_to(place).as_posix())
