"""Conversation files as evaluations take them: all of the conversations in one, or some."""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache
from pathlib import Path

from pydantic import Field

from agentmem.bench.numbers import numbers
from agentmem.errors import InvalidInput
from agentmem.events import Value
from agentmem.transcripts.corpus import Corpus
from agentmem.transcripts.reading import Format, read


class Conversations(Value):
    """Which conversations of a file are taken."""

    conversations: str = Field(default="", description="Which, by number from 1: 1-5, or 2,4; all if left out.")
    format: Format | None = Field(default=None, description="How the file is written; told from its content.")

    def corpus(self, file: str, *, questions: Path | None = None) -> Corpus:
        """Return them, read.

        Args:
            file: Where they are.
            questions: A file of questions, for a format that keeps them in one of their own.

        Raises:
            InvalidInput: there is no such file or conversation, or it is not as expected.
        """
        path = Path(file)
        if not path.is_file():
            raise InvalidInput(f"there is no file {file!r}; give conversations: LoCoMo, MemoryBank or JSON lines")
        whole = _read(path, path.stat().st_mtime_ns, self.format, questions)
        chosen = chosen_from(self.conversations, len(whole.conversations))
        return whole.model_copy(update={"conversations": tuple(whole.conversations[number - 1] for number in chosen)})


def chosen_from(said: str, last: int) -> Sequence[int]:
    """Return the numbers that are meant; all up to `last` where none is named.

    >>> list(chosen_from("1-3,5", 9)), list(chosen_from("", 2))
    ([1, 2, 3, 5], [1, 2])

    Raises:
        InvalidInput: they are no numbers from 1 to `last`.
    """
    chosen = numbers(said, what="conversations") if said.strip() else range(1, last + 1)
    if missing := [number for number in chosen if not 1 <= number <= last]:
        raise InvalidInput(f"there is no conversation {missing[0]}; the file has {last}, numbered from 1")
    return chosen


@lru_cache(maxsize=2)
def _read(path: Path, changed: int, format: Format | None, questions: Path | None) -> Corpus:  # noqa: A002, ARG001
    """Read a file once, for all cells that are checked."""
    return read(path, format, questions=questions)
