"""Writing the report of a grid's folder into one file."""

from __future__ import annotations

from contextlib import suppress
from pathlib import Path

from agentmem.bench.results import read
from agentmem.errors import InvalidInput, MissingExtra

REPORT = "report.html"
DRAWN_WITH = {"jinja2", "markupsafe", "matplotlib"}


def write(folder: Path, out: Path | None = None) -> Path:
    """Write the report of a grid, finished or not, and return the file: one page that needs no network.

    Args:
        folder: The grid's.
        out: The file; by default `report.html` in that folder. One that is there is replaced.

    Raises:
        InvalidInput: the folder is no grid's, or the file cannot be written; what was there is kept.
        MissingExtra: what pages are made with is not installed.
    """
    results, file = read(folder), out or folder / REPORT
    try:
        from agentmem.bench.report.page import page
    except ModuleNotFoundError as error:
        if error.name not in DRAWN_WITH:
            raise
        raise MissingExtra.needs("bench", what="a report") from None
    written, new = page(results, folder, file), file.with_name(f".{file.name}.new")
    try:
        file.parent.mkdir(parents=True, exist_ok=True)
        new.write_text(written, encoding="utf-8")
        new.replace(file)
    except OSError as error:
        with suppress(OSError):
            new.unlink()
        why = error.strerror or type(error).__name__
        raise InvalidInput(f"{file} cannot be written ({why}); give another with --out FILE") from None
    return file
