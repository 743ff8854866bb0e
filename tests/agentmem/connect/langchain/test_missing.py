"""Without LangChain and LangGraph, what needs them says how to get them; and nothing is imported before it is used."""

from __future__ import annotations

import subprocess
import sys

import pytest

from agentmem.connect import langchain


@pytest.mark.parametrize(("name", "package"), [("GraphStore", "langgraph"), ("MemoryMiddleware", "langchain")])
def test_what_is_not_installed_is_named_with_its_cure(name: str, package: str) -> None:
    script = f"import sys; sys.modules[{package!r}] = None; from agentmem.connect.langchain import {name}"

    ran = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=False)

    assert f"agentmem.connect.langchain.{name} needs an optional part: pip install 'agentmem-graph[langchain]'" in (
        ran.stderr
    )


def test_importing_the_package_imports_nobodys() -> None:
    script = "import sys, agentmem.connect.langchain; print([m for m in sys.modules if m.startswith('lang')])"

    ran = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)

    assert ran.stdout.strip() == "[]"


def test_a_name_that_is_not_there_lists_those_that_are() -> None:
    with pytest.raises(AttributeError, match="no attribute 'Retriever'; its names are: GraphStore, "):
        getattr(langchain, "Retriever")  # noqa: B009 - a type checker would refuse the plain form


def test_public_names_can_be_listed() -> None:
    assert set(langchain.__all__) <= set(dir(langchain))
