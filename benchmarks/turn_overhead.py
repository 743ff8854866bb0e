"""What a turn of a chat costs with memory, beside the bare client of OpenAI.

    python benchmarks/turn_overhead.py
    python benchmarks/turn_overhead.py --turns 50 --sizes 100

The model is a scripted server in a process of its own, that answers at once. Bare and with memory take turns, each with
the same request: a system message, ten messages of history and a new question. Wall time, from asking until the last
chunk has come: with memory that is one recall, and one durable write of the question and the answer. The last row of each
size is that recall and that write by themselves.
"""

from __future__ import annotations

import argparse
import asyncio
import statistics
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, NamedTuple

from openai import AsyncOpenAI, OpenAI
from rich.console import Console
from rich.table import Table

from agentmem import AgentMemory
from agentmem.bench.timing import milliseconds
from agentmem.connect.openai import wrap_openai
from model_calls import served

GOAL_MS = 10.0
HISTORY = 10
"""Messages that are sent again at each turn."""
ANSWER = "The blue train goes to Bergen at noon, and takes about seven hours."


class Cost(NamedTuple):
    """Milliseconds of a turn: bare, with memory, and what memory adds, turn by turn."""

    bare: list[float]
    ours: list[float]

    @property
    def added(self) -> list[float]:
        """What memory added to each turn."""
        return [ours - bare for bare, ours in zip(self.bare, self.ours, strict=True)]


def messages(talk: str, number: int) -> list[Any]:
    """Return the request of one turn of an endless talk: the last turns once more, and a new question."""
    said: list[Any] = [{"role": "system", "content": "Be brief."}]
    for at in range(number - HISTORY // 2, number):
        said += [{"role": "user", "content": question(talk, at)}, {"role": "assistant", "content": ANSWER}]
    return [*said, {"role": "user", "content": question(talk, number)}]


def question(talk: str, number: int) -> str:
    """Return what is asked in one turn."""
    return f"Which train goes to town {number} of {talk}?"


def chat(client: OpenAI, number: int) -> None:
    """Ask for a chat completion."""
    client.chat.completions.create(model="any", messages=messages("chat", number))


def streamed_chat(client: OpenAI, number: int) -> None:
    """Ask for a chat completion, and read its stream."""
    for _ in client.chat.completions.create(model="any", messages=messages("stream", number), stream=True):
        pass


def response(client: OpenAI, number: int) -> None:
    """Ask for a response."""
    client.responses.create(model="any", input=messages("response", number))


WAYS: dict[str, Callable[[OpenAI, int], None]] = {
    "chat completion": chat, "streamed chat completion": streamed_chat, "response": response,
}  # fmt: skip


def beside(bare: Callable[[int], object], ours: Callable[[int], object], turns: int) -> Cost:
    """Run both in turns; the turn before this one was remembered, as in a conversation."""
    ours(-1)
    bare(-1)
    cost = Cost([], [])
    for number in range(turns):
        cost.bare.append(milliseconds(lambda: bare(number)))  # noqa: B023 - called at once
        cost.ours.append(milliseconds(lambda: ours(number)))  # noqa: B023
    return cost


@contextmanager
def filled(size: int) -> Iterator[AgentMemory]:
    """Give a memory in a file of its own, that holds `size` messages."""
    with tempfile.TemporaryDirectory() as folder, AgentMemory(Path(folder) / "chat.db", user="ada") as memory:
        memory.add_many([f"Train {number} goes to town {number % 97} at noon." for number in range(size)])
        yield memory


def measured(url: str, memory: AgentMemory, turns: int) -> Iterator[tuple[str, Cost]]:
    """Yield what a turn costs, for each way to ask."""
    with OpenAI(base_url=url, api_key="none") as bare:
        client = wrap_openai(bare, memory, on_error="raise")
        for name, ask in WAYS.items():
            yield name, beside(lambda at: ask(bare, at), lambda at: ask(client, at), turns)  # noqa: B023
    yield "chat completion, asyncio", awaited(url, memory, turns)
    yield "context and add_many alone", beside(lambda at: None, lambda at: alone(memory, at), turns)  # noqa: ARG005


def alone(memory: AgentMemory, number: int) -> None:
    """Do what a turn does with the memory, without any turn."""
    asked = question("nobody", number)
    memory.context(asked, limit=20)
    memory.add_many([{"role": "user", "content": asked}, {"role": "assistant", "content": f"{ANSWER} {number}"}])


def awaited(url: str, memory: AgentMemory, turns: int) -> Cost:
    """Return what a turn costs with the asynchronous client."""
    with asyncio.Runner() as runner:
        bare = AsyncOpenAI(base_url=url, api_key="none")
        client = wrap_openai(bare, memory, on_error="raise")

        def ask(one: AsyncOpenAI, at: int) -> object:
            return runner.run(one.chat.completions.create(model="any", messages=messages("asyncio", at)))

        cost = beside(lambda at: ask(bare, at), lambda at: ask(client, at), turns)
        runner.run(bare.close())
    return cost


def main() -> None:
    """Measure, and print a table."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--turns", type=int, default=200)
    parser.add_argument("--sizes", default="0,1000,10000", help="messages remembered before")
    chosen = parser.parse_args()
    table = Table("messages held", "turn", "bare p50 ms", "with memory p50", "added p50", "added p95", "goal <= 10 ms")
    for size in map(int, chosen.sizes.split(",")):
        with served(ANSWER, 0.0) as (url, stop), filled(size) as memory:
            for name, cost in measured(url, memory, chosen.turns):
                added = statistics.median(cost.added)
                table.add_row(
                    f"{size:,}", name, f"{statistics.median(cost.bare):.1f}", f"{statistics.median(cost.ours):.1f}",
                    f"{added:.1f}", f"{statistics.quantiles(cost.added, n=20)[-1]:.1f}",
                    "yes" if added <= GOAL_MS else "no",
                )  # fmt: skip
            stop()
    Console(width=120).print(table)


if __name__ == "__main__":
    main()
