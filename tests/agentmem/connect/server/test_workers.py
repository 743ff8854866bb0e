"""Several workers on one store: they end gracefully, are replaced when they are killed, and nothing is lost."""

from __future__ import annotations

import asyncio
import os
import signal
import threading
from collections.abc import Callable
from typing import Any

import httpx
import pytest

import load
from agentmem.testing.serving import MemoryServer

Serve = Callable[..., MemoryServer]
Ask = Callable[..., httpx.Client]


def test_many_clients_lose_nothing_and_see_nothing_of_each_other() -> None:
    seen = load.measure(load.Load(clients=8, workers=2, requests=200))

    assert seen.errors == []
    assert (seen.lost, seen.doubled, seen.unexplained, seen.foreign, seen.broken) == (0, 0, 0, 0, 0)
    assert sum(len(ids) for ids in seen.acknowledged.values()) == 104  # of 25 requests each, the first is an add


def test_while_workers_are_killed_only_what_was_not_acknowledged_fails() -> None:
    seen = load.measure(load.Load(clients=8, workers=2, requests=1000, kill_every_s=0.3))

    assert seen.kills >= 1
    assert seen.errors == []
    assert (seen.lost, seen.doubled, seen.unexplained, seen.foreign) == (0, 0, 0, 0)


def test_the_measurement_sees_what_is_another_users() -> None:
    seen = load.Seen()
    client = load.Client(1, http=None, key="", load=load.Load(), seen=seen)  # type: ignore[arg-type]

    client.look([{"text": f"mine: {load.canary(1)}"}, {"text": f"theirs: {load.canary(2)}"}])

    assert seen.foreign == 1


def test_the_measurement_asks_again_where_the_connection_was_a_killed_workers() -> None:
    broken = iter([httpx.ReadError("reset")])
    seen = load.Seen()

    def answer(request: httpx.Request) -> httpx.Response:
        for error in broken:
            raise error
        return httpx.Response(200, json={"items": [{"id": "0-1"}], "next": None})

    async def held() -> list[dict[str, Any]]:
        async with httpx.AsyncClient(transport=httpx.MockTransport(answer), base_url="http://server") as http:
            return await load.Client(0, http, key="", load=load.Load(), seen=seen).held()

    assert asyncio.run(held()) == [{"id": "0-1"}]
    assert seen.broken == 1


def test_a_worker_that_was_killed_is_replaced(serve: Serve, ask: Ask) -> None:
    server = serve(workers=2)
    ask(server, "ada").post("/v1/memories", json={"id": "m1", "content": "Hi!"})

    killed = server.kill_worker()
    server.wait_for(lambda: len(server.workers) == 2 and killed not in server.workers)

    assert ask(server, "ada").get("/v1/memories/m1").status_code == 200


def test_told_to_end_it_answers_what_it_was_asked(serve: Serve, ask: Ask) -> None:
    server = serve(workers=2)
    client = ask(server, "ada")
    many = [{"id": f"m{number}", "content": f"This is number {number}."} for number in range(2000)]
    answers: list[httpx.Response] = []
    asking = threading.Thread(target=lambda: answers.append(client.post("/v1/memories", json=many)))
    asking.start()
    server.wait_for(lambda: ask(server, "ada").get("/v1/memories").json()["items"] != [])  # it is at work

    code = server.stop()
    asking.join()

    assert code == 0
    assert answers[0].status_code == 201
    assert len(answers[0].json()["events"]) == 2000


@pytest.mark.skipif(not hasattr(signal, "SIGKILL"), reason="needs a system with SIGKILL")
def test_workers_do_not_outlive_the_process_that_watches_over_them(serve: Serve) -> None:
    server = serve(workers=2)

    os.kill(server.pid, signal.SIGKILL)

    server.wait_until_gone()
