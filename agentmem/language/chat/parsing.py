"""Reading a model's answer: tolerant about how it is written, strict about what it means.

An answer is one JSON object that has at least one of the fields asked for and is
valid as a whole. Fences, prose around it, single quotes, trailing commas and the like are
mended. What was cut off is not completed, and what is no answer never becomes an empty one.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from typing import Any

import json_repair
from pydantic import ValidationError

from agentmem.language.contract import Out

LONGEST = 1_000_000
"""Characters of an answer that are looked at; a longer one is none."""
LONGEST_MENDED = 50_000
"""Characters of an object that is mended: the time it takes grows with their square."""
DEEPEST = 32
"""Brackets within brackets."""
PROBLEMS_TOLD = 3
_THOUGHT = re.compile(r"\A.*</think(?:ing)?>", re.DOTALL)
_SIGN = re.compile(r"""["'{}\[\]]""")
_STRING = {quote: re.compile(rf"{quote}(?:\\.|[^\\])*?{quote}(?=\s*[,:}}\]])", re.DOTALL) for quote in "\"'"}
"""A string, to the first quote behind which it can end: one within it may have been left unescaped."""
_BEFORE_STRING = re.compile(r"[{\[,:]\s*\Z")
_OPENED_BY = {"}": "{", "]": "["}


class Unreadable(Exception):
    """The answer cannot be used; says why, in words that a model can mend it by."""


def read_answer(text: str, output: type[Out]) -> Out:
    """Return the answer that a text holds.

    >>> from agentmem.language.facts import Reading
    >>> read_answer("Sure! {'place': 'attic', 'facts': [],} Anything else?", Reading).place
    'attic'

    Raises:
        Unreadable: it holds none, more than one, or one of another shape.
    """
    if len(text) > LONGEST:
        raise Unreadable(f"it is {len(text):,} characters long, and {LONGEST:,} are the most that are read")
    return valid(_the_object(text, output), output)


def valid(value: Any, output: type[Out]) -> Out:
    """Return JSON values as an answer; keys that were not asked for are left out.

    Raises:
        Unreadable: it is not of the shape.
    """
    if not _answers(value, output):
        fields = ", ".join(f'"{name}"' for name in output.model_fields)
        raise Unreadable(f"it is not a JSON object with {fields}")
    try:
        return output.model_validate(_clean(value), extra="ignore")
    except RecursionError:
        raise Unreadable("it has too many brackets within each other") from None
    except ValidationError as error:
        problems = [_told(found) for found in error.errors(include_url=False)]
    more = f"; and {len(problems) - PROBLEMS_TOLD} more" if len(problems) > PROBLEMS_TOLD else ""
    raise Unreadable("; ".join(problems[:PROBLEMS_TOLD]) + more)


def _the_object(text: str, output: type[Out]) -> Any:
    """Return the one object of the text that has a field of the answer."""
    try:
        return json.loads(text, object_pairs_hook=_once_each)
    except (ValueError, RecursionError):
        pass
    found: list[Any] = []
    for written in _objects_in(_THOUGHT.sub("", text)):
        value = _mended(written)
        if _answers(value, output) and value not in found:
            found.append(value)
    if len(found) > 1:
        raise Unreadable(f"it holds {len(found)} different answers, and one is wanted")
    return found[0] if found else None


def _answers(value: Any, output: type[Out]) -> bool:
    return isinstance(value, dict) and (not output.model_fields or not value.keys().isdisjoint(output.model_fields))


def _objects_in(text: str) -> Iterator[str]:
    """Yield what stands between outermost braces.

    Raises:
        Unreadable: the last one never ends: the answer was cut off.
    """
    start = text.find("{")
    while start >= 0:
        end = _end_of(text, start)
        yield text[start:end]
        start = text.find("{", end)


def _end_of(text: str, start: int) -> int:
    """Return where the object that begins at `start` ends, behind its brace; what is in strings does not count."""
    opened: list[str] = []
    place = start
    while sign := _SIGN.search(text, place):
        letter, place = sign[0], sign.end()
        if letter in _STRING:
            place = _end_of_string(text, sign.start())
        elif letter in _OPENED_BY:
            while opened and opened.pop() != _OPENED_BY[letter]:
                pass  # a bracket that was forgotten
            if not opened:
                return place
        else:
            opened.append(letter)
            if len(opened) > DEEPEST:
                raise Unreadable(f"it has more than {DEEPEST} brackets within each other")
    raise Unreadable("it is not whole: it ends before its last closing brace")


def _end_of_string(text: str, quote: int) -> int:
    """Return where the string ends that begins with a quote; right behind the quote, where it begins none."""
    if not _BEFORE_STRING.search(text, max(0, quote - 100), quote):
        return quote + 1
    string = _STRING[text[quote]].match(text, quote)
    return string.end() if string else len(text)


def _mended(written: str) -> Any:
    """Return the values of an object as it is written, more or less in JSON."""
    try:
        return json.loads(written, object_pairs_hook=_once_each)
    except ValueError:
        if len(written) > LONGEST_MENDED:
            raise Unreadable("it is not valid JSON, and too long to be mended") from None
    try:
        return json_repair.loads(written, skip_json_loads=True)
    except ValueError as error:
        raise Unreadable("it is not valid JSON") from error


def _once_each(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    """Return an object, none of whose fields may be written twice: the first would be lost."""
    value = dict(pairs)
    if len(value) < len(pairs):
        raise Unreadable("it gives a field of one object twice")
    return value


def _clean(value: Any) -> Any:
    """Return JSON values without lone surrogates, which no store can keep."""
    if isinstance(value, str):
        return value.encode("utf-8", "replace").decode()
    if isinstance(value, list):
        return [_clean(one) for one in value]
    return {_clean(key): _clean(one) for key, one in value.items()} if isinstance(value, dict) else value


def _told(problem: Mapping[str, Any]) -> str:
    return f"{'.'.join(map(str, problem['loc'])) or 'it'}: {problem['msg']}"
