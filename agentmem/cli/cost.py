"""`agentmem cost`: what models were asked, and what it came to."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from agentmem.cli.chosen import Json, StoreUri
from agentmem.cli.output import as_json, caption, table
from agentmem.cli.stored import existing, namespace_of
from agentmem.graph.uri import without_password

if TYPE_CHECKING:
    from agentmem.spending.costs import By, Cost

FIGURES = ("calls", "failed", "read", "written", "ms", "money")


def cost(
    ctx: typer.Context,
    store: StoreUri,
    *,
    namespace: Annotated[
        str | None, typer.Option("--namespace", metavar="NS", help="Whose memory; by default all there are.")
    ] = None,
    by: Annotated[
        str, typer.Option(metavar="WHAT,...", help="What to tell apart: day, memory, task, prompt, model.")
    ] = "day,memory,task",
    prices: Annotated[
        Path | None,
        typer.Option(metavar="FILE", help='What a million tokens cost: {"gpt-4o-mini": [0.15, 0.60]}, or as TOML.'),
    ] = None,
    json: Json = False,
) -> None:
    """Show what models cost.

    Calls, failures, tokens read and written, and the time they took, by day (UTC), memory and task;
    in money too, if you say what a million tokens cost.
    """
    from agentmem.spending.costs import costs
    from agentmem.spending.prices import Prices

    parts = _parts(by)
    priced = Prices.from_file(prices) if prices is not None else Prices()
    with existing(ctx.obj.host(), store) as opened:
        names = opened.namespaces() if namespace is None else [namespace_of(opened, namespace)]
        graphs = [opened.graph(name) for name in names]
        found = costs(graphs, by=parts, prices=priced)
        unpriced = sorted({str(one.model) for one in costs(graphs, by=["model"], prices=priced) if one.money is None})
    if json:
        as_json({"store": without_password(store), "costs": found})
        return
    _show(found, parts, store=without_password(store))
    if prices is not None and unpriced:
        caption([f"no price in {prices} for: {', '.join(unpriced)}"])


def _parts(by: str) -> list[By]:
    """Return the words after `--by`.

    Raises:
        UnknownName: one of them is none.
    """
    from typing import get_args

    from agentmem.errors import UnknownName
    from agentmem.spending.costs import By

    words = list(dict.fromkeys(word.strip() for word in by.split(",") if word.strip()))
    known: dict[str, By] = {word: word for word in get_args(By)}
    for word in words:
        if word not in known:
            raise UnknownName.among("way to tell costs apart", word, known, cure="agentmem cost --help")
    return [known[word] for word in words]


def _show(found: list[Cost], parts: list[By], *, store: str) -> None:
    """Print a row for each cost, and one for all together."""
    spaces = ["namespace"] if len({one.namespace for one in found}) > 1 else []
    figures = [name for name in FIGURES if name != "money" or any(one.money is not None for one in found)]
    columns = [*spaces, *parts, *figures]
    rows: list[dict[str, Any]] = [{**one.model_dump(), **_figures([one])} for one in found]
    if len(rows) > 1 and columns != figures:
        rows.append({columns[0]: "all", **_figures(found)})
    nothing = f"nothing was spent: no model was asked for what is in {store}"
    table(rows, columns=columns, nothing=nothing, figures=figures)


def _figures(costs: list[Cost]) -> dict[str, str]:
    """Return the figures of several costs together, for people."""
    money = [one.money for one in costs if one.money is not None]
    return {
        **{name: f"{sum(getattr(one, name) for one in costs):,}" for name in ("calls", "failed", "read", "written")},
        "ms": f"{sum(one.milliseconds for one in costs):,.0f}",
        "money": f"{sum(money):,.4f}" if money else "",
    }
