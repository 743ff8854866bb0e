"""What every memory must do: each promise a plain method that raises where it is broken.

pytest runs them as tests (`MemoryContract`), and `agentmem check` without it. A method named
`test_...` is a promise: the first sentence of its docstring says what it is, what follows
"If this fails, " what to do about it. One about a power that is not declared raises `SkipTest`.
Everything goes through `AgentMemory`, as it will in use.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from math import isclose
from typing import Any

from agentmem.agent_memory import AgentMemory
from agentmem.errors import LanguageUnavailable
from agentmem.events import KINDS, Query, Recollection, new_event
from agentmem.graph.contract import Store, Where
from agentmem.graph.digest import digest
from agentmem.holdings import shape_of, view_of
from agentmem.journal import Journal
from agentmem.language.counting import CountingLanguage, needless
from agentmem.memory import Consolidates, Forgets, Prepares, Reinforces, Shows, Unprepared
from agentmem.reembedding import reembed
from agentmem.testing.embedding import TurnedEmbedder
from agentmem.testing.languages import PretendModel, WithEmbedder
from agentmem.testing.memory_awkward import AwkwardInputContract
from agentmem.testing.memory_erasure import CANARY, ErasureContract
from agentmem.testing.memory_purity import PurityContract
from agentmem.testing.memory_world import LATER

WHOSE = ("aaabbb", "ababab", "abbbaa", "aabbab", "abbbbb", "aaaaaa")
"""Whose the events are, in the namespaces a and b, which are told in turns."""


class MemoryPromises(AwkwardInputContract, ErasureContract, PurityContract):
    """The promises of `Memory`."""

    def test_what_it_is_told_is_taken_in(self, store: Store) -> None:
        """Each event is written. If this fails, `write` raised, or proposed what the host has to refuse."""
        self._told(store)

    def test_what_it_is_asked_is_answered(self, store: Store) -> None:
        """With recollections, or with none. If this fails, `recall` raised, or returned no list of recollections."""
        self._recalled(self._told(store))

    def test_at_most_as_many_as_wanted_are_recalled(self, store: Store) -> None:
        """`limit` holds for all kinds together. If this fails, cut the list at the very end of `recall`."""
        memory = self._told(store)

        for limit in (1, 2, 3, 50):
            assert all(len(found) <= limit for found in self._recalled(memory, limit=limit))

    def test_pinned_ones_come_first_and_then_the_best(self, store: Store) -> None:
        """Scores lie in [0, 1] and fall. If this fails, sort by (not pinned, -score) at the end of `recall`."""
        for found in self._recalled(self._told(store)):
            assert found == sorted(found, key=lambda one: (not one.pinned, -one.score if not one.pinned else 0))
            assert all(0 <= one.score <= 1 for one in found)

    def test_every_recollection_says_where_it_comes_from(self, store: Store) -> None:
        """Sources are events of the journal. If this fails, keep the event's id in the node that is recalled."""
        known = {event.id for event in self.new_events()}
        memory = self._told(store)

        for one in self._all(memory):
            assert one.sources, "a recollection has no sources"
            assert set(one.sources) <= known, "a recollection has a source that is no event"
            assert one.memory == memory.stack.name, f"a recollection says it is of the memory {one.memory!r}"

    def test_every_recollection_is_of_a_known_kind(self, store: Store) -> None:
        """`kind` is a word of `KINDS`. If this fails, use one of them; whoever shows or counts kinds knows no other."""
        unknown = {one.kind for one in self._all(self._told(store))} - set(KINDS)

        assert not unknown, f"the kinds are {', '.join(KINDS)}, and not {', '.join(sorted(unknown))}"

    def test_what_a_recollection_stands_for_can_be_explained(self, store: Store) -> None:
        """`why` knows its id. If this fails, `Recollection.id` is not the id of a node of the graph."""
        memory = self._told(store)

        for one in self._all(memory):
            memory.why(one.id)

    def test_what_is_excluded_is_not_recalled(self, store: Store) -> None:
        """Nothing known only from excluded events comes. If this fails, compare `sources` with `query.exclude`."""
        last = self.new_events()[-1].id

        for one in self._all(self._told(store), exclude=(last,)):
            assert set(one.sources) - {last}

    def test_what_scores_too_low_is_not_recalled(self, store: Store) -> None:
        """`min_score` holds for all. If this fails, drop what is below it before cutting the list."""
        for one in self._all(self._told(store), min_score=0.4):
            assert one.score >= 0.4

    def test_recalling_changes_nothing_and_is_repeatable(self, store: Store) -> None:
        """Recall is pure. If this fails, move what strengthens or counts into `reinforce`."""
        memory = self._told(store)
        before = digest(memory.graph, memory.stack.name)

        assert self._recalled(memory) == self._recalled(memory)
        assert digest(memory.graph, memory.stack.name) == before

    def test_queries_and_events_are_left_as_they_were(self, store: Store) -> None:
        """Arguments are values. If this fails, copy before changing: `query.entities` is the asker's."""
        memory = self._open(store)
        events = self.new_events()
        query = Query(text="the red key", entities={"red key": 2, "The Chest": 1}, now=LATER)
        before = [event.model_dump() for event in events], query.model_dump()

        memory.add_many(events)
        memory.search(query)

        assert ([event.model_dump() for event in events], query.model_dump()) == before

    def test_the_same_events_give_the_same_graph(self, store: Store) -> None:
        """Writing is deterministic. If this fails, look for a clock, a random number, a set's order, or own state."""
        self._assert_same(self._told(store, "one"), self._told(store, "two"))

    def test_one_by_one_and_all_at_once_give_the_same_graph(self, store: Store) -> None:
        """Groups do not matter. If this fails, `write` depends on what `prepare` saw, or on state of its own."""
        one_by_one = self._open(store, "one")
        for event in self.new_events():
            one_by_one.add_many([event])

        self._assert_same(one_by_one, self._told(store, "two"))

    def test_rebuilding_from_the_journal_gives_the_same_graph(self, store: Store) -> None:
        """The graph is derived. If this fails, `write` depends on something that is not in journal or graph."""
        memory = self._told(store)
        before = self._held(memory)

        memory.rebuild()

        self._assert_same(memory, before)

    def test_events_appended_before_a_crash_are_folded_on_reopening(self, store: Store) -> None:
        """Killed between append and fold, it resumes. If this fails, `write` keeps state between events."""
        events = self.new_events()
        self._open(store, "killed").add_many(events[:3])
        Journal(store.graph("killed")).append(events[3:])

        resumed = self._open(store, "killed")

        self._assert_same(resumed, self._told(store, "whole"))

    def test_an_outage_of_the_model_only_delays(self, store: Store) -> None:
        """What waits is folded later, to the same graph. If this fails, `write` hides an outage, or half happened."""
        model_is_out = [True]

        def fault(task: str, inputs: Mapping[str, Any]) -> Exception | None:  # noqa: ARG001
            return LanguageUnavailable("pulled the plug") if model_is_out[0] else None

        language = PretendModel(self.new_language(), fault)
        out = AgentMemory(store, namespace="out", memory=self.new_memory(), language=language, host=self.host())
        out.add_many(self.new_events())
        model_is_out[0] = False
        out.catch_up()

        steady = AgentMemory(store, namespace="steady", memory=self.new_memory(), language=language, host=self.host())
        steady.add_many(self.new_events())
        self._assert_same(out, steady)

    def test_all_vectors_can_be_made_anew_by_another_embedder(self, store: Store) -> None:
        """From then on it recalls as if that embedder had been there from the start.

        If this fails, vectors are of other texts than their nodes say, or made of others' vectors: declare
        `EmbedsOther` or `MakesVectors` of `agentmem.memory`. What is arranged by vectors must note by whose.
        """
        memory, language, (*first, last) = self.new_memory(), self.new_language(), self.new_events()
        turned = WithEmbedder(language, TurnedEmbedder(language.embedder))
        old = AgentMemory(store, namespace="anew", memory=memory, language=language, host=self.host())
        old.add_many(first)

        reembed(store, "anew", turned.embedder, memories={memory.name: memory}.__getitem__)

        anew, fresh = (
            AgentMemory(store, namespace=name, memory=memory, language=turned, host=self.host())
            for name in ("anew", "fresh")
        )
        anew.add_many([last])
        fresh.add_many([*first, last])
        for found, wanted in zip(self._recalled(anew), self._recalled(fresh), strict=True):
            _assert_alike(found, wanted)

    def test_adding_a_known_event_again_changes_nothing(self, store: Store) -> None:
        """Events are told apart by id. If this fails, `write` was called for an event twice."""
        memory = self._told(store)
        before = self._held(memory)

        memory.add_many(self.new_events())

        self._assert_same(memory, before)

    def test_the_past_is_recalled_as_it_was(self, store: Store) -> None:
        """`as_of=N` answers like a memory that saw N events. If this fails, read only through `graph`."""
        whole = self._told(store, "whole")
        for upto in (1, 3, 5):
            then = self._open(store, f"upto {upto}")
            then.add_many(self.new_events()[:upto])

            for was, is_now in zip(self._recalled(whole, as_of=upto), self._recalled(then), strict=True):
                _assert_alike(was, is_now)

    def test_what_is_undone_is_recalled_no_more(self, store: Store) -> None:
        """Nothing comes of that event alone, and the past is as it was.

        If this fails, a node with a key stays: let it say which event it tells of (link it to `event.node`, or keep
        `event.id` in its props), or leave the key out.
        """
        events = self.new_events()
        for undone in (events[0], events[2], events[-1]):
            memory = self._told(store, f"but {undone.id}")
            before = self._recalled(memory, as_of=len(events))

            memory.undo(undone.id, now=LATER)

            derived = [one for one in self._all(memory) if one.id != undone.node]  # the journal has it still
            assert all(set(one.sources) - {undone.id} for one in derived), f"{undone.id} is recalled still"
            for was, is_now in zip(before, self._recalled(memory, as_of=len(events)), strict=True):
                _assert_alike(is_now, was)
            self._assert_replayed(memory)

    def test_what_is_no_news_leaves_no_trace(self, store: Store) -> None:
        """Neither what was quarantined nor an echo is derived from, or takes the place of what was said.

        If this fails, `write` or `recall` reads the journal past `graph.events`.
        """
        memory = self._open(store)
        *first, last = self.new_events()
        memory.add_many([*first, last])
        is_answered = [bool(found) for found in self._recalled(memory)]
        beside = ((f"{CANARY} {n}", n) for n in range(20))

        memory.add_many(
            new_event(text, id=f"beside {n}", at=last.at, echo=n % 2 > 0, trust="normal" if n % 2 else "quarantined")
            for text, n in beside
        )

        assert all(found or not was for found, was in zip(self._recalled(memory), is_answered, strict=True))
        assert not [one for one in self._all(memory) if "quokka" in one.text]
        memory.add_many([new_event(last.text, action=last.action, id="again", at=LATER, role=last.role)])
        memory.consolidate(now=LATER)
        derived = memory.graph.scan(Where(memory=memory.stack.name, retired=True))
        assert not [node for node in derived if "quokka" in f"{node.text} {node.props}"]

    def test_two_namespaces_never_meet(self, store: Store) -> None:
        """However their events mix. If this fails, the memory keeps something outside the graph it is given."""
        for whose in WHOSE:
            events = list(zip(whose, self.new_events(), strict=False))
            mixed = {name: self._open(store, f"{name} of {whose}") for name in whose}
            for name, event in events:
                mixed[name].add_many([event])

            for name, one in mixed.items():
                own = [event for owner, event in events if owner == name]
                alone = self._open(store, f"{name} of {whose} alone")
                alone.add_many(own)
                self._assert_same(one, alone)
                assert {source for found in self._all(one) for source in found.sources} <= {e.id for e in own}

    def test_an_empty_memory_recalls_nothing(self, store: Store) -> None:
        """No events, no recollections. If this fails, `recall` takes for granted that something was written."""
        assert self._recalled(self._open(store)) == [[] for _ in self.questions()]

    def test_preparing_ahead_only_saves_time(self, store: Store) -> None:
        """With or without `prepare`, one graph. If this fails, `prepare` leaves something `write` depends on."""
        memory = self._having(Prepares, "prepare ahead")
        assert isinstance(memory, Prepares)
        memory.prepare(self.new_events(), self.new_language())  # the host goes on without it where it raises
        plain = AgentMemory(
            store, namespace="plain", memory=Unprepared(memory), language=self.new_language(), host=self.host()
        )
        plain.add_many(self.new_events())

        self._assert_same(plain, self._told(store, "prepared"))

    def test_unchanged_text_is_not_embedded_again(self, store: Store) -> None:
        """Vectors are kept in the graph. If this fails, embed what is new, and read the others with `vectors=True`.

        A text known from before may be embedded once more where the new event says it itself: a name it mentions.
        """
        language = CountingLanguage(self.new_language())
        memory = AgentMemory(store, memory=Unprepared(self.new_memory()), language=language, host=self.host())
        told: set[str] = set()
        known: set[str] = set()

        for event in self.new_events():
            if event.text in told:
                continue
            told.add(event.text)
            before = len(language.embedded)
            memory.add_many([event])
            self._assert_taken_in(memory)
            asked = language.embedded[before:]
            again = needless(asked, known, event=event)
            assert not again, f"embedded again at {event.id}: {again}"
            known.update(asked)

    def test_what_was_used_can_be_reinforced(self, store: Store) -> None:
        """It stays recallable, and replay repeats it. If this fails, `reinforce` reads a clock or own state."""
        self._having(Reinforces, "reinforce")
        memory = self._told(store)
        used = self._all(memory)[:2]

        memory.reinforce(used, now=LATER)

        self._assert_taken_in(memory, "what was used")
        assert {one.id for one in used} <= {one.id for one in self._all(memory)}
        said = self._replayed(memory)
        assert not said, said

    def test_consolidating_is_repeated_by_replay(self, store: Store) -> None:
        """The journal has it. If this fails, `consolidate` reads a clock or own state."""
        self._having(Consolidates, "consolidate")
        memory = self._told(store)

        memory.consolidate(now=LATER)

        self._assert_taken_in(memory, "a request to consolidate")
        said = self._replayed(memory)
        assert not said, said

    def test_forgetting_twice_at_one_time_is_forgetting_once(self, store: Store) -> None:
        """Forgetting depends on the time, not on the calls. If this fails, reckon from `now` and what `write` noted."""
        self._having(Forgets, "forget")
        memory = self._told(store)
        memory.forget(now=LATER)
        self._assert_taken_in(memory, "a request to forget")
        once = self._held(memory)

        memory.forget(now=LATER)

        self._assert_same(memory, once)
        said = self._replayed(memory)
        assert not said, said

    def test_what_is_held_can_be_shown(self, store: Store) -> None:
        """As it was, and each of it explained. If this fails, `Item.id` is no node's, or `show` reads past `graph`."""
        shows = self._having(Shows, "show")
        whole = self._told(store, "whole")
        then = self._open(store, "then")
        then.add_many(self.new_events()[:3])

        for as_of, other in ((None, whole), (3, then)):
            groups = shape_of(view_of(whole.graph, shows.name, as_of=as_of), shows, LATER)
            assert groups == shape_of(view_of(other.graph, shows.name), shows, LATER)
            items = [item for group in groups for item in group.items]
            assert items
            assert all(whole.why(item.id) for item in items)


def _assert_alike(found: Sequence[Recollection], wanted: Sequence[Recollection]) -> None:
    """Compare texts, and scores as far as sums in another order may differ."""
    assert [one.text for one in found] == [one.text for one in wanted]
    assert all(isclose(one.score, two.score, abs_tol=1e-5) for one, two in zip(found, wanted, strict=True))
