"""What deleting asks of every memory: to go back to any entry, and on without what is gone."""

from __future__ import annotations

from agentmem.agent_memory import AgentMemory
from agentmem.aside import Aside
from agentmem.events import new_event
from agentmem.graph.contract import Store, Where
from agentmem.rewind import rewind
from agentmem.testing.memory_world import TellsMemories

CANARY = "zanzibar quokka 7719"


class ErasureContract(TellsMemories):
    """A part of `MemoryContract`."""

    def test_it_goes_on_from_any_entry_as_if_it_had_never_been_further(self, store: Store) -> None:
        """Same entry, same graph. If this fails, a link is given other `props` later, or a node of an event is read."""
        memory = self._tidied(store)
        name, last, before = memory.stack.name, memory.status().entries, self._held(memory)

        for position in range(last - 1, -1, -3):
            self._go_back(memory, name, position)
            memory.catch_up()

            self._assert_same(memory, before)

    def test_what_is_deleted_leaves_no_trace(self, store: Store) -> None:
        """Neither in nodes nor in what others say. If this fails, text is kept outside the nodes, or in a setting."""
        memory = self._open(store)
        events = self.new_events()
        memory.add_many(events[:3])
        memory.add_many([new_event(f"The {CANARY} is in the kitchen.", at=events[2].at, id="canary", role="user")])
        memory.add_many(events[3:])

        erased = memory.delete("canary", verify=True)

        assert (erased.events, erased.left) == (("canary",), ())
        nodes = memory.graph.scan(Where(retired=True))
        assert [node for node in nodes for word in CANARY.split() if word in f"{node.text} {node.props}".lower()] == []
        assert all("quokka" not in one.text.lower() for one in memory.search(CANARY, limit=100))
        self._assert_replayed(memory)

    def _go_back(self, memory: AgentMemory, name: str, position: int) -> None:
        graph = memory.graph

        def gone() -> None:
            rewind(graph, name, position)
            Aside(graph, name).rewind(position)
            graph.advance(f"cursor/{name}", expected=graph.counter(f"cursor/{name}"), value=position)

        graph.transact(gone)
