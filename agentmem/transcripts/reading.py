"""Opening a file of conversations, in the format that is named or that its content shows."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, Literal, get_args

from agentmem.errors import InvalidInput
from agentmem.transcripts import lines, locomo, memorybank
from agentmem.transcripts.corpus import Corpus

Format = Literal["locomo", "memorybank", "jsonl"]
FORMATS: tuple[Format, ...] = get_args(Format)
EXPECTED: Mapping[Format, str] = {
    "locomo": locomo.EXPECTED,
    "memorybank": memorybank.EXPECTED,
    "jsonl": lines.EXPECTED,
}
SHOWN = 40
"""Characters shown of what was found instead."""


def read(path: Path, format: Format | None = None, *, questions: Path | None = None) -> Corpus:  # noqa: A002
    """Return the conversations of a file.

    Args:
        path: UTF-8 text.
        format: One of `FORMATS`; None to tell it from the content.
        questions: A file of questions, for a format that keeps them in one of their own
            (`memorybank`); None for the one beside `path`, if it is there.

    Raises:
        InvalidInput: in one sentence: what was expected, what was found, and where.
    """
    text = text_of(path)
    format = format or guessed(text, path)  # noqa: A001
    if questions is not None and format != "memorybank":
        raise InvalidInput(
            f"--questions is for the format memorybank; a file of format {format} has its own: leave it out"
        )
    if format == "jsonl":
        return lines.corpus(text, where=str(path))
    return _from_json(text, path, format, questions=questions)


def text_of(path: Path) -> str:
    """Return what is written in a file.

    Raises:
        InvalidInput: it cannot be read, is no UTF-8, or is empty.
    """
    try:
        text = path.read_text(encoding="utf-8-sig")
    except UnicodeDecodeError:
        raise InvalidInput(f"{path} is not UTF-8 text; pass a file of conversations: {_all_expected()}") from None
    except OSError as error:
        raise InvalidInput(f"cannot read {str(path)!r}: {error.strerror}; pass a file of conversations") from None
    if not text.strip():
        raise InvalidInput(f"{path} is empty; pass a file of conversations: {_all_expected()}")
    return text


def guessed(text: str, path: Path) -> Format:
    """Return the format that `text` is written in, told from its outermost shape.

    Raises:
        InvalidInput: it looks like none.

    >>> guessed('{"event": {"id": "e1"}}', Path("my.jsonl"))
    'jsonl'
    """
    try:
        whole: Any = json.loads(text)
    except json.JSONDecodeError:
        whole = None
    if locomo.looks_like(whole):
        return "locomo"
    if memorybank.looks_like(whole):
        return "memorybank"
    first = text.lstrip().splitlines()[0]
    if lines.looks_like(first):
        return "jsonl"
    raise InvalidInput(
        f"cannot tell the format of {path}: expected {_all_expected()}; found {first[:SHOWN]!r}; name it with --format"
    )


def _from_json(text: str, path: Path, format: Format, *, questions: Path | None) -> Corpus:  # noqa: A002
    try:
        whole: Any = json.loads(text)
    except json.JSONDecodeError as error:
        raise InvalidInput(
            f"{path}:{error.lineno} is not JSON ({error.msg}); expected {EXPECTED[format]}; or name another --format"
        ) from None
    read_by: Mapping[str, Callable[[], Corpus]] = {
        "locomo": lambda: locomo.corpus(whole, where=str(path)),
        "memorybank": lambda: memorybank.corpus(
            whole, where=str(path), questions=_asked(questions or path.with_name(memorybank.QUESTIONS), questions)
        ),
    }
    return read_by[format]()


def _asked(path: Path, named: Path | None) -> tuple[str, str]:
    """Return the text of a file of questions and what to call it; nothing where it need not be there."""
    if named is None and not path.exists():
        return "", str(path)
    return text_of(path), str(path)


def _all_expected() -> str:
    return "; or ".join(f"{name}: {expected}" for name, expected in EXPECTED.items())
