"""Deleting: total, and verified on request."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from agentmem.agent_memory.opened import Opened
from agentmem.agent_memory.values import Erased, Left
from agentmem.erasure import chain_of, echoes_of, erase, erase_all, left_of
from agentmem.errors import InvalidInput, LanguageError
from agentmem.events import Event, Recollection
from agentmem.graph.contract import Scrubs
from agentmem.language.contract import Clears, Receipt
from agentmem.remembered import source_of, sources_of


class Erases(Opened):
    """The verbs that leave nothing."""

    def delete(self, ids: str | Recollection | Iterable[str | Recollection], *, verify: bool = False) -> Erased:
        """Erase events, and all that any memory ever derived from them.

        The memories go back to where they stood before the first of them, and fold what came after again without
        them: with rules that takes time, with a model calls. An event of that id brings nothing back.

        Args:
            ids: Of events, or of what comes from a single one; of a recollection, all events it comes from.
            verify: Search afterwards for what was deleted, by text and by vector; by text alone, and saying so, where
                the embedder is out.

        Raises:
            InvalidInput: nothing ever had one of these ids, or it comes from several events; nothing was changed.
            BudgetExceeded: if the budget says so; what was to be deleted is gone, and what is to be folded again waits.
        """
        if not isinstance(ids, Iterable):
            raise InvalidInput(f"{ids!r} is no id; give the text that a search or `get_all` told, or several")
        named = [ids] if isinstance(ids, str | Recollection) else list(ids)
        wanted = [source for one in named for source in (one.sources if isinstance(one, Recollection) else (one,))]
        with self._writing:
            events, gone = self._erase(wanted)
            entries = self._journal.last - self._feed.slowest if events else 0
            receipt = self.catch_up()
            self._scrub()
            erased = Erased(events=tuple(event.id for event in events), absent=gone, entries=entries, receipt=receipt)
            return self._verified(erased, events) if verify else erased

    def delete_all(self, *, verify: bool = False) -> Erased:
        """Erase all that was ever said here, and all that any memory made of it.

        What was spent stays in the ledger. Nothing comes back when a client sends its history again.
        """
        with self._writing:
            events = self.graph.transact(lambda: erase_all(self.graph))
            self._scrub()
            erased = Erased(events=tuple(event.id for event in events), receipt=Receipt())
            return self._verified(erased, events) if verify else erased

    def _erase(self, wanted: Sequence[str]) -> tuple[list[Event], tuple[str, ...]]:
        """Erase what these ids name; return the events, and the ids of what was erased before, by whomever."""

        def erased() -> tuple[list[Event], tuple[str, ...]]:
            gone = tuple(id_ for id_ in wanted if self._journal.was_erased(id_))
            sources = [source_of(self.graph, id_) for id_ in wanted if id_ not in gone]
            chains = [chain_of(self.graph, self._journal.event(source)) for source in sources]
            events = list({event.id: event for chain in chains for event in chain}.values())
            if events:
                events += echoes_of(self.graph, events)
                erase(self.graph, events)
            return events, gone

        return self.graph.transact(erased)

    def _scrub(self) -> None:
        """Let go of what was deleted in the files of the store, and in the memory of this process."""
        self._shown.clear()
        if isinstance(self.language, Clears):
            self.language.clear()
        if isinstance(self.store, Scrubs):
            self.store.scrub()

    def _verified(self, erased: Erased, events: Sequence[Event]) -> Erased:
        """Return what a deletion did, with what still says what was erased; by text alone where the embedder is out."""
        texts = [event.text for event in events if event.text.strip()]
        vectors, why = None, ""
        try:
            with self._paying("delete") as language:
                vectors = language.embed(texts) if texts else None
        except LanguageError as error:
            why = str(error)
        found = {node.id: node for node in left_of(self.graph, texts, vectors)}
        left = tuple(
            Left(id=node.id, memory=node.memory, sources=sources_of(self.graph, node)) for node in found.values()
        )
        return erased.model_copy(update={"is_verified": not why, "unverified": why, "left": left})
