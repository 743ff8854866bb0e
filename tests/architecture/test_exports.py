"""What is public is short, sorted, and there."""

import importlib
import inspect
from pathlib import Path

import pytest

import agentmem

ROOT = Path(__file__).parents[2]
DOORS = sorted(
    str(file.parent.relative_to(ROOT)).replace("/", ".")
    for file in (ROOT / "agentmem").rglob("__init__.py")
    if "__all__" in file.read_text()
)


@pytest.mark.parametrize("package", DOORS)
def test_public_names_are_sorted_and_there(package: str) -> None:
    module = importlib.import_module(package)

    assert sorted(module.__all__) == list(module.__all__), f"sort __all__ in {package}/__init__.py"
    missing = [name for name in module.__all__ if getattr(module, name, None) is None]
    assert not missing


@pytest.mark.parametrize("name", agentmem.__all__)
def test_every_public_name_says_what_it_is(name: str) -> None:
    assert inspect.getdoc(getattr(agentmem, name))


def test_a_name_that_is_not_there_lists_those_that_are() -> None:
    with pytest.raises(AttributeError, match="no attribute 'AgentMemry'; its names are: AgentMemory, "):
        getattr(agentmem, "AgentMemry")  # noqa: B009 - a type checker would refuse the plain form


def test_public_names_can_be_listed() -> None:
    assert set(agentmem.__all__) <= set(dir(agentmem))
