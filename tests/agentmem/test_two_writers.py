"""Several writers of one store: no event lost, none folded twice, whoever folds it."""

from __future__ import annotations

import subprocess
import sys
import threading
from collections import Counter
from collections.abc import Callable
from datetime import UTC, datetime

import pytest

from agentmem.agent_memory import AgentMemory
from agentmem.events import Event
from agentmem.graph.contract import Where
from agentmem.graph.digest import digest
from agentmem.host import Host
from agentmem.testing.notebook import Notebook

HOST = Host()
ON_EVERY_STORE = True
START = datetime(2026, 1, 1, tzinfo=UTC)
WRITER = """
import sys
from datetime import UTC, datetime
from agentmem import AgentMemory, Event, Host
from agentmem.testing.languages import PretendModel
from agentmem.testing.notebook import Notebook

place, who, leaves = sys.argv[1:]
host = Host()
language = host.language("rules")
if leaves == "leaves":
    language = PretendModel(language)
memory = AgentMemory(place, memory=Notebook(), language=language, host=host)
for number in range(60):
    name = f"both-{number}" if number % 3 == 0 else f"{who}-{number}"
    memory.add_many([Event(id=name, text=f"said by {name}", at=datetime(2026, 1, 1, tzinfo=UTC))])
memory.close()
"""


def notes(memory: AgentMemory) -> Counter[str]:
    return Counter(str(node.props["source"]) for node in memory.graph.scan(Where(memory="notebook", label="Note")))


@pytest.mark.parametrize("language", ["rules", "leaves"])
def test_two_processes_write_one_store_and_every_event_is_folded_once(place: str, language: str) -> None:
    writers = [
        subprocess.Popen([sys.executable, "-c", WRITER, place, who, language], stderr=subprocess.PIPE, text=True)
        for who in ("ada", "ben")
    ]
    failures = [writer.communicate()[1] for writer in writers if writer.wait() is not None]
    assert [writer.returncode for writer in writers] == [0, 0], failures

    with AgentMemory(place, memory=Notebook(), host=HOST) as memory:
        told = notes(memory)
        before = digest(memory.graph, "notebook")
        memory.rebuild()
        after = digest(memory.graph, "notebook")

    assert len(told) == 40 + 40 + 20
    assert set(told.values()) == {1}
    if language == "rules":  # with a model its name is the author of each node, and here the rules rebuilt them
        assert after == before


def test_eight_threads_share_one_memory(open_memory: Callable[..., AgentMemory]) -> None:
    memory = open_memory()
    errors: list[Exception] = []

    def work(who: int) -> None:
        try:
            for number in range(20):
                memory.add_many([Event(id=f"{who}-{number}", text=f"said by {who}, {number}", at=START)])
                memory.search("who said it", limit=3)
        except Exception as error:  # noqa: BLE001 - shown by the assertion below
            errors.append(error)

    threads = [threading.Thread(target=work, args=(who,)) for who in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert errors == []
    assert len(notes(memory)) == 160
    assert set(notes(memory).values()) == {1}
    memory.close()
