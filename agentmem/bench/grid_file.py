"""A grid as a file: read, and refused in words where it says something that no grid says."""

from __future__ import annotations

import tomllib
from collections.abc import Iterable, Mapping, Sequence
from difflib import get_close_matches
from pathlib import Path

from pydantic import BaseModel, ValidationError
from pydantic_core import ErrorDetails

from agentmem.bench.grid import Contender, Grid, Sweep
from agentmem.errors import InvalidInput
from agentmem.thinking import Thinking

PARTS: Mapping[str, type[BaseModel]] = {"memories": Contender, "run": Sweep, "thinking": Thinking}
"""The tables of a file."""


def read_grid(path: Path) -> Grid:
    """Return the grid that a TOML file describes; files it names may stand beside it.

    ```toml
    name = "games"
    memories = ["arigraph", { memory = "window", label = "window-20", settings = { size = 20 } }]

    [[run]]
    evaluation = "play"
    data = ["simple", "coin:220"]
    seeds = "1-10"
    options = { max_steps = 150 }
    vary = { policy = ["rules"] }
    ```

    Raises:
        InvalidInput: it is not there, is no TOML, or says something a grid does not know.
    """
    try:
        said = tomllib.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        raise InvalidInput(f"{path} is not there; write a grid into it, as in docs/agents.md") from None
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise InvalidInput(f"{path} cannot be read as TOML: {error}") from None
    try:
        grid = Grid.model_validate({"name": path.stem, **said})
    except ValidationError as error:
        told = [_in_words(one) for one in error.errors() if not _is_echo(one)]
        raise InvalidInput(f"{path} is no grid: {'; '.join(told)}") from None
    run = tuple(sweep.model_copy(update={"data": _beside(path, sweep.data)}) for sweep in grid.run)
    return grid.model_copy(update={"run": run})


def _beside(path: Path, data: Sequence[str]) -> tuple[str, ...]:
    """Return data with the files that stand beside `path` under the name they have from here."""
    places = [(one, path.parent / one) for one in data]
    return tuple(str(place.resolve()) if one and place.is_file() else one for one, place in places)


def _is_echo(problem: ErrorDetails) -> bool:
    """Whether a list is said to be too short only because what is in it was refused, which is told by itself."""
    return problem["type"] == "too_short" and bool(problem["input"])


def _in_words(problem: ErrorDetails) -> str:
    """Return what is wrong, and where: `run 1, data: ...`."""
    *within, last = problem["loc"]
    match problem["type"]:
        case "extra_forbidden":
            return f"{_place(within)}{_unknown(str(last), PARTS.get(str(within[0]), Grid) if within else Grid)}"
        case "missing":
            return f"{_place(within)}{last} is missing"
        case "tuple_type" if last == "run":
            return "run: each begins with a line [[run]]"
        case "tuple_type":
            return f"{_place(problem['loc'])}is {problem['input']!r}, and should be a list: [{problem['input']!r}]"
        case "too_short":
            return f"{_place(problem['loc'])}is an empty list; name at least one, or leave it out"
    said = problem["msg"].removeprefix("Value error, ").removeprefix("Input ")
    return f"{_place(problem['loc'])}{said}" + (
        "" if isinstance(problem["input"], dict) else f", and is {problem['input']!r}"
    )


def _place(path: Iterable[int | str]) -> str:
    """Return where something is, as people count.

    >>> _place(["run", 0, "data"]), _place([])
    ('run 1, data: ', '')
    """
    words: list[str] = []
    for step in path:
        words[-1:] = [f"{words[-1]} {step + 1}"] if isinstance(step, int) and words else [*words[-1:], str(step)]
    return f"{', '.join(words)}: " if words else ""


def _unknown(name: str, part: type[BaseModel]) -> str:
    near = get_close_matches(name, part.model_fields, n=1, cutoff=0.5)
    hint = f"did you mean {near[0]!r}? " if near else ""
    return f"nothing is called {name!r}; {hint}there are: {', '.join(part.model_fields)}"
