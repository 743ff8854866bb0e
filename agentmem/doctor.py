"""What is wrong with this installation, and the cure for it."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing
from importlib.metadata import Distribution, PackageNotFoundError, distribution, packages_distributions
from importlib.util import find_spec

from agentmem.discovery import OURS
from agentmem.errors import AgentmemError, StoreError
from agentmem.finding import Finding
from agentmem.graph.contract import ExaminesStores, StoreFactory
from agentmem.host import DEFAULT_EMBEDDER, Host

OLDEST_SQLITE = (3, 37, 0)
"""The first with STRICT tables."""


def examine(host: Host) -> list[Finding]:
    """Return what was found, in the order it was looked at; changes nothing, and uses no network."""
    looks: Sequence[Callable[[], Iterator[Finding]]] = (
        lambda: _distributions(packages_distributions().get("agentmem", [])),
        lambda: _version("langchain-core", at_least=(1, 7), below=(2,)),
        lambda: _version("numpy", at_least=(2,)),
        _sqlite,
        lambda: _embedder(host),
        _textworld,
        lambda: _plugins(host),
    )
    return [finding for look in looks for finding in look()]


def examine_store(host: Host, uri: str) -> list[Finding]:
    """Return what was found of a store, in the order it was looked at; changes nothing.

    Raises:
        InvalidInput, MissingExtra: no kind of store claims it, or its address cannot be read.
    """
    kind = host.store_factory(uri)
    return list(kind.examine(uri) if isinstance(kind, ExaminesStores) else _opened(kind, uri))


def _opened(kind: StoreFactory, uri: str) -> Iterator[Finding]:
    """Look at a store of a kind that cannot tell more of it than that it can be opened."""
    try:
        with closing(kind.open(uri, create=False)) as store:
            yield Finding("store", "ok", store.uri)
            yield Finding("namespaces", "ok", str(len(store.namespaces())))
    except StoreError as error:
        yield Finding.wrong("store", error)


def _distributions(names: Sequence[str]) -> Iterator[Finding]:
    """Two projects install a package called `agentmem`; together they overwrite each other's files."""
    others = sorted({name for name in names if name.lower().replace("_", "-") != OURS})
    if not others:
        yield Finding("the package agentmem", "ok", f"installed by {OURS}")
        return
    yield Finding(
        "the package agentmem",
        "wrong",
        f"installed by {OURS} and also by another project, {' and '.join(others)}: one hides or overwrites the other",
        cure=f"pip uninstall {' '.join(others)}, then pip install --force-reinstall --no-deps {OURS}",
    )


def _version(name: str, *, at_least: tuple[int, ...], below: tuple[int, ...] | None = None) -> Iterator[Finding]:
    wanted = f"{name}>={_dotted(at_least)}" + (f",<{_dotted(below)}" if below else "")
    cure = f"pip install '{wanted}'"
    installed = _installed(name)
    if installed is None:
        yield Finding(name, "wrong", "not installed", cure)
        return
    fits = at_least <= _numbers(installed.version) and (below is None or _numbers(installed.version) < below)
    yield Finding(name, "ok", installed.version) if fits else Finding(name, "wrong", installed.version, cure)


def _sqlite() -> Iterator[Finding]:
    options = _compiled_in()
    missing = [] if "ENABLE_FTS5" in options else ["FTS5"]
    if sqlite3.sqlite_version_info < OLDEST_SQLITE:
        missing.append("STRICT tables")
    if missing:
        cure = f"use a Python built with SQLite {_dotted(OLDEST_SQLITE)} or newer, with FTS5"
        yield Finding("sqlite", "wrong", f"{sqlite3.sqlite_version} lacks {' and '.join(missing)}", cure)
    else:
        yield Finding("sqlite", "ok", f"{sqlite3.sqlite_version}, with FTS5 and STRICT tables")


def _compiled_in() -> set[str]:
    connection = sqlite3.connect(":memory:")
    try:
        return {str(row[0]) for row in connection.execute("PRAGMA compile_options")}
    finally:
        connection.close()


def _embedder(host: Host) -> Iterator[Finding]:
    what = f"embedder {DEFAULT_EMBEDDER}"
    try:
        embedder = host.embedder(DEFAULT_EMBEDDER)
        embedder.embed(["does it load?"])
    except AgentmemError as error:
        yield Finding(what, "wrong", str(error), cure="pip install --force-reinstall wordllama")
    else:
        yield Finding(what, "ok", f"{embedder.id} loads offline")


def _textworld() -> Iterator[Finding]:
    installed = _installed("textworld")
    if installed is not None and find_spec("textworld") is not None:
        yield Finding("textworld", "ok", installed.version)
    else:
        yield Finding("textworld", "note", "not installed: no games", cure=f"pip install '{OURS}[textworld]'")


def _plugins(host: Host) -> Iterator[Finding]:
    for report in host.plugins():
        what = f"plugin {report.name}"
        if report.state == "broken":
            yield Finding(what, "wrong", report.reason, cure=f"mend or uninstall it, or block it: -p no:{report.name}")
        elif report.state == "blocked":
            yield Finding(what, "note", "blocked on request")
        else:
            offers = ", ".join(f"{kind} {name}" for kind, names in report.offers.items() for name in names)
            yield Finding(what, "ok", offers or ", ".join(report.hooks))


def _installed(name: str) -> Distribution | None:
    try:
        return distribution(name)
    except PackageNotFoundError:
        return None


def _numbers(version: str) -> tuple[int, ...]:
    """Return the leading numbers of a version.

    >>> _numbers("1.8.0rc1")
    (1, 8)
    """
    numbers: list[int] = []
    for part in version.split("."):
        if not part.isdigit():
            break
        numbers.append(int(part))
    return tuple(numbers)


def _dotted(numbers: tuple[int, ...]) -> str:
    return ".".join(map(str, numbers))
