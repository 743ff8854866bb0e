"""`agentmem why`: where something that is remembered came from."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from agentmem.cli.chosen import Json, Namespace, StoreUri
from agentmem.cli.output import as_json, one_line
from agentmem.cli.stored import existing, namespace_of

if TYPE_CHECKING:
    from agentmem.explain import Cause, Explanation


def why(
    ctx: typer.Context,
    store: StoreUri,
    id: Annotated[str, typer.Argument(metavar="ID", help="What a search or trajectory shows, or an event's id.")],  # noqa: A002
    *,
    namespace: Namespace = None,
    json: Json = False,
) -> None:
    """Tell where a memory came from.

    The event that caused it, the rule or model that said so, and what it was before.
    """
    from agentmem.explain import explain

    with existing(ctx.obj.host(), store) as opened:
        found = explain(opened.graph(namespace_of(opened, namespace)), id)
    if json:
        as_json(found)
        return
    for line in told(found):
        typer.echo(line)


def told(found: Explanation) -> list[str]:
    """Return an explanation as lines, oldest value first."""
    memory = f" of {found.memory}" if found.memory else " of the journal"
    lines = [f"{one_line(found.id)}: {found.label}{memory}"]
    for version in found.versions:
        lines.append(f"  {one_line(version.text, limit=200) or '(no text)'}")
        lines += _cause("since", version.since, by=version.by)
        if version.until is not None:
            lines += _cause("until", version.until)
    if found.reason:
        lines.append(f"  retired because: {one_line(found.reason, limit=300)}")
    if found.successor:
        lines.append(f"  replaced by: {one_line(found.successor)}")
    lines += [f"  made: {one_line(text, limit=160)}   {one_line(node)}" for node, text in found.derived.items()]
    return lines


def _cause(word: str, cause: Cause, *, by: str = "") -> list[str]:
    from agentmem.language.paying.charging import told as told_by

    event = f" ({one_line(cause.event)})" if cause.event else ""
    said = f", by {one_line(told_by(by), limit=300)}" if by else ""
    return [f"    {word} entry {cause.position}{event}{said}", f"      {one_line(cause.text, limit=160)}"]
