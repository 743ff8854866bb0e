"""What models cost, summed up from the ledgers of a store."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Literal

from agentmem.events import Value
from agentmem.graph.contract import Graph
from agentmem.spending.ledger import NOTHING, Count, Key, Ledger
from agentmem.spending.prices import Prices

By = Literal["day", "memory", "task", "prompt", "model"]


class Cost(Value):
    """What some of the calls came to.

    Attributes:
        namespace: Whose memory asked.
        day: On which day, UTC; None, as the next four, where it was not asked for: then all are summed.
        memory: Which memory asked, or who else ("policy/ariadne").
        task, prompt: What it asked, and the hash of the prompt.
        model: Who answered.
        calls: Calls that left, failures and repairs among them.
        failed: Calls without a usable reply.
        read, written: Tokens, as the provider counted.
        milliseconds: Wall time in the calls; of two at once, both count.
        money: In the currency of the prices; None where a model has no price.
    """

    namespace: str
    day: str | None = None
    memory: str | None = None
    task: str | None = None
    prompt: str | None = None
    model: str | None = None
    calls: int
    failed: int
    read: int
    written: int
    milliseconds: float
    money: float | None = None


def costs(
    graphs: Iterable[Graph], *, by: Sequence[By] = ("day", "memory", "task"), prices: Prices | None = None
) -> list[Cost]:
    """Return what was spent, by namespace and whatever else, sorted; an empty list where nothing was.

    Args:
        graphs: Of the namespaces.
        by: What is told apart; the rest is summed.
        prices: What the models cost.
    """
    return [
        _cost(graph.namespace, by, group, rows=rows, prices=prices or Prices())
        for graph in graphs
        for group, rows in sorted(_grouped(Ledger(graph).rows(), by).items())
    ]


def _grouped(rows: dict[Key, Count], by: Sequence[By]) -> dict[tuple[str, ...], dict[Key, Count]]:
    groups: dict[tuple[str, ...], dict[Key, Count]] = {}
    for key, count in rows.items():
        groups.setdefault(tuple(str(getattr(key, name)) for name in by), {})[key] = count
    return groups


def _cost(namespace: str, by: Sequence[By], group: Sequence[str], *, rows: dict[Key, Count], prices: Prices) -> Cost:
    whole = NOTHING
    for count in rows.values():
        whole = whole.plus(count)
    money = [prices.money(key.model, read=count.read, written=count.written) for key, count in rows.items()]
    priced = None if None in money else float(sum(one for one in money if one is not None))
    return Cost(namespace=namespace, **dict(zip(by, group, strict=True)), **whole._asdict(), money=priced)  # type: ignore[arg-type]
