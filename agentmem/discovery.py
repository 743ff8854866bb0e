"""Finding plugins: where they are, and loading each by itself.

Nothing here knows what a plugin may offer. What cannot be loaded is kept as a
`Found` with the reason, so that the rest work and nothing is silent.
"""

from __future__ import annotations

import importlib
import importlib.util
import re
import sys
import traceback
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from importlib.metadata import EntryPoint, entry_points
from itertools import groupby
from pathlib import Path
from types import ModuleType

from agentmem.errors import InvalidInput, UnknownName
from agentmem.fault import fault_of

GROUP = "agentmem"
MODULE = re.compile(r"[^\W\d]\w*(\.[^\W\d]\w*)*")
PACKAGE = "__init__.py"
"""The file that makes a folder a package."""
HOST = __name__.partition(".")[0]
"""The package of the host."""
OURS = "agentmem-graph"
"""The distribution whose plugins come with the host."""


@dataclass(frozen=True)
class Found:
    """A plugin that was looked for: either `plugin`, or the `reason` why there is none.

    Attributes:
        name: As typed after `-p`.
        distribution: What it was installed with; "" for a file or an object.
        version: Of the distribution.
        source: Where its code is: a module, a file, or what kind of object.
        plugin: The loaded module or object.
        reason: Why it does not work, in a sentence.
        trace: The traceback, where there was one.
        blocked: Left out on request.
    """

    name: str
    distribution: str = ""
    version: str = ""
    source: str = ""
    plugin: object | None = None
    reason: str = ""
    trace: str = ""
    blocked: bool = False

    @property
    def is_ours(self) -> bool:
        """Whether it comes with the host."""
        return self.distribution == OURS


def find(
    wanted: Sequence[str | object] | None, *, blocked: Sequence[str] = (), also: Sequence[str | object] = ()
) -> list[Found]:
    """Return the plugins asked for: ours first, then the others by name, then what is loaded besides.

    Args:
        wanted: Names of installed plugins, modules, objects; None for all that are installed.
        blocked: Names to leave out; their code is not even imported.
        also: What is loaded only because it is named: paths of `.py` files or packages, modules, objects.

    Raises:
        UnknownName: `wanted` or `blocked` names a plugin that is not installed.
        InvalidInput: a file or module of `also` is not there.
    """
    points = sorted(entry_points(group=GROUP), key=lambda point: (point.name, _distribution(point)))
    names = {point.name for point in points}
    named = [name for name in wanted or () if isinstance(name, str)]
    for name in (*named, *blocked):
        if name not in names:
            raise UnknownName.among("plugin", name, names, cure="agentmem plugins")
    chosen = points if wanted is None else [point for point in points if point.name in named]
    found = list(_from_entry_points(chosen, set(blocked)))
    found.sort(key=lambda one: (not one.is_ours, one.name))
    found += [_named(one) if isinstance(one, str | Path) else _from_object(one) for one in also]
    found += [_from_object(plugin) for plugin in wanted or () if not isinstance(plugin, str)]
    return found


def in_folder(folder: Path) -> list[Path]:
    """Return what may be a plugin in a folder, by name: each `.py` file, and each package; not what begins with `_`.

    Raises:
        InvalidInput: it is no folder, or has nothing of the kind.
    """
    if not folder.is_dir():
        raise InvalidInput(f"no folder {str(folder)!r}; pass one that has .py files or packages in it")
    found = [one for one in sorted(folder.iterdir()) if one.suffix == ".py" or (one / PACKAGE).is_file()]
    found = [one for one in found if not one.name.startswith(("_", "."))]
    if not found:
        raise InvalidInput(f"the folder {str(folder)!r} has no plugins: neither .py files nor packages are in it")
    return found


def code_of(made: object) -> Path | None:
    """Return where the source of a plugin, or of what it made, is: a file, or the folder of its package.

    None for what comes with the host, whose version says what it is, and for what has no source.
    """
    name = made.__name__ if isinstance(made, ModuleType) else type(made).__module__
    parts = name.split(".")
    for module in (sys.modules.get(".".join(parts[:last])) for last in range(1, len(parts) + 1)):
        file = getattr(module, "__file__", None)
        if parts[0] == HOST or file is None:
            continue
        return Path(file).parent if Path(file).name == PACKAGE else Path(file)
    return None


def _from_entry_points(points: Iterable[EntryPoint], blocked: set[str]) -> Iterator[Found]:
    for name, group in groupby(points, key=lambda point: point.name):
        rivals = list(group)
        for point in rivals:
            found = _about(point)
            if name in blocked:
                yield replace(found, blocked=True)
            elif len(rivals) > 1 and not found.is_ours:
                others = " and ".join(_distribution(other) for other in rivals)
                yield replace(found, reason=f"the plugin name {name!r} is claimed by {others}; uninstall one")
            else:
                yield _loaded(found, point.load)


def _about(point: EntryPoint) -> Found:
    version = point.dist.version if point.dist else ""
    return Found(point.name, _distribution(point), version, point.value)


def _distribution(point: EntryPoint) -> str:
    return point.dist.name.lower().replace("_", "-") if point.dist else ""


def _loaded(found: Found, load: Callable[[], object]) -> Found:
    """Return `found` with its plugin, or with why there is none."""
    try:
        plugin = load()
    except (Exception, SystemExit) as error:  # noqa: BLE001 - a stranger's import may raise anything; it is reported
        return replace(found, reason=f"cannot be imported: {fault_of(error)}", trace=traceback.format_exc())
    if isinstance(plugin, type):
        hint = f"is the class {plugin.__name__}, which is not a plugin; name a module, or an instance of the class"
        return replace(found, reason=hint)
    return replace(found, plugin=plugin)


def _named(name: str | Path) -> Found:
    """Return the plugin in a file, or in a module that is installed without being a plugin of everybody's."""
    path = Path(name)
    if path.is_file():
        return _from_file(path)
    if (path / PACKAGE).is_file():
        return _loaded(Found(path.resolve().name, source=str(path)), lambda: _run_package(path.resolve()))
    if isinstance(name, str) and MODULE.fullmatch(name) and _is_installed(name):
        return _loaded(Found(name, source=name), lambda: importlib.import_module(name))
    raise InvalidInput(
        f"no plugin file or module {str(name)!r}; pass the path of a .py file or a package, or an installed module"
    )


def _is_installed(module: str) -> bool:
    try:
        return importlib.util.find_spec(module) is not None
    except ModuleNotFoundError:  # of what it is in
        return False


def _from_file(path: Path) -> Found:
    return _loaded(Found(path.stem, source=str(path)), lambda: _run(path))


def _run(path: Path) -> object:
    name = f"agentmem_plugin_{path.stem}"
    spec = importlib.util.spec_from_file_location(name, path)
    if spec is None or spec.loader is None:
        raise ImportError(f"{path.name} is not Python source; its name must end in .py")
    module = importlib.util.module_from_spec(spec)
    sys.modules[name] = module  # pydantic and dataclasses look their module up
    spec.loader.exec_module(module)
    return module


def _run_package(path: Path) -> object:
    """Import a package from where it is, under its own name, so that its modules find each other."""
    name, start = path.name, path / PACKAGE
    spec = importlib.util.find_spec(name) if _is_installed(name) else None
    if spec is not None and spec.origin == str(start):
        return importlib.import_module(name)
    if spec is not None:
        raise ImportError(f"there is an installed module {name!r} already; rename the folder {path}")
    spec = importlib.util.spec_from_file_location(name, start, submodule_search_locations=[str(path)])
    assert spec is not None
    assert spec.loader is not None
    module = sys.modules[name] = importlib.util.module_from_spec(spec)
    try:
        spec.loader.exec_module(module)
    except BaseException:
        del sys.modules[name]
        raise
    return module


def _from_object(plugin: object) -> Found:
    name = str(getattr(plugin, "__name__", type(plugin).__name__))
    return _loaded(Found(name, source=repr(type(plugin).__name__)), lambda: plugin)
