"""Several writers of one store: no event lost, none folded twice, whoever folds it."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
from collections import Counter
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import pytest

from agentmem.agent_memory import AgentMemory
from agentmem.events import Event
from agentmem.graph.changes import Changes
from agentmem.graph.contract import Where
from agentmem.graph.digest import digest
from agentmem.graph.view import MemoryGraph
from agentmem.host import Host
from agentmem.language.contract import Language
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


@pytest.mark.skipif(not hasattr(os, "fork"), reason="forks: needs a POSIX system")
def test_a_child_that_is_forked_while_another_thread_writes_writes_as_well(tmp_path: Path) -> None:
    begun, goes_on = threading.Event(), threading.Event()

    class Slow(Notebook):
        def write(self, event: Event, graph: MemoryGraph, language: Language) -> Changes:
            if event.id == "slow":
                begun.set()
                assert goes_on.wait(60)
            return super().write(event, graph, language)

    with AgentMemory(tmp_path / "memory.db", memory=Slow()) as memory:
        thread = threading.Thread(target=memory.add, args=("Slow.",), kwargs={"id": "slow"})
        thread.start()
        assert begun.wait(60)
        threading.Timer(0.2, goes_on.set).start()
        child = os.fork()
        if child == 0:
            signal.alarm(60)
            memory.add("From the child.", id="child")
            os._exit(0)
        thread.join()

        assert os.waitpid(child, 0)[1] == 0
        assert {one.id for one in memory.get_all()} == {"slow", "child"}
