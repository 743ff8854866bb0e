"""The recorded call nearest to one that was not recorded, and what differs, in few words."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from difflib import SequenceMatcher
from typing import Any

from agentmem.language.recording.cassette import Call

COMPARED = 300
"""Characters of an input that are compared to find the nearest call."""
BEFORE, SHOWN = 20, 80
"""Characters shown before the first that differs, and all together."""
INPUTS = 3
"""The most inputs that are shown."""


def nearest(inputs: Mapping[str, Any], calls: Sequence[Call]) -> Call:
    """Return the call whose inputs are most like `inputs`; there must be one."""
    return max(calls, key=lambda call: _likeness(inputs, call.inputs))


def difference(inputs: Mapping[str, Any], recorded: Mapping[str, Any]) -> str:
    """Return which inputs differ, and where: a few words, however long the inputs are.

    >>> difference({"text": "Mia likes tee", "action": None}, {"text": "Mia likes tea", "action": None})
    'text is "Mia likes tee", recorded was "Mia likes tea"'
    """
    names = [name for name in (*inputs, *(recorded.keys() - inputs)) if _said(inputs, name) != _said(recorded, name)]
    told = [_told(name, _said(inputs, name), _said(recorded, name)) for name in names[:INPUTS]]
    if names[INPUTS:]:
        told.append(f"and {len(names) - INPUTS} more inputs differ")
    return "; ".join(told)


def excerpt(inputs: Mapping[str, Any]) -> str:
    """Return the beginnings of inputs.

    >>> excerpt({"text": "Mia likes tea", "action": None})
    'text "Mia likes tea", action null'
    """
    told = [f"{name} {_cut(_said(inputs, name), 0)}" for name in list(inputs)[:INPUTS]]
    return ", ".join(told + ["…"] * (len(inputs) > INPUTS))


def _likeness(inputs: Mapping[str, Any], recorded: Mapping[str, Any]) -> float:
    """Return how alike two sets of inputs are, in [0, 1]: the mean over their names."""
    names = inputs.keys() | recorded.keys()
    alike = [_ratio(_said(inputs, name), _said(recorded, name)) for name in names]
    return sum(alike) / max(1, len(alike))


def _ratio(one: str, other: str) -> float:
    if one == other:
        return 1.0
    # never quite alike: what differs may lie further on
    return 0.99 * SequenceMatcher(None, one[:COMPARED], other[:COMPARED], autojunk=False).quick_ratio()


def _told(name: str, is_: str, was: str) -> str:
    start = next((at for at, (one, other) in enumerate(zip(is_, was, strict=False)) if one != other), len(was))
    return f"{name} is {_cut(is_, start)}, recorded was {_cut(was, start)}"


def _said(inputs: Mapping[str, Any], name: str) -> str:
    return json.dumps(inputs[name], sort_keys=True, ensure_ascii=False) if name in inputs else "not given"


def _cut(text: str, around: int) -> str:
    """Return `SHOWN` characters of `text`, from a little before the place `around`."""
    start = 0 if len(text) <= SHOWN else max(0, min(around - BEFORE, len(text) - SHOWN))
    end = start + SHOWN
    return ("…" if start else "") + text[start:end] + ("…" if end < len(text) else "")
