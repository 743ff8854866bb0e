"""What a call to a model costs beside waiting for it, and what asking ahead saves.

    python benchmarks/model_calls.py

The model is a scripted server in a process of its own. Time is that of the calling thread's
processor, so that neither the server nor other programs count; the bare client is measured
beside it, with the same prompt and schema.
"""

from __future__ import annotations

import multiprocessing as mp
import statistics
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

from openai import OpenAI
from rich.console import Console
from rich.table import Table

from agentmem.events import Event, new_event
from agentmem.host import Host
from agentmem.language.chat.schemas import schema_of
from agentmem.language.facts_task import FACTS
from agentmem.language.prompting import filled
from agentmem.memory import Prepares
from agentmem.testing.embedding import HashEmbedder
from agentmem.testing.models.faults import slow
from agentmem.testing.models.server import ModelServer

CALLS = 200
EVENTS = 100
LATENCY_S = 0.2
ANSWER = {
    "facts": [{"subject": f"thing {n}", "relation": "is in", "object": "kitchen", "slot": "place"} for n in range(5)],
    "place": "kitchen",
    "heading": None,
}
NOTE = {"keywords": ["tea", "kitchen"], "context": "Tea is made.", "tags": ["home"]}


def serve(answer: Any, wait_s: float, pipe: Any) -> None:
    """Run the server until told to stop; tells its address, and at the end the most calls it had at once."""
    with ModelServer(answer) as server:
        server.fail(slow(wait_s), times=None)
        pipe.send(server.url)
        pipe.recv()
        pipe.send(server.most_at_once)


@contextmanager
def served(answer: Any, wait_s: float) -> Iterator[tuple[str, Callable[[], int]]]:
    """Serve a model from another process: its address, and how to stop it and hear of its busiest moment."""
    ours, theirs = mp.Pipe()
    process = mp.Process(target=serve, args=(answer, wait_s, theirs))
    process.start()

    def stop() -> int:
        ours.send("stop")
        most: int = ours.recv()
        return most

    yield ours.recv(), stop
    process.join()


def processor_ms(call: Callable[[int], object]) -> tuple[float, float]:
    """Return the median and the 95th percentile of what a call takes of this thread's processor time."""
    call(-1)
    took = []
    for number in range(CALLS):
        started = time.thread_time()
        call(number)
        took.append((time.thread_time() - started) * 1000)
    return statistics.median(took), statistics.quantiles(took, n=20)[-1]


def overhead(host: Host) -> Table:
    """Measure a call with nothing to wait for: the bare client, and through the language."""
    table = Table("a call", "p50 ms", "p95 ms", title=f"processor time of a call, {CALLS} calls")
    with served(ANSWER, 0.0) as (url, stop):
        client = OpenAI(base_url=url, api_key="none", max_retries=0)
        body, strict = schema_of(FACTS.output)
        form = {"type": "json_schema", "json_schema": {"name": "Reading", "schema": body, "strict": strict}}

        def bare(number: int) -> object:
            prompt = filled(FACTS.prompt, {"text": f"bare {number}", "action": None})
            return client.chat.completions.create(
                model="any", messages=[{"role": "user", "content": prompt}], extra_body={"response_format": form}
            )

        language = host.language(f"openai:any@{url}", HashEmbedder())
        bare_ms = processor_ms(bare)
        ours_ms = processor_ms(lambda number: language.ask(FACTS, text=f"ours {number}", action=None))
        stop()
    for name, (median, slowest) in {"the bare client": bare_ms, "language.ask": ours_ms}.items():
        table.add_row(name, f"{median:.2f}", f"{slowest:.2f}")
    table.add_row("ours beside it", f"{ours_ms[0] - bare_ms[0]:.2f}", "")
    return table


def ahead(host: Host) -> Table:
    """Measure the notes A-MEM makes ahead, one after the other and eight at a time."""
    table = Table(
        "notes", "seconds", "most calls at once", title=f"{EVENTS} notes of A-MEM, a model of {LATENCY_S:g} s"
    )
    memory = host.memory("amem")
    assert isinstance(memory, Prepares)
    events: list[Event] = [new_event(f"I drink tea number {number}.", speaker="Mia") for number in range(EVENTS)]
    with served(NOTE, LATENCY_S) as (url, stop):
        language = host.language(f"openai:any@{url}", HashEmbedder())
        started = time.perf_counter()
        memory.prepare(events, language)
        took, most = time.perf_counter() - started, stop()
    serial = EVENTS * LATENCY_S
    table.add_row("one after the other, waiting only", f"{serial:.1f}", "1")
    table.add_row("ahead", f"{took:.1f} (1/{serial / took:.1f})", str(most))
    return table


if __name__ == "__main__":
    console, host = Console(), Host()
    console.print(overhead(host))
    console.print(ahead(host))
