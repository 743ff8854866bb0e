"""Looking at what is kept: by id, in order, over time; and taking it elsewhere."""

from __future__ import annotations

from pathlib import Path

from agentmem.agent_memory.opened import Opened
from agentmem.agent_memory.values import Status, standing
from agentmem.erasure import chain_of
from agentmem.errors import InvalidInput
from agentmem.explain import Explanation, Version, explain
from agentmem.graph.moving.files import export_to
from agentmem.graph.moving.pages import Fingerprint
from agentmem.journal import EVENT
from agentmem.remembered import Diff, Remembered, diff, held, node_of, remembered, versions_of

LARGEST = 2**62


class Looks(Opened):
    """The verbs that only look."""

    def get(self, id: str) -> Remembered | None:  # noqa: A002 - the word every peer uses
        """Return what is kept under an id, of an event or of what a memory made; None if nothing is."""
        with self.graph.snapshot():
            node = node_of(self.graph, id)
            return remembered(self.graph, [node])[0] if node is not None else None

    def get_all(self, *, limit: int = 100, after: int = 0, memory: str = "") -> list[Remembered]:
        """Return what holds now, in the order of the journal.

        Args:
            limit: At most so many, and what else comes from the position of the last, where the next page begins.
            after: Only what comes from behind this position.
            memory: "" for what was said; or a memory, for what it derived.

        Raises:
            InvalidInput: `limit` or `after` is no whole number from 0.
        """
        for name, number in (("limit", limit), ("after", after)):
            if type(number) is not int or not 0 <= number <= LARGEST:
                raise InvalidInput(f"{name} is {number!r}; give a whole number from 0")
        with self.graph.snapshot():
            return held(self.graph, memory, after=after, limit=limit)

    def history(self, id: str) -> list[Version]:  # noqa: A002
        """Return what something was over time, oldest first: of an event, with all it corrects and all that correct it.

        Raises:
            InvalidInput: nothing has this id here.
        """
        with self.graph.snapshot():
            node = node_of(self.graph, id)
            if node is None or node.label != EVENT:
                return versions_of(self.graph, [id])
            event = self._journal.event(remembered(self.graph, [node])[0].id)
            return versions_of(self.graph, [one.node for one in chain_of(self.graph, event)])

    def why(self, id: str) -> Explanation:  # noqa: A002
        """Return where a recollection (or an event's derived nodes) came from, and its history.

        Raises:
            InvalidInput: nothing has this id here.
        """
        with self.graph.snapshot():
            return explain(self.graph, id)

    def diff(self, since: int, until: int | None = None) -> Diff:
        """Return what changed between two positions of the journal: what is new, became something else, or ended.

        Args:
            since: What was after this entry.
            until: What is after this one; by default the last.

        Raises:
            InvalidInput: the journal has no such entry.
        """
        with self.graph.snapshot():
            last = self._journal.last
            until = last if until is None else until
            if not 0 <= since <= until <= last:
                raise InvalidInput(
                    f"there are no entries from {since} to {until} in namespace {self.graph.namespace!r}; "
                    f"choose two from 0 to {last}, the earlier one first"
                )
            return diff(self.graph, since, until)

    def status(self) -> Status:
        """Return how far each memory has come, and what it could not take in."""
        with self.graph.snapshot():
            stands = tuple(standing(fold, self._journal) for fold in self._feed.folds)
            entries = self._journal.count(self._journal.last)
            quarantined = self._journal.quarantined()
            return Status(namespace=self.graph.namespace, entries=entries, memories=stands, quarantined=quarantined)

    def export(self, path: str | Path) -> Fingerprint:
        """Write all that is kept to a new file, as lines of JSON; compressed if its name ends with `.gz`.

        Raises:
            InvalidInput: it is there already, or cannot be written.
        """
        return export_to(Path(path), self.store, [self.graph.namespace])[self.graph.namespace]

    def backup(self, path: str | Path) -> None:
        """Write a copy of the whole store, with all its namespaces, that can be opened as one.

        Raises:
            StoreUnavailable: the file is there already, or the store cannot do so.
        """
        self.store.backup(Path(path))
