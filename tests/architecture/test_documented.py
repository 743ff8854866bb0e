"""Every hook, setting and command says what it is."""

import ast
import importlib
import inspect
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from pydantic import BaseModel
from typer.main import get_command

from agentmem import hookspecs
from agentmem.cli.memories import in_markdown
from agentmem.described import describe
from agentmem.host import Host
from agentmem.plugins import HOOK_OF

ROOT = Path(__file__).parents[2]
HOOKS = sorted(name for name in vars(hookspecs) if name.startswith("agentmem_"))
EVENT_HOOKS = {"agentmem_before_write", "agentmem_after_write", "agentmem_before_recall", "agentmem_after_recall"}


def settings_models() -> Iterator[type[BaseModel]]:
    """Yield the settings models of every plugin and environment."""
    for file in sorted((*ROOT.glob("plugins/*/*.py"), *ROOT.glob("environments/*/*.py"))):
        names = [node.name for node in ast.parse(file.read_text()).body if isinstance(node, ast.ClassDef)]
        for name in names:
            if name.endswith("Settings"):
                yield getattr(importlib.import_module(f"{file.parent.name}.{file.stem}"), name)


def commands(command: Any, path: str = "agentmem") -> Iterator[tuple[str, Any]]:
    """Yield every command with how it is typed; typer brings a click of its own, without public types."""
    yield path, command
    for name, inner in getattr(command, "commands", {}).items():
        yield from commands(inner, f"{path} {name}")


@pytest.mark.parametrize("name", HOOKS)
def test_every_hook_is_typed_and_says_when_it_is_asked(name: str) -> None:
    hook = getattr(hookspecs, name)

    assert inspect.getdoc(hook), f"give {name} a docstring in agentmem/hookspecs.py"
    assert all(p.annotation is not inspect.Parameter.empty for p in inspect.signature(hook).parameters.values())
    assert inspect.signature(hook).return_annotation is not inspect.Signature.empty


def test_every_hook_is_asked_by_the_host() -> None:
    assert set(HOOKS) == set(HOOK_OF.values()) | EVENT_HOOKS, (
        "ask a new hook in agentmem/plugins.py or agentmem/host.py"
    )


@pytest.mark.parametrize("model", list(settings_models()), ids=lambda model: model.__name__)
def test_every_setting_is_described(model: type[BaseModel]) -> None:
    described = inspect.getdoc(model) or ""
    silent = [
        name for name, field in model.model_fields.items() if not field.description and not _is_told(name, described)
    ]

    assert not silent, f"describe them under Attributes in the docstring of {model.__name__}: {silent}"


def test_every_command_and_option_has_help() -> None:
    from agentmem.cli.app import app

    silent = [path for path, command in commands(get_command(app)) if not (command.help or "").strip()]
    silent += [
        f"{path} {option.name}"
        for path, command in commands(get_command(app))
        for option in command.params
        if option.param_type_name == "option" and not option.help and option.name != "help"
    ]

    assert not silent, f"write help for: {silent}"


def test_the_page_of_memories_lists_them_as_they_are() -> None:
    host = Host()
    ours = sorted(name for name, offer in host.memories.items() if offer.distribution == "agentmem-graph")
    _, _, rest = (ROOT / "docs" / "memories.md").read_text().partition("<!-- memories -->\n")
    listed, marker, _ = rest.partition("\n<!-- /memories -->")

    assert marker, "docs/memories.md has lost its markers <!-- memories --> and <!-- /memories -->"
    assert listed == in_markdown([describe(host, name) for name in ours]), (
        "between the markers of docs/memories.md, put what this prints: agentmem memories --markdown"
    )


def _is_told(name: str, described: str) -> bool:
    return re.search(rf"(^\s*|`){re.escape(name)}(`|:|,)", described, re.MULTILINE) is not None
