"""What a memory makes of the same twice: a part of what memories promise.

A memory that reads a clock, or the order of a set, is right all day in one process, and wrong tomorrow in another.
"""

from __future__ import annotations

from agentmem.graph.contract import Store
from agentmem.testing.another_process import lived_elsewhere
from agentmem.testing.lived import recalled_otherwise
from agentmem.testing.memory_world import TellsMemories
from agentmem.testing.moved_clock import moved_clock


class PurityContract(TellsMemories):
    """The same events and questions give the same, whoever is asked, where and when."""

    def test_opened_anew_it_recalls_the_same(self, store: Store) -> None:
        """All is in the graph.

        If this fails, `recall` reads what `write` left on `self` or in a module: keep it in nodes, `graph` has them.
        """
        wanted = self._by_question(self._told(store))

        found = self._by_question(self._open(store))

        said = recalled_otherwise(found, wanted)
        assert not said, said

    def test_another_day_it_makes_the_same_of_it(self, store: Store) -> None:
        """Nothing reads a clock.

        If this fails, use `event.at`, `query.now` or `now`, as is given, and not `datetime.now`, `date.today` or
        `time.time`.
        """
        today = self.lived(store, "today")

        with moved_clock(self.new_memory()):
            another_day = self.lived(store, "another day")

        said = another_day.unlike(today)
        assert not said, f"on another day {said}"

    def test_in_another_process_it_makes_the_same_of_it(self, store: Store) -> None:
        """Python hashes texts otherwise in each.

        If this fails, sort what comes out of a set, and use `hashlib`, not `hash`.
        """
        here = self.lived(store)

        said = lived_elsewhere(self).unlike(here)

        assert not said, f"in another process {said}"
