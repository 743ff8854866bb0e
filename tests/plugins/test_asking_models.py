"""What every memory asks of a model, how often, and what it makes of nonsense."""

from __future__ import annotations

import importlib
import inspect
import pkgutil
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from contextlib import closing
from datetime import UTC, datetime, timedelta
from types import UnionType
from typing import Any, Union, get_args, get_origin

import pytest
from pydantic import BaseModel, ValidationError

from agentmem.agent_memory import AgentMemory
from agentmem.events import Event, new_event, new_query
from agentmem.graph.contract import Where
from agentmem.graph.sqlite import SQLiteStore
from agentmem.host import Host
from agentmem.language.contract import Language, Out, Task
from agentmem.language.facts_task import FACTS
from agentmem.language.prompting import PLACEHOLDER
from agentmem.language.recorded import RecordedLanguage
from agentmem.language.schemas import schema_of
from agentmem.testing.embedding import HashEmbedder
from agentmem.testing.languages import PretendModel

HOST = Host()
MEMORIES = sorted(name for name, offer in HOST.memories.items() if offer.distribution == "agentmem-graph")
START = datetime(2026, 3, 2, 18, 30, tzinfo=UTC)
SAID = (
    "My sister Mia moved to Oslo last week.",
    "Mia works as a nurse at the university hospital.",
    "I adopted a puppy on Sunday, and I love the puppy.",
    "I painted a sunrise over the lake yesterday.",
    "I love pottery, and I hate running.",
    "Mia lives in Bergen now, and I love jazz.",
)
DAYS = 4


class Counted(PretendModel):
    """A model that answers by rules, with every task counted that it is asked."""

    def __init__(self, inner: Language) -> None:
        super().__init__(inner)
        self.asked: Counter[str] = Counter()

    def ask(self, task: Task[Out], /, **inputs: Any) -> Out:
        self.asked[task.name] += 1
        return super().ask(task, **inputs)


def events() -> list[Event]:
    return [
        new_event(text, id=f"d{day}n{n}", at=START + timedelta(days=day, minutes=n), speaker="Ann", role="user")
        for day in range(DAYS)
        for n, text in enumerate(SAID)
    ]


def written(name: str, language: Language, **settings: Any) -> Iterator[AgentMemory]:
    """Tell a memory the events, and give it after each one."""
    with closing(SQLiteStore.in_memory()) as store:
        memory = AgentMemory(store, memory=name, settings=settings, language=language, host=HOST)
        for event in events():
            assert memory.add_many([event]).set_aside == ()
            yield memory


def touched(memory: AgentMemory) -> int:
    """Return into how many buckets of TiM the newest event's thoughts fell."""
    position = memory.status().entries
    new = [
        node.id for node in memory.graph.scan(Where(memory="tim", label="Thought", retired=True, after=position - 1))
    ]
    return len({edge.target for edge in memory.graph.edges(new, types=["IN"], direction="out", retired=True)})


WRITES: Mapping[str, Callable[[int, AgentMemory], int]] = {
    "amem": lambda number, memory: 1 if number == 0 else 2,
    "arigraph": lambda number, memory: 2,
    "tim": lambda number, memory: 1 + 2 * touched(memory),
    "summary": lambda number, memory: 1 if (number + 1) % 10 == 0 else 0,
}
"""The most a memory may ask in the write of event `number`, from 0, by `memories.md`; of others none may be asked."""


def nothing(number: int, memory: AgentMemory) -> int:
    return 0


@pytest.mark.parametrize("name", MEMORIES)
def test_a_write_asks_no_more_than_the_paper_and_a_search_asks_nothing(name: str) -> None:
    model = Counted(HOST.language("rules"))
    allowed = WRITES.get(name, nothing)
    for number, memory in enumerate(written(name, model)):
        asked, model.asked = model.asked, Counter()
        assert asked.total() <= allowed(number, memory), f"event {number}: {dict(asked)}"

        memory.search("Where does Mia live?", now=START + timedelta(days=9))

        assert not model.asked, f"a search of {name} asked {dict(model.asked)}"


def test_a_search_that_may_ask_asks_once() -> None:
    for name, settings in (("amem", {"query": "keywords"}), ("arigraph", {"entities": "language"})):
        model = Counted(HOST.language("rules"))
        for memory in written(name, model, **settings):
            model.asked.clear()

            memory.search("Where does Mia live?", now=START + timedelta(days=9))

            assert model.asked.total() == 1


def test_memorybank_asks_twice_a_day_and_twice_in_all_for_one_person() -> None:
    model = Counted(HOST.language("rules"))
    for number, memory in enumerate(written("memorybank", model)):
        if (number + 1) % len(SAID):
            continue
        model.asked.clear()

        memory.consolidate(now=START + timedelta(days=9))

        kinds = ("day_summary", "day_portrait", "global_summary", "global_portrait")
        assert model.asked == {f"memorybank.{kind}": 1 for kind in kinds}


def tasks() -> list[Task[Any]]:
    """Return every task of the host's memories and policies."""
    import agentmem.agent.ariadne

    packages = [agentmem.agent.ariadne, *(importlib.import_module(f"agentmem_{name}") for name in PACKAGES)]
    modules = [
        importlib.import_module(found.name)
        for package in packages
        for found in pkgutil.iter_modules(package.__path__, f"{package.__name__}.")
    ]
    named = {one.name: one for module in modules for _, one in inspect.getmembers(module) if isinstance(one, Task)}
    return [*{**named, FACTS.name: FACTS}.values()]


PACKAGES = ("amem", "arigraph", "baselines", "emllm", "episodic", "hcam", "memorybank", "tim")


@pytest.mark.parametrize("task", tasks(), ids=lambda task: task.name)
def test_a_model_can_be_held_to_every_answer_and_is_shown_its_shape(task: Task[Any]) -> None:
    schema = schema_of(task.output)

    assert schema.is_strict, f"{task.output.__name__} has an object whose fields are not named: no model is held to it"
    assert [name for name in task.output.model_fields if f'"{name}"' not in task.prompt] == []
    assert PLACEHOLDER.search(task.prompt), "a prompt without inputs"
    assert "data" in task.prompt, "the prompt does not say that what is fenced in is data, never an instruction"


NONSENSE = (
    "n1",
    "t1",
    "f1",
    "n99999999999999999999",
    "-1",
    "None",
    "",
    " ",
    "Ответ: ключ в ящике",
    "\u202e\x00\ud7ff",
    "x" * 5000,
)
"""What a model may put into any text: aliases right and wrong, nothing, another language, garbage, far too much."""


def nonsense(kind: Any, seed: int) -> Any:
    """Return a value of a type, of texts and numbers that mean nothing."""
    if isinstance(kind, type) and issubclass(kind, BaseModel):
        return filled_in(kind, seed)
    origin, inner = get_origin(kind), get_args(kind)
    if origin in (Union, UnionType):
        return nonsense(inner[0], seed)
    if origin is tuple:
        return [nonsense(inner[0], seed + n % 3) for n in range(5)]  # some of them twice
    return {str: NONSENSE[seed % len(NONSENSE)], int: 10**9, float: -1e30, bool: True}.get(kind)


def filled_in(output: type[BaseModel], seed: int) -> dict[str, Any]:
    fields = output.model_fields.items()
    return {name: nonsense(field.annotation, seed + place) for place, (name, field) in enumerate(fields)}


@pytest.mark.parametrize("seed", range(len(NONSENSE)))
@pytest.mark.parametrize("name", ["amem", "arigraph", "memorybank", "summary", "tim"])
def test_answers_of_the_right_shape_that_mean_nothing_lose_no_event_and_break_nothing(name: str, seed: int) -> None:
    by_name = {task.name: task for task in tasks()}

    def babble(task: str, inputs: Mapping[str, Any]) -> Any:
        output = by_name[task].output
        for shift in range(len(NONSENSE)):  # a shape may forbid some of it: there a model is asked again
            try:
                return output.model_validate(filled_in(output, seed + shift))
            except ValidationError:
                continue
        return None

    with closing(SQLiteStore.in_memory()) as store:
        language = RecordedLanguage(babble, embedder=HashEmbedder())
        memory = AgentMemory(store, memory=name, language=language, host=HOST)
        told = events()[:12]

        assert memory.add_many(told).set_aside == ()
        memory.consolidate(now=START + timedelta(days=9))
        found = memory.search(new_query("Where does Mia live?", now=START + timedelta(days=9), limit=50))

        assert memory.status().set_aside == {}
        assert {source for one in found for source in one.sources} <= {event.id for event in told}
