"""What an application does with a memory: add, look, correct, delete, and look back."""

from __future__ import annotations

from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path
from threading import Barrier

import pytest

from agentmem import AgentMemory
from agentmem.agent_memory.values import Erased
from agentmem.errors import InvalidInput, LanguageUnavailable
from agentmem.testing.embedding import HashEmbedder
from agentmem.vectors import Vectors
from tests.agentmem.application.conftest import Remember

ON_EVERY_STORE = True
MONDAY = datetime(2026, 11, 23, 9, tzinfo=UTC)


def test_five_lines_are_enough(ada: AgentMemory) -> None:
    ada.add("My sister Mia moved to Oslo last week.", role="user")

    assert "My sister Mia moved to Oslo last week." in ada.search("where does Mia live?")[0].text


def test_nobody_sees_what_another_user_said(remember: Remember) -> None:
    remember(user="ada").add("My number is 1234.")
    others = [{"user": "bob"}, {"user": "ada/"}, {"user": "ADA"}, {"app": "x", "user": "ada"}, {"app": "ada"}, {}]

    assert [one for scope in others for one in remember(**scope).search("number 1234")] == []


def test_what_is_added_belongs_to_the_session_of_the_scope(remember: Remember) -> None:
    memory = remember(user="ada", session="monday")
    memory.add("Hello!")
    memory.add("Good evening!", session="evening")

    assert [one.session for one in memory.get_all()] == ["monday", "evening"]


def test_adding_a_known_id_again_changes_nothing(ada: AgentMemory) -> None:
    ada.add("It rains.", id="m1")

    assert ada.add("It rains.", id="m1").events == ()
    assert [one.id for one in ada.get_all()] == ["m1"]


def test_what_is_kept_says_who_said_it_when_and_where_it_comes_from(ada: AgentMemory) -> None:
    ada.add("Mia lives in Oslo.", id="m1", speaker="Ada", at=MONDAY, role="user")

    kept = ada.get("m1")

    assert kept is not None
    assert (kept.id, kept.kind, kept.text, kept.sources) == ("m1", "event", "Mia lives in Oslo.", ("m1",))
    assert (kept.speaker, kept.role, kept.at, kept.until, kept.trust) == ("Ada", "user", MONDAY, None, "normal")
    assert ada.get("m2") is None


def test_all_that_was_said_is_read_page_by_page(ada: AgentMemory) -> None:
    ada.add([f"Fact {number}." for number in range(5)])

    first = ada.get_all(limit=3)
    rest = ada.get_all(limit=3, after=first[-1].position)

    assert [one.text for one in (*first, *rest)] == [f"Fact {number}." for number in range(5)]
    assert [one.sources for one in ada.get_all(memory="episodic")] == [one.sources for one in (*first, *rest)]


def test_what_a_memory_derived_from_one_entry_is_not_parted_by_a_page(remember: Remember) -> None:
    ada = remember(user="ada", memory="arigraph")
    ada.add(["Mia lives in Oslo. Mia works at a bakery.", "Tom lives in Rome. Tom likes tea."])
    whole = ada.get_all(memory="arigraph", limit=1000)

    pages, after = [], 0
    while page := ada.get_all(memory="arigraph", limit=2, after=after):
        pages += page
        after = page[-1].position

    assert len(whole) > 6
    assert [one.id for one in pages] == [one.id for one in whole]


@pytest.mark.parametrize("memory", ["episodic", "full", "arigraph", "amem", "tim+bm25", "hcam"])
def test_what_was_corrected_no_longer_holds_and_stays_in_history(remember: Remember, memory: str) -> None:
    ada = remember(user="ada", memory=memory)
    ada.add("Mia lives in Lisbon.", id="m1", at=MONDAY)

    corrected = ada.update("m1", "Mia lives in Oslo.", at=MONDAY + timedelta(hours=1)).events[0]

    found = " ".join(one.text for one in ada.search("Where does Mia live?"))
    assert "Lisbon" not in found
    assert "Oslo" in found or "oslo" in found
    assert [version.text for version in ada.history("m1")] == ["Mia lives in Lisbon.", "Mia lives in Oslo."]
    assert ada.history(corrected.id) == ada.history("m1")
    old = ada.get("m1")
    assert old is not None
    assert old.until == MONDAY + timedelta(hours=1)
    assert [one.id for one in ada.get_all()] == [corrected.id]


def test_a_correction_is_the_same_when_all_is_derived_again(remember: Remember) -> None:
    ada = remember(user="ada", memory="arigraph")
    ada.add("Mia lives in Lisbon.", id="m1")
    ada.update("m1", "Mia lives in Oslo.")
    before = [one.id for one in ada.get_all(memory="arigraph")]

    ada.rebuild()

    assert [one.id for one in ada.get_all(memory="arigraph")] == before


def test_what_was_corrected_already_is_not_corrected_again(ada: AgentMemory) -> None:
    ada.add("Mia lives in Lisbon.", id="m1")
    ada.update("m1", "Mia lives in Oslo.")

    with pytest.raises(InvalidInput, match="event 'm1' was corrected already"):
        ada.update("m1", "Mia lives in Rome.")

    assert len(ada.history("m1")) == 2


def test_what_was_deleted_is_nowhere_and_does_not_come_back(ada: AgentMemory) -> None:
    ada.add("My number is 1234.", id="m1")
    ada.add("I like tea.", id="m2")

    erased = ada.delete("m1", verify=True)

    assert (erased.events, erased.is_verified, erased.left) == (("m1",), True, ())
    assert all("1234" not in one.text for one in ada.search("what is my number?"))
    assert ada.get("m1") is None
    with pytest.raises(InvalidInput, match="nothing has the id 'm1'"):
        ada.history("m1")
    assert ada.add("My number is 1234.", id="m1").events == ()
    assert [one.id for one in ada.get_all()] == ["m2"]
    status = ada.status()
    assert (status.entries, status.folded) == (1, 1)


@pytest.mark.parametrize(
    "secret",
    ['My password is "HUNTER2".', "My password:\nHUNTER2", "My <password> is HUNTER2", "My password is HUNTER2. " * 99],
    ids=["quotes", "lines", "tags", "long"],
)
def test_what_was_recalled_of_it_and_came_back_is_deleted_as_well(ada: AgentMemory, secret: str) -> None:
    ada.add(secret, id="m1")
    ada.add("I like tea.", id="m2")
    for number in range(60):
        ada.add({"role": "tool", "content": str(ada.context(f"password {number}", max_tokens=200))})
    ada.add({"role": "tool", "content": str(ada.context("tea", limit=1))}, id="of m2")

    erased = ada.delete("m1", verify=True)

    assert (len(erased.events), erased.left) == (61, ())
    assert [one.id for one in ada.get_all()] == ["m2", "of m2"]


def test_deleting_what_was_deleted_says_so_and_what_never_was_is_an_error(ada: AgentMemory) -> None:
    ada.add("My number is 1234.", id="m1")
    ada.delete("m1")

    again = ada.delete("m1")

    assert (again.events, again.absent) == ((), ("m1",))
    with pytest.raises(InvalidInput, match="nothing has the id 'm7'"):
        ada.delete(["m7"])


def test_two_who_delete_the_same_at_once_both_succeed_and_one_of_them_did_it(remember: Remember) -> None:
    memories = [remember(user="ada"), remember(user="ada")]
    memories[0].add_many([f"My number is {number}." for number in range(8)])
    ids = [one.id for one in memories[0].get_all()]
    together = Barrier(2)

    def delete(memory: AgentMemory) -> list[Erased]:
        together.wait()
        return [memory.delete(id_) for id_ in ids]

    with ThreadPoolExecutor(2) as threads:
        done = list(threads.map(delete, memories))

    for id_, *both in zip(ids, *done, strict=True):
        assert sorted((one.events, one.absent) for one in both) == [((), (id_,)), ((id_,), ())]
    assert [memory.get_all() for memory in memories] == [[], []]


def test_where_the_embedder_is_out_it_is_deleted_and_looked_for_by_text(tmp_path: Path) -> None:
    class Away(HashEmbedder):
        is_out = False

        def embed(self, texts: Sequence[str]) -> Vectors:
            if self.is_out:
                raise LanguageUnavailable("the embedder is out; try again")
            return super().embed(texts)

    embedder = Away()
    with AgentMemory(tmp_path / "chat.db", user="ada", embedder=embedder) as ada:
        ada.add("My number is 1234.", id="m1")
        ada.add("Yes, my number is 1234. Call me!", id="m2")
        embedder.is_out = True

        erased = ada.delete("m1", verify=True)

        assert (erased.events, erased.is_verified) == (("m1",), False)
        assert erased.unverified == "the embedder is out; try again"
        assert {one.sources for one in erased.left} == {("m2",)}
        assert [one.id for one in ada.get_all()] == ["m2"]


def test_with_a_correction_goes_what_it_corrected(ada: AgentMemory) -> None:
    ada.add("My number is 1234.", id="m1")
    new = ada.update("m1", "My number is 5678.").events[0]

    erased = ada.delete(new.id)

    assert erased.events == ("m1", new.id)
    assert ada.get_all() == []


def test_what_others_said_in_the_same_words_is_named_by_the_check(ada: AgentMemory) -> None:
    ada.add("My number is 1234.", id="m1")
    ada.add("Yes, my number is 1234. Call me!", id="m2")

    erased = ada.delete("m1", verify=True)

    assert {one.sources for one in erased.left} == {("m2",)}


def test_all_of_a_user_is_deleted_and_nothing_of_another(remember: Remember) -> None:
    ada, bob = remember(user="ada"), remember(user="bob")
    ada.add("My number is 1234.")
    bob.add("My number is 5678.")

    erased = ada.delete_all(verify=True)

    assert (len(erased.events), erased.left) == (1, ())
    assert ada.search("number") == []
    assert len(bob.search("number")) == 1
    assert len(ada.add("Hello again!").events) == 1
    assert [one.text for one in ada.search("hello")] != []
    assert (ada.status().entries, ada.status().folded) == (1, 1)


def test_after_all_was_deleted_nothing_comes_back_with_the_history(ada: AgentMemory) -> None:
    history = [{"role": "user", "content": "I like tea.", "id": "m1"}, {"role": "user", "content": "Bye!", "id": "m2"}]
    ada.add(history)
    ada.update("m1", "I like coffee.")
    ada.undo("m2")

    ada.delete_all()

    assert ada.add([*history, {"role": "user", "content": "Hello!", "id": "m3"}]).events[0].id == "m3"
    assert [one.id for one in ada.get_all()] == ["m3"]
    ada.rebuild()
    assert [one.sources for one in ada.get_all(memory="episodic")] == [("m3",)]


def test_what_is_no_id_no_number_and_no_time_is_refused_in_a_sentence(ada: AgentMemory) -> None:
    ada.add("I like tea.", id="m1")
    at_the_end = datetime.max.replace(tzinfo=timezone(timedelta(hours=-14)))

    for wrong in (
        lambda: ada.get(None),  # type: ignore[arg-type]
        lambda: ada.delete(None),  # type: ignore[arg-type]
        lambda: ada.get_all(limit=1.5),  # type: ignore[arg-type]
        lambda: ada.get_all(limit=10**20),
        lambda: ada.get_all(after="x"),  # type: ignore[arg-type]
        lambda: ada.search("tea", limit=10**20),
        lambda: ada.add("I like coffee.", at=at_the_end),
        lambda: ada.undo("m1", now=at_the_end),
    ):
        with pytest.raises(InvalidInput):
            wrong()

    assert ada.status().entries == 1
    assert ada.delete([]).entries == 0


def test_the_past_is_asked_by_position_or_time(remember: Remember) -> None:
    ada = remember(user="ada", memory="arigraph")
    ada.add("Mia lives in Lisbon.", id="m1", at=MONDAY)
    ada.add("Mia lives in Oslo.", id="m2", at=MONDAY + timedelta(days=2))

    then = ada.as_of(MONDAY + timedelta(days=1))

    assert then.position == 1
    assert "oslo" not in str(then.context("Where does Mia live?")).lower()
    assert "lisbon" in str(then.context("Where does Mia live?")).lower()
    assert [one.id for one in then.get_all()] == ["m1"]
    assert then.get("m2") is None
    assert ada.as_of(2).get("m2") is not None
    with pytest.raises(InvalidInput, match="has no zone"):
        ada.as_of(MONDAY.replace(tzinfo=None))
    with pytest.raises(InvalidInput, match="choose one from 0 to 2"):
        ada.as_of(3)
    for moment in ("2026-01-01", 1.5, True, None):
        with pytest.raises(InvalidInput, match="choose one from 0 to 2, or a time"):
            ada.as_of(moment)  # type: ignore[arg-type]


def test_at_a_time_nothing_is_told_that_was_said_later_though_it_was_written_down_before(remember: Remember) -> None:
    ada = remember(user="ada")
    ada.add("I live in Paris.", id="m1", at=MONDAY)
    ada.add("I was born in Lyon.", id="m2", at=MONDAY - timedelta(days=900))

    then = ada.as_of(MONDAY - timedelta(days=1))

    assert [one.id for one in then.get_all()] == ["m2"]
    assert (then.get("m1"), then.get("m2") is None) == (None, False)
    assert [one.sources for one in then.search("Where do I live?", limit=1)] == [("m2",)]
    assert "Paris" in str(ada.as_of(MONDAY).context("Where do I live?"))


def test_what_changed_between_two_moments_is_told(ada: AgentMemory) -> None:
    ada.add("Mia lives in Lisbon.", id="m1")
    ada.update("m1", "Mia lives in Oslo.")

    diff = ada.diff(1)

    assert [one.text for one in diff.added if one.kind == "event"] == ["Mia lives in Oslo."]
    assert [one.text for one in diff.ended if one.kind == "event"] == ["Mia lives in Lisbon."]
    assert ada.diff(1, 1).added == ()
    with pytest.raises(InvalidInput, match="the earlier one first"):
        ada.diff(3, 1)


def test_an_export_is_taken_in_once_however_often_it_is_imported(remember: Remember, tmp_path: Path) -> None:
    ada, bob = remember(user="ada"), remember(user="bob")
    ada.add(["I like tea.", "I like rain."])
    ada.update(ada.get_all()[0].id, "I like coffee.")
    ada.export(tmp_path / "ada.jsonl.gz")

    first, second = bob.import_(tmp_path / "ada.jsonl.gz"), bob.import_(tmp_path / "ada.jsonl.gz")

    assert (len(first.events), len(second.events)) == (3, 0)
    assert [one.text for one in bob.get_all()] == ["I like rain.", "I like coffee."]


def test_a_correction_of_what_is_not_held_any_more_comes_as_what_was_said(remember: Remember, tmp_path: Path) -> None:
    ada, bob = remember(user="ada"), remember(user="bob")
    ada.add("I like tea.", id="m1")
    ada.export(tmp_path / "before.jsonl")
    ada.update("m1", "I like coffee.")
    ada.export(tmp_path / "after.jsonl")
    bob.import_(tmp_path / "before.jsonl")
    bob.delete("m1")

    bob.import_(tmp_path / "after.jsonl")

    assert [(one.text, one.corrects) for one in bob.get_all()] == [("I like coffee.", None)]


def test_of_a_broken_export_nothing_is_taken(ada: AgentMemory, tmp_path: Path) -> None:
    ada.add(["I like tea.", "I like rain."])
    ada.export(tmp_path / "ada.jsonl")
    lines = (tmp_path / "ada.jsonl").read_text().splitlines(keepends=True)
    (tmp_path / "broken.jsonl").write_text("".join(lines[:-1]))
    before = ada.status()

    with pytest.raises(InvalidInput, match="cut off"):
        ada.import_(tmp_path / "broken.jsonl")

    assert ada.status() == before
