"""What was chosen before the command: which plugins may take part."""

from __future__ import annotations

import shlex
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from agentmem.errors import InvalidInput

if TYPE_CHECKING:
    from agentmem.host import Host


def named(uri: str | None) -> str | None:
    """Return the URI of a store as given.

    Raises:
        InvalidInput: it is given, but empty: a variable of the shell, most likely.
    """
    if uri is not None and not uri.strip():
        raise InvalidInput("the store is given as ''; give a path such as memory.db, or leave it out")
    return uri


A_STORE = "A store: memory.db, or a URI such as neo4j://HOST?wait=60"
Json = Annotated[bool, typer.Option("--json", help="Print JSON and nothing else.")]
Settings = Annotated[
    list[str] | None, typer.Option("--set", metavar="KEY=VALUE", help="A setting of the memory; may be repeated.")
]
PolicySettings = Annotated[
    list[str] | None,
    typer.Option("--policy-set", metavar="KEY=VALUE", help="A setting of the policy; repeatable."),
]
GameSettings = Annotated[
    list[str] | None,
    typer.Option("--game-set", metavar="KEY=VALUE", help="A setting of the game, such as turns=80; repeatable."),
]
ValidActions = Annotated[
    bool, typer.Option("--valid-actions", help="Let the game tell what may be done; it helps a lot.")
]
Namespace = Annotated[
    str | None, typer.Option("--namespace", metavar="NS", help="Whose memory; may be left out where there is one.")
]
Namespaces = Annotated[
    list[str] | None, typer.Option("--namespace", metavar="NS", help="Only this one; may be repeated.")
]
StoreUri = Annotated[str, typer.Argument(metavar="STORE", callback=named, help=A_STORE)]
Wait = Annotated[
    float | None, typer.Option("--wait", min=0, metavar="SECONDS", help="Wait for the store's server if it is away.")
]


def waited_for(host: Host, store: str | None, wait_s: float | None) -> str | None:
    """Return the URI of the store, for which one waits so long where it is away.

    Raises:
        InvalidInput: it is no server, or none is given.
    """
    if wait_s is None:
        return store
    if store is None:
        raise InvalidInput("--wait is for a store on a server: name one with --store neo4j://HOST, or leave --wait out")
    return host.patient(store, wait_s)


@dataclass(frozen=True)
class Chosen:
    """The options before the command: plugins left out, what is loaded besides, and whether a broken one stops us.

    What is loaded besides, and is broken, is told of on standard error: somebody wants it, and the rest works.
    """

    blocked: tuple[str, ...] = ()
    also: tuple[str, ...] = ()
    strict: bool = False

    def host(self) -> Host:
        """Return the host with these plugins.

        Raises:
            InvalidInput: `-p` is given something else than `no:NAME`.
        """
        from agentmem.host import Host

        host = Host(blocked=self.left_out(), also=self.also, strict=self.strict)
        for report in host.plugins():
            if report.state == "broken" and not report.distribution:
                typer.echo(f"agentmem: {report.source} is left out, it is broken: {report.reason}", err=True)
        return host

    def command(self, *words: object) -> str:
        """Return what to type to call another command with the same plugins.

        >>> Chosen(blocked=("no:tim",), also=("my own.py",)).command("play", "--memory", "diary")
        "agentmem -p no:tim --plugin 'my own.py' play --memory diary"
        """
        before = [word for name in self.blocked for word in ("-p", name)]
        before += [word for one in self.also for word in ("--plugin", one)]
        return shlex.join(["agentmem", *before, *map(str, words)])

    def left_out(self) -> tuple[str, ...]:
        """Return the names of the plugins that are left out; raises as `host`."""
        for name in self.blocked:
            if not name.startswith("no:"):
                raise InvalidInput(
                    f"-p is given {name!r}; leave a plugin out with -p no:NAME, load one with --plugin FILE or MODULE"
                )
        return tuple(name.removeprefix("no:") for name in self.blocked)


def plugins_in(folder: Path) -> tuple[str, ...]:
    """Return the plugins in a folder, as they could be named one by one.

    Raises:
        InvalidInput: it is no folder, or has none.
    """
    from agentmem.discovery import in_folder

    return tuple(map(str, in_folder(folder)))


def settings_of(pairs: Iterable[str] | None, *, option: str = "--set") -> dict[str, str]:
    """Return `key=value` pairs as settings.

    Raises:
        InvalidInput: a pair has no `=`, or a key is set twice.

    >>> settings_of(["width=6", "scoring=code"])
    {'width': '6', 'scoring': 'code'}
    """
    settings: dict[str, str] = {}
    for pair in pairs or ():
        key, sign, value = pair.partition("=")
        if not sign or not key.strip():
            raise InvalidInput(f"{option} is given {pair!r}; write {option} KEY=VALUE")
        if key.strip() in settings:
            raise InvalidInput(f"{option} gives {key.strip()!r} twice; give it once")
        settings[key.strip()] = value
    return settings


def trace_hooks() -> None:
    """Tell on standard error who was asked what, in order, and how long it took; never what the user said."""
    import logging

    heard = logging.StreamHandler()
    heard.setFormatter(logging.Formatter("hook: %(message)s"))
    log = logging.getLogger("agentmem.hooks")
    log.addHandler(heard)
    log.setLevel(logging.DEBUG)
