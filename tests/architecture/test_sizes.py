"""A function fits on one screen, a file on a few, and its name says what is in it."""

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
FUNCTION_LINES = 40
FILE_LINES = 400
METHODS = 20
NOT_NAMES = {"utils", "util", "helpers", "helper", "common", "base", "manager", "core", "misc", "shared"}
SOURCES = sorted(file for room in ("agentmem", "plugins", "environments") for file in (ROOT / room).rglob("*.py"))
TESTS = sorted((ROOT / "tests").rglob("*.py"))


def functions(file: Path) -> Iterator[ast.FunctionDef | ast.AsyncFunctionDef]:
    for node in ast.walk(ast.parse(file.read_text())):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            yield node


def lines_of_code(function: ast.FunctionDef | ast.AsyncFunctionDef) -> int:
    """Lines from `def` to the end, without the docstring."""
    first = function.body[0]
    is_docstring = (
        isinstance(first, ast.Expr) and isinstance(first.value, ast.Constant) and isinstance(first.value.value, str)
    )
    told = (first.end_lineno or first.lineno) - first.lineno + 1 if is_docstring else 0
    return (function.end_lineno or function.lineno) - function.lineno + 1 - told


@pytest.mark.parametrize("file", [*SOURCES, *TESTS], ids=lambda file: str(file.relative_to(ROOT)))
def test_a_file_fits_on_a_few_screens(file: Path) -> None:
    lines = len(file.read_text().splitlines())

    assert lines <= FILE_LINES, f"{lines} lines: move one of its ideas into a module beside it, named after that idea"


@pytest.mark.parametrize("file", SOURCES, ids=lambda file: str(file.relative_to(ROOT)))
def test_a_function_fits_on_one_screen(file: Path) -> None:
    long = [f"{f.name} ({lines_of_code(f)})" for f in functions(file) if lines_of_code(f) > FUNCTION_LINES]

    assert not long, f"over {FUNCTION_LINES} lines: {long}; give each step of it a name, in the same file"


@pytest.mark.parametrize("file", SOURCES, ids=lambda file: str(file.relative_to(ROOT)))
def test_a_room_is_named_after_what_is_in_it(file: Path) -> None:
    wrong = NOT_NAMES & {file.stem, file.parent.name}

    assert not wrong, f"{wrong} says nothing: a homeless function belongs to the noun it takes"


def test_no_class_does_everything() -> None:
    large = [
        f"{file.relative_to(ROOT)}: {node.name}"
        for file in SOURCES
        if "testing" not in file.parts
        for node in ast.walk(ast.parse(file.read_text()))
        if isinstance(node, ast.ClassDef)
        and sum(isinstance(one, ast.FunctionDef) and not one.name.startswith("_") for one in node.body) > METHODS
    ]

    assert not large, f"over {METHODS} public methods: {large}; something inside wants its own name"
