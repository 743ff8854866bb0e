"""All of `agentmem bench store`, in one run."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from agentmem.agent_memory import AgentMemory
from agentmem.bench import step, store
from agentmem.bench.row import Row
from agentmem.bench.site import Site
from agentmem.bench.timing import Moved, unwatched
from agentmem.errors import InvalidInput, MissingExtra
from agentmem.host import Host
from agentmem.memory import Memory

Makers = Mapping[str, Callable[[], Memory]]


@dataclass(frozen=True)
class Extent:
    """How much is measured.

    Attributes:
        sizes: Events in the memories that are compared.
        adds: Durable adds of each memory.
        searches: Searches of each memory.
        episodes: Games the agent plays.
    """

    sizes: Sequence[int] = (1_000, 10_000, 100_000)
    adds: int = 300
    searches: int = 60
    episodes: int = 8

    def __post_init__(self) -> None:
        if not self.sizes or min(self.sizes) < 1:
            raise InvalidInput(f"sizes are {list(self.sizes)}: give numbers of events, such as 1000,10000")


GLANCE = Extent(sizes=(500, 2_000), adds=40, searches=15, episodes=2)
"""Enough to see that everything works; too little to quote."""


def measure_store(site: Site, memories: Makers, extent: Extent, moved: Moved = unwatched) -> list[Row]:
    """Return what writing and searching cost each of `memories`, at each size."""

    def opened(size: int) -> list[AgentMemory]:
        return [site.memory(make(), f"{name}-{size}") for name, make in memories.items()]

    full = store.filled(opened, extent.sizes, moved)
    adds = store.durable_adds(full, site.folder, rounds=extent.adds)
    searched = [one for one in full if one.held()[1]]
    return [*store.bulk(full), *adds, *store.growth(adds, full), *store.searches(searched, rounds=extent.searches)]


def measure_step(site: Site, host: Host, make: Callable[[], Memory], *, episodes: int) -> list[Row]:
    """Return what a step of an agent with this memory costs; a row that says why, where it cannot be played."""
    try:
        game = step.made_game(site.folder)
        return step.steps(
            game,
            environment=lambda: host.environment(str(game), {"seed": 1}),
            policy=host.policy("rules"),
            memory=lambda number: site.memory(make(), f"episode-{number}"),
            episodes=episodes,
        )
    except MissingExtra as missing:
        return [Row(measure=step.MEASURE, subject="not measured", unit="ms", note=str(missing))]
