"""Settings as a user types them, checked against the model that declares them, and described by it."""

from __future__ import annotations

import inspect
import itertools
import re
from collections.abc import Mapping
from difflib import get_close_matches
from typing import Any, Literal, NamedTuple, TypeVar, get_args, get_origin

from pydantic import BaseModel, ValidationError
from pydantic.fields import FieldInfo
from pydantic_core import ErrorDetails

from agentmem.errors import UnknownSetting

Settings = TypeVar("Settings", bound=BaseModel)


def settings_from(model: type[Settings], settings: Mapping[str, Any]) -> Settings:
    """Return `settings` as a `model`, with its defaults for what is not set.

    Values may be strings from the command line: "6" is read as 6 where a number is wanted.

    Raises:
        UnknownSetting: a name `model` does not know (the nearest is suggested, all are
            named), or a value out of its range (which is named).

    >>> from pydantic import Field
    >>> class Window(BaseModel):
    ...     size: int = Field(default=5, ge=1, le=100)
    >>> settings_from(Window, {"size": "7"})
    Window(size=7)
    >>> settings_from(Window, {"sise": 7})
    Traceback (most recent call last):
    agentmem.errors.UnknownSetting: no setting named 'sise'; did you mean 'size'? the settings are: size=5
    >>> settings_from(Window, {"size": 0})
    Traceback (most recent call last):
    agentmem.errors.UnknownSetting: setting 'size' is 0; it should be greater than or equal to 1 (from 1 to 100)
    """
    for name in settings:
        if name not in model.model_fields:
            raise UnknownSetting(_unknown(name, model))
    try:
        return model.model_validate(dict(settings))
    except ValidationError as error:
        raise UnknownSetting(_out_of_range(error.errors()[0], model)) from error


class Setting(NamedTuple):
    """One setting, for people to read.

    Attributes:
        name: As typed after `--set`.
        default: What holds if it is not set; None if it must be set, or if that is the default.
        values: Which it may have: a range, or the words it knows; "" for any.
        about: What it is.
    """

    name: str
    default: Any
    values: str
    about: str


def settings_in(model: type[BaseModel]) -> list[Setting]:
    """Return the settings `model` declares, in its order.

    What each is stands in its `Field(description=...)`, or under `Attributes:` in the docstring.

    >>> from pydantic import Field
    >>> class Window(BaseModel):
    ...     '''What can be set.
    ...
    ...     Attributes:
    ...         size: The events
    ...             in the window.
    ...     '''
    ...     size: int = Field(default=5, ge=1, le=100)
    >>> settings_in(Window)
    [Setting(name='size', default=5, values='from 1 to 100', about='The events in the window.')]
    """
    told = _attributes(inspect.cleandoc(model.__doc__ or ""))
    return [
        Setting(
            name,
            None if field.is_required() else field.get_default(call_default_factory=True),
            _range(field) or _words(field.annotation),
            " ".join((field.description or told.get(name, "")).split()),
        )
        for name, field in model.model_fields.items()
    ]


def _attributes(docstring: str) -> dict[str, str]:
    """Return what a docstring says of each name under `Attributes:`."""
    _, _, section = docstring.partition("\nAttributes:\n")
    told: dict[str, str] = {}
    names: list[str] = []
    for line in itertools.takewhile(lambda line: not line or line[0].isspace(), section.splitlines()):
        entry = re.match(r"    (\w+(?:, \w+)*): (.*)", line)
        if entry:
            names = entry[1].split(", ")
        for name in names:
            told[name] = entry[2] if entry else f"{told[name]} {line.strip()}"
    return told


def _words(annotation: object) -> str:
    """Return the words a setting may be, as "rule or language"."""
    if annotation is bool:
        return "true or false"
    return " or ".join(map(str, get_args(annotation))) if get_origin(annotation) is Literal else ""


def _unknown(name: str, model: type[BaseModel]) -> str:
    fields = model.model_fields
    if not fields:
        return f"no setting named {name!r}; there are no settings here: leave it out"
    near = get_close_matches(name, list(fields), n=1, cutoff=0.5)
    hint = f"did you mean {near[0]!r}? " if near else ""
    known = ", ".join(_with_default(field_name, field) for field_name, field in fields.items())
    return f"no setting named {name!r}; {hint}the settings are: {known}"


def _with_default(name: str, field: FieldInfo) -> str:
    return name if field.is_required() else f"{name}={field.get_default(call_default_factory=True)}"


def _out_of_range(problem: ErrorDetails, model: type[BaseModel]) -> str:
    said = problem["msg"].removeprefix("Value error, ").removeprefix("Input ")
    name = str(problem["loc"][0]) if problem["loc"] else None
    if name is None:
        return f"these settings do not go together: {said}"
    if problem["type"] == "missing":
        return f"setting {name!r} is not set; it has no default: pass {name}=..."
    bounds = _range(model.model_fields[name])
    return f"setting {name!r} is {problem['input']!r}; it {said}" + (f" ({bounds})" if bounds else "")


def _range(field: FieldInfo) -> str:
    words = {"ge": "from", "gt": "above", "le": "to", "lt": "below"}
    limits = [
        (word, getattr(rule, key)) for key, word in words.items() for rule in field.metadata if hasattr(rule, key)
    ]
    return " ".join(f"{word} {limit}" for word, limit in limits)
