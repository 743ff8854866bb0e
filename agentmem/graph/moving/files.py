"""Exports as files: one takes its name when it is whole, and is read twice, first to be checked."""

from __future__ import annotations

import gzip
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import IO, cast

from agentmem.errors import InvalidInput
from agentmem.graph.contract import Node, Store
from agentmem.graph.moving.exporting import export
from agentmem.graph.moving.importing import nodes_in, read
from agentmem.graph.moving.pages import Fingerprint


def export_to(path: Path, store: Store, namespaces: Sequence[str]) -> dict[str, Fingerprint]:
    """Write namespaces to a new file; raises as `written` and `export`."""
    with written(path) as to:
        return export(store, namespaces, to)


def journal_in(path: Path) -> list[Node]:
    """Return the nodes of the events in an export of one namespace, in their order; all of the file is checked.

    Raises:
        InvalidInput: it is broken, cut off or edited, or has several namespaces.
    """
    with opened(path) as file:
        sections = read(file)
        if len(sections) != 1:
            named = ", ".join(repr(section.name) for section in sections[:5])
            raise InvalidInput(f"{path} holds {len(sections)} namespaces ({named}); export one with --namespace NAME")
        return [node for node in nodes_in(file, sections[0]) if node.label == "Event" and not node.memory]


@contextmanager
def written(path: Path) -> Iterator[IO[bytes]]:
    """Give a new file to write, which takes its name when it is whole; compressed if that ends with `.gz`.

    Raises:
        InvalidInput: it is there already, or cannot be written.
    """
    if path.exists():
        raise InvalidInput(f"{path} is there already; name a new file")
    part = path.with_name(f"{path.name}.part")
    try:
        with cast("IO[bytes]", gzip.open(part, "wb") if path.suffix == ".gz" else part.open("wb")) as to:
            yield to
        part.rename(path)
    except OSError as problem:
        raise InvalidInput(
            f"{path} cannot be written ({problem.strerror}); name a file in a folder that is there"
        ) from None
    finally:
        with suppress(OSError):
            part.unlink(missing_ok=True)


@contextmanager
def opened(path: Path) -> Iterator[IO[bytes]]:
    """Give an export to read, as often as need be.

    Raises:
        InvalidInput: it is not there, or cannot be read.
    """
    if not path.is_file():
        raise InvalidInput(f"there is no file {path}; make one with: agentmem export STORE FILE")
    with cast("IO[bytes]", gzip.open(path, "rb") if path.suffix == ".gz" else path.open("rb")) as came:
        try:
            yield came
        except (EOFError, gzip.BadGzipFile, OSError) as problem:
            raise InvalidInput(f"{path} cannot be read ({problem}); export it again, nothing was changed") from None
