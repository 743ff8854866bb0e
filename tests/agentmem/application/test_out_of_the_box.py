"""What works without anything: no key, no server, no network, no heavy package."""

from __future__ import annotations

import re
import subprocess
import sys
from importlib.metadata import PackageNotFoundError, requires
from pathlib import Path

import pytest
from packaging.requirements import Requirement

EXAMPLE = Path(__file__).parents[3] / "examples" / "01_five_lines.py"
_HEAVY = """
torch transformers tensorflow onnxruntime fastapi uvicorn starlette neo4j openai mcp langgraph langchain textworld
detect-secrets ray matplotlib
"""
HEAVY = set(_HEAVY.split())
CUT = """
import socket, sys
def refused(*given, **named): raise OSError("the network is cut")
socket.socket.connect = socket.socket.connect_ex = socket.getaddrinfo = refused
exec(compile(open(sys.argv[1]).read(), sys.argv[1], "exec"))
loaded = sorted(name for name in sys.modules if name.partition(".")[0] in sys.argv[2].split(","))
assert not loaded, loaded
"""


def core(name: str, extra: str = "", known: frozenset[str] = frozenset()) -> set[str]:
    """Return the names of all packages that installing `name` brings."""
    named = {name}
    try:
        needed = [Requirement(one) for one in requires(name) or ()]
    except PackageNotFoundError:
        return named
    for one in needed:
        plain = re.sub(r"[-_.]+", "-", one.name).lower()
        if (one.marker is None or one.marker.evaluate({"extra": extra})) and plain not in known | named:
            named |= core(plain, known=frozenset(known | named))
    return named


def test_five_lines_run_with_the_network_cut_and_load_nothing_heavy(tmp_path: Path) -> None:
    ran = subprocess.run(
        [sys.executable, "-c", CUT, EXAMPLE, ",".join(sorted(HEAVY))],
        cwd=tmp_path, env={"PATH": "/usr/bin"}, capture_output=True, text=True, check=False,
    )  # fmt: skip

    assert ran.returncode == 0, ran.stderr
    assert "My sister Mia moved to Oslo last week." in ran.stdout


def test_five_lines_are_five() -> None:
    lines = EXAMPLE.read_text().partition('"""\n\n')[2].splitlines()

    assert len([line for line in lines if line]) <= 5


@pytest.mark.parametrize("heavy", sorted(HEAVY))
def test_installing_the_core_brings_nothing_heavy(heavy: str) -> None:
    assert heavy not in core("agentmem-graph")


def test_an_extra_brings_what_it_says() -> None:
    assert "fastapi" in core("agentmem-graph", extra="serve")
