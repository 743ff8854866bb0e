"""Every built-in plugin comes through the door that strangers use, and works."""

import tomllib
from importlib.metadata import entry_points
from pathlib import Path

from agentmem.host import Host

ROOT = Path(__file__).parents[2]
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text())
DECLARED: dict[str, str] = PROJECT["project"]["entry-points"]["agentmem"]
PACKAGES = sorted(
    folder.parent.name for room in ("plugins", "environments") for folder in (ROOT / room).glob("*/__init__.py")
)
OPT_IN = {"agentmem_guards"}
"""Nobody has these who does not ask for them: `--plugin agentmem_guards`."""


def test_every_plugin_and_environment_has_its_entry_point() -> None:
    missing = set(PACKAGES) - set(DECLARED.values()) - OPT_IN

    assert not missing, f"add to [project.entry-points.agentmem] in pyproject.toml: {sorted(missing)}"


def test_the_installed_entry_points_are_those_declared() -> None:
    installed = {
        point.name: point.value
        for point in entry_points(group="agentmem")
        if point.dist is not None and point.dist.name == "agentmem-graph"
    }

    assert installed == DECLARED, "install again: pip install -e '.[dev]'"


def test_every_built_in_plugin_works() -> None:
    broken = {
        report.name: report.reason
        for report in Host().plugins()
        if report.distribution == "agentmem-graph" and report.state != "works"
    }

    assert not broken


def test_import_linter_guards_every_package() -> None:
    guarded = set(PROJECT["tool"]["importlinter"]["root_packages"])

    missing = {"agentmem", *PACKAGES} - guarded

    assert not missing, f"add to root_packages and the contracts of [tool.importlinter]: {sorted(missing)}"
