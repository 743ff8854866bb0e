"""What an import costs, and what it may bring along."""

import json
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
HEAVY = ("torch", "textworld", "wordllama", "tokenizers", "safetensors", "langchain_core", "transformers", "neo4j")
MILLISECONDS = 150
TIMED = """
import time
started = time.perf_counter()
import agentmem
print((time.perf_counter() - started) * 1000)
"""
LOADED = """
import importlib, json, sys
for name in sys.argv[1:]:
    importlib.import_module(name)
print(json.dumps(sorted({name.partition(".")[0] for name in sys.modules})))
"""


def run(code: str, *arguments: str) -> str:
    return subprocess.run([sys.executable, "-c", code, *arguments], capture_output=True, text=True, check=True).stdout


def loaded_by(names: Sequence[str]) -> set[str]:
    return set(json.loads(run(LOADED, *names)))


def modules(package: str) -> list[str]:
    """The modules straight in a package folder."""
    files = (ROOT / package.replace(".", "/")).glob("*.py")
    return sorted(f"{package}.{file.stem}" for file in files if file.stem != "__init__")


def test_importing_agentmem_is_fast() -> None:
    fastest = min(float(run(TIMED)) for _ in range(3))

    assert fastest <= MILLISECONDS, (
        f"import agentmem took {fastest:.0f} ms; import inside the function that needs it, "
        "and name public things in agentmem/__init__.py by their home only"
    )


def test_importing_agentmem_brings_nothing_along() -> None:
    extra = loaded_by(["agentmem"]) & {"numpy", "pydantic", "pluggy", "rich", "typer", *HEAVY}

    assert not extra, f"import agentmem loads {sorted(extra)}; keep its names lazy in agentmem/__init__.py"


@pytest.mark.parametrize("package", ["agentmem", "agentmem.graph", "agentmem.language", "agentmem.agent"])
def test_no_room_loads_anything_heavy_until_it_is_used(package: str) -> None:
    extra = loaded_by(modules(package)) & {"rich", "typer", *HEAVY}

    assert not extra, f"importing {package}.* loads {sorted(extra)}; import it in the factory that needs it"


def test_checking_a_memory_needs_nothing_that_is_only_for_tests() -> None:
    extra = loaded_by(["agentmem.cli.check", "agentmem.conformance.checking"]) & {"pytest", "hypothesis"}

    assert not extra, f"agentmem check loads {sorted(extra)}; what a memory promises stands in memory_promises.py"


def test_finding_plugins_loads_nothing_heavy() -> None:
    code = LOADED.replace("print(", "from agentmem.host import Host; Host(); print(")

    extra = set(json.loads(run(code))) & set(HEAVY)

    assert not extra, f"Host() loads {sorted(extra)}; a plugin's hook may only name factories that import it"
