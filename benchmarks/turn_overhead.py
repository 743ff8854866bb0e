"""What a turn of a chat costs with memory: `wrap_openai`, LangChain's middleware and the proxy, beside none of them.

    python benchmarks/turn_overhead.py
    python benchmarks/turn_overhead.py --turns 50 --sizes 100

The model is a scripted server in a process of its own, that answers at once. Bare and with memory take turns, each with
the same request: a system message, ten messages of history and a new question. Wall time, from asking until the last
chunk has come, and time of the processor, all threads of the client's process together (the proxy is another process,
so of its turns only what the client does). With memory a turn is one recall, and one durable write of the question and
the answer, but two writes with LangChain, which keeps what is asked before the model is asked; the last row of each
size is one recall and one write by themselves. Each row has a memory of its own that holds so many messages at first.
"""

from __future__ import annotations

import argparse
import statistics
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from typing import Any, NamedTuple

from anyio.from_thread import start_blocking_portal
from langchain.agents import create_agent
from langchain_openai import ChatOpenAI
from openai import AsyncOpenAI, OpenAI
from rich.console import Console
from rich.table import Table

from agentmem import AgentMemory
from agentmem.bench import chatter
from agentmem.bench.timing import Spent, Stopwatch
from agentmem.connect.langchain import MemoryMiddleware
from agentmem.connect.openai import wrap_openai
from agentmem.testing.serving import MemoryServer
from model_calls import served

GOAL_MS = 10.0
HISTORY = 10
"""Messages that are sent again at each turn."""
ANSWER = "I am not sure, but it was on a Tuesday, and the weather was fine for the season."


class Cost(NamedTuple):
    """What turns took, bare and with memory."""

    bare: list[Spent]
    ours: list[Spent]

    @property
    def added(self) -> list[float]:
        """Milliseconds that memory added to each turn, on the wall."""
        return [ours.wall_ms - bare.wall_ms for bare, ours in zip(self.bare, self.ours, strict=True)]

    @property
    def added_cpu(self) -> list[float]:
        """Milliseconds of the processor that memory added to each turn."""
        return [ours.cpu_ms - bare.cpu_ms for bare, ours in zip(self.bare, self.ours, strict=True)]


def messages(talk: str, number: int) -> list[Any]:
    """Return the request of one turn of an endless talk: the last turns once more, and a new question."""
    said: list[Any] = [{"role": "system", "content": "Be brief."}]
    for at in range(number - HISTORY // 2, number):
        said += [{"role": "user", "content": question(talk, at)}, {"role": "assistant", "content": ANSWER}]
    return [*said, {"role": "user", "content": question(talk, number)}]


def question(talk: str, number: int) -> str:
    """Return what is asked in one turn."""
    return f"In the {talk}, {chatter.question(number % 1000)}"


def chat(client: OpenAI, number: int, *, talk: str = "chat") -> None:
    """Ask for a chat completion; what was said in a talk before is not remembered again."""
    client.chat.completions.create(model="any", messages=messages(talk, number))


def streamed_chat(client: OpenAI, number: int) -> None:
    """Ask for a chat completion, and read its stream."""
    for _ in client.chat.completions.create(model="any", messages=messages("stream", number), stream=True):
        pass


def response(client: OpenAI, number: int) -> None:
    """Ask for a response."""
    client.responses.create(model="any", input=messages("response", number))


def beside(bare: Callable[[int], object], ours: Callable[[int], object], turns: int) -> Cost:
    """Run both in turns; the turn before this one was remembered, as in a conversation."""
    ours(-1)
    bare(-1)
    cost = Cost([], [])
    for number in range(turns):
        for ask, spent in ((bare, cost.bare), (ours, cost.ours)):
            watch = Stopwatch()
            ask(number)
            spent.append(watch.read())
    return cost


@contextmanager
def filled(size: int) -> Iterator[AgentMemory]:
    """Give a memory in a file of its own, that holds `size` messages."""
    with tempfile.TemporaryDirectory() as folder, AgentMemory(Path(folder) / "chat.db", user="ada") as memory:
        memory.add_many(chatter.events(0, size))
        yield memory


def asked(ask: Callable[[OpenAI, int], None], url: str, memory: AgentMemory, turns: int) -> Cost:
    """Return what a turn costs with OpenAI's client."""
    with OpenAI(base_url=url, api_key="none") as bare:
        client = wrap_openai(bare, memory, on_error="raise")
        return beside(partial(ask, bare), partial(ask, client), turns)


def alone(url: str, memory: AgentMemory, turns: int) -> Cost:  # noqa: ARG001
    """Return what costs that which a turn does with the memory, without any turn."""

    def turn(number: int) -> None:
        said = question("nobody", number)
        memory.context(said, limit=20)
        memory.add_many([{"role": "user", "content": said}, {"role": "assistant", "content": f"{ANSWER} {number}"}])

    return beside(lambda number: None, turn, turns)  # noqa: ARG005


def awaited(url: str, memory: AgentMemory, turns: int) -> Cost:
    """Return what a turn costs with the asynchronous client."""
    with start_blocking_portal() as portal:  # one event loop for all turns, as in a server
        bare = AsyncOpenAI(base_url=url, api_key="none")
        client = wrap_openai(bare, memory, on_error="raise")

        async def ask(one: AsyncOpenAI, at: int) -> None:
            await one.chat.completions.create(model="any", messages=messages("asyncio", at))

        cost = beside(lambda at: portal.call(ask, bare, at), lambda at: portal.call(ask, client, at), turns)
        portal.call(bare.close)
    return cost


def agents(url: str, memory: AgentMemory) -> tuple[Any, Any]:
    """Return an agent of LangChain without memory, and one with the middleware."""
    model = ChatOpenAI(model="any", base_url=url, api_key="none")  # type: ignore[arg-type]
    return create_agent(model), create_agent(model, middleware=[MemoryMiddleware(memory, on_error="raise")])


def invoked(url: str, memory: AgentMemory, turns: int) -> Cost:
    """Return what a turn costs with an agent of LangChain."""

    def invoke(one: Any, at: int) -> object:
        return one.invoke({"messages": messages("agent", at)})

    bare, agent = agents(url, memory)
    return beside(partial(invoke, bare), partial(invoke, agent), turns)


def invoked_awaited(url: str, memory: AgentMemory, turns: int) -> Cost:
    """Return what a turn costs with an agent of LangChain that is awaited."""
    bare, agent = agents(url, memory)
    with start_blocking_portal() as portal:

        def ainvoke(one: Any, at: int) -> object:
            return portal.call(one.ainvoke, {"messages": messages("awaited agent", at)})

        return beside(partial(ainvoke, bare), partial(ainvoke, agent), turns)


def proxied(url: str, memory: AgentMemory, turns: int) -> Cost:
    """Return what a turn costs through the proxy of `agentmem serve`, which has the same file open."""
    with (
        MemoryServer(memory.store.uri, "--upstream", url, "--user", "ada") as server,
        OpenAI(base_url=url, api_key="none") as bare,
        OpenAI(base_url=f"{server.url}/v1", api_key="none") as client,
    ):
        return beside(lambda at: chat(bare, at, talk="proxy"), lambda at: chat(client, at, talk="proxy"), turns)


ROWS: dict[str, Callable[[str, AgentMemory, int], Cost]] = {
    "chat completion": partial(asked, chat),
    "streamed chat completion": partial(asked, streamed_chat),
    "response": partial(asked, response),
    "chat completion, asyncio": awaited,
    "LangChain": invoked,
    "LangChain, asyncio": invoked_awaited,
    "chat completion, proxy": proxied,
    "context and add_many alone": alone,
}


def main() -> None:
    """Measure, and print a table."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--turns", type=int, default=100)
    parser.add_argument("--sizes", default="0,1000,10000", help="messages remembered before")
    chosen = parser.parse_args()
    heads = ("messages held", "turn", "bare p50 ms", "with memory", "added p50", "p95", "of the processor", "<= 10 ms")
    table = Table(*heads)
    for size in map(int, chosen.sizes.split(",")):
        for name, measure in ROWS.items():
            with served(ANSWER, 0.0) as (url, stop), filled(size) as memory:
                table.add_row(f"{size:,}", name, *shown(measure(url, memory, chosen.turns)))
                stop()
    Console(width=130).print(table)


def shown(cost: Cost) -> Iterator[str]:
    """Yield the figures of a row."""
    added = statistics.median(cost.added)
    for column in (cost.bare, cost.ours):
        yield f"{statistics.median(spent.wall_ms for spent in column):.1f}"
    yield f"{added:.1f}"
    yield f"{statistics.quantiles(cost.added, n=20)[-1]:.1f}"
    yield f"{statistics.median(cost.added_cpu):.1f}"
    yield "yes" if added <= GOAL_MS else "no"


if __name__ == "__main__":
    main()
