"""`agentmem show`: what a memory holds, in its own shape."""

from __future__ import annotations

import shlex
import sys
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Annotated, Any

import typer

from agentmem.cli.chosen import Json, Namespace, Settings, StoreUri, settings_of
from agentmem.cli.held import Held, Typed, held, print_lines
from agentmem.cli.output import as_json, console
from agentmem.cli.stored import existing, namespace_of, naming
from agentmem.errors import InvalidInput, UnknownName
from agentmem.graph.uri import without_password

if TYPE_CHECKING:
    from agentmem.graph.contract import Graph, Node
    from agentmem.graph.drawing import Drawing
    from agentmem.host import Host
    from agentmem.memory import Memory
    from agentmem.shape import Group

LIMIT = 10


def show(  # noqa: PLR0913 - one parameter is one option
    ctx: typer.Context,
    store: StoreUri,
    *,
    namespace: Namespace = None,
    memory: Annotated[str | None, typer.Option(metavar="NAME", help="Which memory, or a+b; all by default.")] = None,
    settings: Settings = None,
    as_of: Annotated[int | None, typer.Option(metavar="N", help="As it was once entry N was folded.")] = None,
    now: Annotated[
        str | None, typer.Option(metavar="TIME", help="Reckon what fades for this time: 2026-01-31T12:00, UTC.")
    ] = None,
    limit: Annotated[int, typer.Option(min=1, metavar="N", help="The most groups, and the most of each.")] = LIMIT,
    everything: Annotated[bool, typer.Option("--all", help="Leave nothing out.")] = False,
    dot: Annotated[bool, typer.Option("--dot", help="Print the graph for Graphviz, and nothing else.")] = False,
    json: Json = False,
) -> None:
    """Show what a memory holds, in its own shape.

    Its groups and their items, as the algorithm arranges them, with what it knows of each; of many,
    the first and the last. A store does not note a memory's settings: give --set as the run had it.
    """
    from agentmem.graph.dot import dot as dot_of
    from agentmem.graph.drawing import drawing_of
    from agentmem.holdings import shape_of, view_of

    if dot and json:
        raise InvalidInput("--dot and --json are both given; give one of them")
    host, moment = ctx.obj.host(), _time(now)
    with existing(host, store) as opened:
        graph, store = opened.graph(namespace_of(opened, namespace)), without_password(store)
        built = _built(host, _chosen(graph, memory, host=host, store=store), settings_of(settings))
        views = {name: view_of(graph, name, as_of=as_of) for name in built}
        if dot:
            typer.echo(dot_of([drawing_of(view) for view in views.values()]), nl=False)
            return
        groups = {name: shape_of(view, built[name], moment) for name, view in views.items()}
        if json:
            told = [_as_data(groups[name], drawing_of(view)) for name, view in views.items()]
            as_json({"store": store, "namespace": graph.namespace, "as_of": as_of, "now": moment, "memories": told})
            return
        most = None if everything else limit
        shown = [held(built[name], view, groups[name], limit=most) for name, view in views.items()]
        where = naming(opened, graph.namespace)
    typed = Typed(store, where, tuple(_again(settings, **{"--memory": memory, "--as-of": as_of, "--now": now})))
    _print(shown, typed)


def _print(shown: list[Held], typed: Typed) -> None:
    if sys.stdout.isatty():
        from agentmem.cli.laid_out import print_laid_out

        print_laid_out(console(), shown, typed)
    else:
        print_lines(shown, typed)


def _chosen(graph: Graph, given: str | None, *, host: Host, store: str) -> list[str]:
    """Return the names of the memories that are meant: those given, joined by "+", or all that have been here.

    Raises:
        UnknownName: nobody offers one, and it never ran here.
        InvalidInput: one never ran here, or none ever did.
    """
    from agentmem.holdings import memories_in
    from agentmem.stack import JOINED

    here = memories_in(graph, offered=host.memories)
    names = [name.strip() for name in given.split(JOINED)] if given is not None else here
    missing = next((name for name in names if name not in here), None)
    if missing is not None and missing not in host.memories:
        raise UnknownName.among("memory", missing, [*here, *host.memories], cure=f"agentmem status {store}")
    if missing is not None or not here:
        ran = f"{missing} never ran" if missing else "no memory ran yet"
        others = f" (there: {', '.join(here)})" if here else ""
        cure = shlex.join(["agentmem", "rebuild", store, "--namespace", graph.namespace, "--memory", missing or "NAME"])
        raise InvalidInput(f"{ran} in namespace {graph.namespace!r}{others}; derive it from the journal with: {cure}")
    return names


def _built(host: Host, names: list[str], settings: Mapping[str, str]) -> dict[str, Memory | None]:
    """Return the memories by name; None for one that no plugin offers any more."""
    if settings and len(names) > 1:
        raise InvalidInput(f"--set is for one memory, and there are {', '.join(names)}; choose one with --memory")
    return {name: host.memory(name, settings) if name in host.memories or settings else None for name in names}


def _time(given: str | None) -> datetime:
    """Return the time that is meant: now, or an ISO time, taken as UTC where it does not say."""
    if given is None:
        return datetime.now(UTC)
    try:
        time = datetime.fromisoformat(given)
    except ValueError:
        raise InvalidInput(f"--now is given {given!r}; write a time as 2026-01-31 or 2026-01-31T12:00") from None
    return time if time.tzinfo else time.replace(tzinfo=UTC)


def _again(settings: list[str] | None, **options: object) -> Iterator[str]:
    """Yield options as typed, those that were."""
    for name, value in options.items():
        yield from () if value is None else (name, str(value))
    for pair in settings or ():
        yield from ("--set", pair)


def _as_data(groups: tuple[Group, ...], drawing: Drawing) -> dict[str, Any]:
    return {
        "memory": drawing.memory,
        "groups": groups,
        "nodes": [_node(node) for node in (*drawing.nodes, *drawing.events)],
        "edges": [edge._asdict() for edge in drawing.edges],
    }


def _node(node: Node) -> dict[str, Any]:
    return {name: value for name, value in node._asdict().items() if name not in ("vector", "retired")}
