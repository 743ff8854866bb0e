"""How large things are: what importing takes, what `--help` takes, what pip puts on the disk.

Each is installed into a fresh environment of its own. Times are of the processor, of a process started for it,
the median of several, so that another program on the machine counts little; the bare interpreter is one of the lines.
"""

from __future__ import annotations

import resource
import subprocess
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from statistics import median

from peers.installed import CannotInstall, environment
from peers.table import markdown

ROUNDS = 9
REPOSITORY = Path(__file__).parents[2]
ALWAYS_THERE = {"pip", "setuptools", "wheel"}
SITE = "lib/python*/site-packages"
LISTED = (
    "import importlib.metadata as m; print(*sorted({(d.metadata['Name'] or '').lower() for d in m.distributions()}))"
)


@dataclass(frozen=True)
class Thing:
    """What is installed, what is imported, what an application begins with, and what shows its help; "" for none."""

    name: str
    needs: tuple[str, ...]
    imports: str
    begins: str = ""
    command: str = ""

    @property
    def environment(self) -> str:
        """The name of its environment: fresh, not the one a peer is driven in, which may hold more."""
        return "footprint-" + "".join(letter if letter.isalnum() else "-" for letter in self.name)


OURS = ("import agentmem", "from agentmem import AgentMemory", "agentmem --help")
THINGS = (
    Thing("the bare interpreter", (), "pass"),
    Thing("agentmem", (str(REPOSITORY),), *OURS),
    Thing("agentmem[all]", (f"{REPOSITORY}[all]",), *OURS),
    Thing("llm 0.36", ("llm==0.36",), "import llm", "import llm; llm.get_model", "llm --help"),
    Thing("mem0ai 2.2.1", ("mem0ai==2.2.1",), "import mem0", "from mem0 import Memory"),
    Thing("langmem 0.0.30", ("langmem==0.0.30",), "import langmem", "from langmem import create_memory_store_manager"),
)


@dataclass(frozen=True)
class Footprint:
    """How large one thing is; 0 where there is none, and why where it could not be measured."""

    name: str
    import_ms: float = 0.0
    begin_ms: float = 0.0
    help_ms: float = 0.0
    bytes: int = 0
    distributions: int = 0
    error: str = ""


def measured(environments: Path, things: Sequence[Thing] = THINGS) -> list[Footprint]:
    """Install each thing, and measure it; one that cannot be installed is told so."""
    return [footprint(thing, environments) for thing in things]


def footprint(thing: Thing, environments: Path) -> Footprint:
    """Measure one thing."""
    try:
        python = environment(thing.environment, thing.needs, environments)
    except CannotInstall as why:
        return Footprint(thing.name, error=str(why))
    command = thing.command.split()
    listed = subprocess.run([str(python), "-c", LISTED], capture_output=True, text=True, check=True)  # noqa: S603
    return Footprint(
        thing.name,
        import_ms=_median([str(python), "-c", thing.imports]),
        begin_ms=_median([str(python), "-c", thing.begins]) if thing.begins else 0,
        help_ms=_median([str(python.parent / command[0]), *command[1:]]) if command else 0,
        bytes=sum(_size(site) for site in python.parents[1].glob(SITE)),
        distributions=len(set(listed.stdout.split()) - ALWAYS_THERE),
    )


def told(footprints: Sequence[Footprint]) -> str:
    """Return the table."""
    rows = [
        [
            f"`{one.name}`",
            f"{one.import_ms:.0f}",
            *(f"{ms:.0f}" if ms else "-" for ms in (one.begin_ms, one.help_ms)),
            f"{one.bytes / 1e6:.0f}",
            str(one.distributions),
        ]
        for one in footprints
        if not one.error
    ]
    head = ["", "import, CPU ms", "import to begin with, CPU ms", "--help, CPU ms", "MB on disk", "distributions"]
    return "\n".join([markdown(head, rows), *(f"- {one.name}: {one.error}" for one in footprints if one.error)])


def _median(command: Sequence[str]) -> float:
    """Return the median processor time of a command in ms; its first run, which compiles, is not counted."""
    return median([_cpu_ms(command) for _ in range(ROUNDS + 1)][1:])


def _cpu_ms(command: Sequence[str]) -> float:
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    subprocess.run(command, capture_output=True, check=True)  # noqa: S603 - our own commands
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return (after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime) * 1e3


def _size(folder: Path) -> int:
    """Return the bytes in a folder, without what comes with every environment."""
    return sum(
        file.stat().st_size
        for file in folder.rglob("*")
        if file.is_file() and not file.relative_to(folder).parts[0].startswith(("pip", "setuptools", "_distutils_hack"))
    )
