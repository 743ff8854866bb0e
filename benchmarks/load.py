"""Many clients at once on one server: whether anything is lost or leaks, and how long it takes.

    python benchmarks/load.py                         # 64 clients, 4 workers, 20,000 requests
    python benchmarks/load.py --kill-every 5          # the same, while a worker is killed (SIGKILL) every 5 s
    python benchmarks/load.py --clients 8 --workers 2 --requests 400 --store neo4j://localhost:7687

Each client is a user with a key of their own, and adds and asks in turn. What a user says has a word in it that nobody
else says, and users ask for each other's words. In the end each one's memory is read page by page, and compared with
what was acknowledged. A request that broke off is sent again, with the same id.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import random
import statistics
import tempfile
import time
from contextlib import ExitStack
from dataclasses import dataclass, field
from itertools import islice
from pathlib import Path
from typing import Any

import httpx

from agentmem.connect.server.keys import KeyFile
from agentmem.testing.serving import MemoryServer

PATIENCE_S = 120.0
THINGS = ("umbrella", "bicycle", "guitar", "passport", "kettle", "ladder", "scarf", "notebook", "camera", "lamp")
PLACES = ("Oslo", "Porto", "the cellar", "the garden", "my sister's flat", "the office", "the car", "Lisbon")


@dataclass(frozen=True)
class Load:
    """How much is asked of a server.

    Attributes:
        clients, workers, requests: How many, in all.
        kill_every_s: Seconds between two kills; 0 for none.
        seed: What is said and asked is drawn with it.
    """

    clients: int = 64
    workers: int = 4
    requests: int = 20_000
    kill_every_s: float = 0.0
    seed: int = 1


@dataclass
class Seen:
    """What came of it.

    Attributes:
        ms: Of each answer, by what was asked.
        errors: Answers with a status that says so.
        broken: Requests that broke off without an answer; they were sent again.
        foreign: Recollections of another user's.
        acknowledged: Ids of messages, by client.
        kills: Workers killed.
        lost, doubled, unexplained: Acknowledged and not there; there twice; there and never sent.
        seconds: From the first request to the last.
    """

    ms: dict[str, list[float]] = field(default_factory=lambda: {"add": [], "search": []})
    errors: list[str] = field(default_factory=list)
    broken: int = 0
    foreign: int = 0
    acknowledged: dict[int, set[str]] = field(default_factory=dict)
    kills: int = 0
    lost: int = 0
    doubled: int = 0
    unexplained: int = 0
    seconds: float = 0.0

    def told(self) -> dict[str, Any]:
        """Return the figures."""
        asked = sum(len(one) for one in self.ms.values())
        figures: dict[str, Any] = {
            "answered": asked,
            "seconds": round(self.seconds, 1),
            "a second": round(asked / self.seconds) if self.seconds else 0,
            "errors": len(self.errors),
            "lost": self.lost,
            "doubled": self.doubled,
            "unexplained": self.unexplained,
            "foreign": self.foreign,
            "broken off": self.broken,
            "workers killed": self.kills,
        }
        for what, ms in self.ms.items():
            if len(ms) > 1:
                cut = statistics.quantiles(ms, n=100)
                figures |= {f"{what} p50 ms": round(cut[49], 1), f"{what} p99 ms": round(cut[98], 1)}
                figures[f"{what} max ms"] = round(max(ms), 1)
        return figures


class Client:
    """One user: says things with a word of their own, and asks for their own and for others'."""

    def __init__(self, number: int, http: httpx.AsyncClient, *, key: str, load: Load, seen: Seen) -> None:
        self.number, self._http, self._load, self._seen = number, http, load, seen
        self._headers = {"Authorization": f"Bearer {key}"}
        self._random = random.Random(f"{load.seed}/{number}")  # noqa: S311 - draws what is said
        self.word = canary(number)
        self._count = 0
        seen.acknowledged[number] = set()

    async def run(self, requests: int) -> None:
        """Add and ask in turn."""
        for turn in range(requests):
            await (self._search() if turn % 2 else self._add())

    async def held(self) -> list[dict[str, Any]]:
        """Return all that is kept, page by page."""
        items: list[dict[str, Any]] = []
        after: int | None = 0
        while after is not None:
            page = await self._send("GET", "/v1/memories", params={"limit": 1000, "after": after})
            page.raise_for_status()
            items += page.json()["items"]
            after = page.json()["next"]
        return items

    def look(self, recollections: list[dict[str, Any]]) -> None:
        """Count those that are another user's."""
        self._seen.foreign += sum(self.word not in one["text"] for one in recollections)

    async def _add(self) -> None:
        self._count += 1
        id_ = f"{self.number}-{self._count}"
        what, where = self._random.choice(THINGS), self._random.choice(PLACES)
        message = {"content": f"I put the {what} number {self._count} in {where}; {self.word}.", "id": id_}
        if await self._ask("add", "/v1/memories", message) is not None:
            self._seen.acknowledged[self.number].add(id_)

    async def _search(self) -> None:
        other = canary(self._random.randrange(self._load.clients))
        question = {"query": f"Where is the {self._random.choice(THINGS)}? {other}", "limit": 5}
        found = await self._ask("search", "/v1/memories/search", question)
        self.look((found or {}).get("recollections", []))

    async def _ask(self, what: str, path: str, body: dict[str, Any]) -> dict[str, Any] | None:
        """Return what is answered; None for an error."""
        answer = await self._send("POST", path, json=body)
        self._seen.ms[what].append(answer.elapsed.total_seconds() * 1000)
        if answer.is_success:
            found: dict[str, Any] = answer.json()
            return found
        self._seen.errors.append(f"{what}: {answer.status_code} {answer.text[:200]}")
        return None

    async def _send(self, method: str, path: str, **what: Any) -> httpx.Response:
        """Return the answer. What breaks off is asked again: the worker that held the connection was killed."""
        until = time.monotonic() + PATIENCE_S
        while True:
            try:
                return await self._http.request(method, path, headers=self._headers, **what)
            except httpx.TransportError:
                if time.monotonic() > until:
                    raise
                self._seen.broken += 1


def canary(number: int) -> str:
    """Return the word that only one user says."""
    return f"canary{number:05d}word"


def measure(load: Load, store: str | None = None) -> Seen:
    """Return what came of a load on a server of its own; on a new file, unless a store is named."""
    with ExitStack() as held:
        folder = Path(held.enter_context(tempfile.TemporaryDirectory(prefix="agentmem-load-")))
        file = KeyFile(folder / "keys.jsonl")
        keys = [file.add(app="load", user=f"user {number}")[0] for number in range(load.clients)]
        options = ("--keys", str(file.path), "--rate", "0")
        server = held.enter_context(MemoryServer(store or folder / "load.db", *options, workers=load.workers))
        return asyncio.run(_measured(load, server, keys))


async def _measured(load: Load, server: MemoryServer, keys: list[str]) -> Seen:
    seen = Seen()
    limits = httpx.Limits(max_connections=load.clients)
    async with httpx.AsyncClient(base_url=server.url, timeout=PATIENCE_S, limits=limits) as http:
        clients = [Client(number, http, key=key, load=load, seen=seen) for number, key in enumerate(keys)]
        killing = asyncio.create_task(_kill(server, load, seen))
        started = time.perf_counter()
        each, over = divmod(load.requests, load.clients)
        await asyncio.gather(*(client.run(each + (client.number < over)) for client in clients))
        seen.seconds = time.perf_counter() - started
        killing.cancel()
        await asyncio.gather(*(_compare(client, seen) for client in clients))
    return seen


async def _kill(server: MemoryServer, load: Load, seen: Seen) -> None:
    while load.kill_every_s:
        await asyncio.sleep(load.kill_every_s)
        if len(server.workers) == load.workers:  # else one is being replaced, and nobody may be left to answer
            server.kill_worker()
            seen.kills += 1


async def _compare(client: Client, seen: Seen) -> None:
    held = [item["id"] for item in await client.held()]
    acknowledged = seen.acknowledged[client.number]
    seen.lost += len(acknowledged.difference(held))
    seen.doubled += len(held) - len(set(held))
    seen.unexplained += len(set(held) - acknowledged)


def arguments() -> argparse.Namespace:
    """Return what was typed."""
    read = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    read.add_argument("--clients", type=int, default=64)
    read.add_argument("--workers", type=int, default=4)
    read.add_argument("--requests", type=int, default=20_000)
    read.add_argument("--kill-every", type=float, default=0.0, metavar="SECONDS")
    read.add_argument("--store", default=None)
    return read.parse_args()


if __name__ == "__main__":
    given = arguments()
    result = measure(Load(given.clients, given.workers, given.requests, given.kill_every), given.store)
    print(json.dumps(result.told(), indent=1))
    print("\n".join(islice(result.errors, 10)))
