"""What somebody who writes a memory gets wrong: each mistake is told in one sentence, with what to do and where."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from agentmem.conformance.checking import check
from agentmem.conformance.verdicts import Promised, Verdict, by_rules, promises, verdict
from agentmem.errors import AgentmemError
from agentmem.fault import place_of
from agentmem.host import Host
from agentmem.testing.memory_contract import MemoryContract

DIARY = '''
from agentmem import Recollection, hookimpl


class Diary:
    """Keeps every event as a note."""

    name = "diary"

    def write(self, event, graph, language):
        changes = graph.changes()
        changes.add("Note", event.passage, props={"event": event.id}, vector=language.embed([event.passage])[0])
        return changes

    def recall(self, query, graph, language):
        hits = graph.nearest(language.embed([query.text])[0], limit=query.limit)
        return [
            Recollection(
                id=note.id, kind="note", text=note.text, score=min(max(score, 0.0), 1.0),
                sources=(note.props["event"],), memory=self.name, at=note.at, position=note.position,
            )
            for note, score in hits
            if score >= query.min_score and note.props["event"] not in query.exclude
        ]


@hookimpl
def agentmem_memories():
    return {"diary": lambda _settings: Diary()}
'''
SEEN = "\n_seen = []\n\n\nclass Diary"
RECALL = "    def recall"
POWERS = {
    "prepare": "preparing ahead only saves time",
    "reinforce": "what was used can be reinforced",
    "consolidate": "consolidating is repeated by replay",
    "forget": "forgetting twice at one time is forgetting once",
}
FADES = f"""
    def forget(self, graph, now):
        changes = graph.changes()
        for note in graph.scan():
            changes.revise(note.id, props={{"strength": 0.9 * note.props.get("strength", 1.0)}})
        return changes

{RECALL}"""
ON_ANOTHER_DAY = "another day it makes the same of it"
IN_ANOTHER_PROCESS = "in another process it makes the same of it"
OPENED_ANEW = "opened anew it recalls the same"
OF_WRITE = "what it is told is taken in"
OF_RECALL = "what it is asked is answered"


def with_mistake(right: str, wrong: str) -> str:
    """Return the diary with a mistake in it."""
    assert right in DIARY
    return DIARY.replace(right, wrong)


@pytest.fixture
def host_of(tmp_path: Path) -> Callable[[str], Host]:
    """Return a host with nothing but a plugin in a file."""

    def host(code: str) -> Host:
        path = tmp_path / "diary.py"
        path.write_text(code)
        return Host(plugins=["defaults"], also=[path])

    return host


def tried(host: Host, promise: str) -> Verdict:
    """Try one promise of the diary, by rules."""
    promised = Promised(host, "diary", {}, by_rules)
    return verdict(getattr(promised, f"test_{promise.replace(' ', '_')}"), promised)


@pytest.mark.parametrize(
    ("right", "wrong", "said"),
    [
        ("def agentmem_memories", "def agentmem_memory", "no hook named 'agentmem_memory'; did you mean 'agentmem_mem"),
        ("@hookimpl\n", "", "plugin 'diary' is broken: answers no hook; mark its functions with @hookimpl"),
        ("lambda _settings: Diary()", "Diary()", "offers 'diary' as a Diary; give a function that builds it"),
        ('{"diary": lambda _settings: Diary()}', "[Diary]", "returned a list; return a mapping of names to factories"),
        ("import Recollection", "import Recolection", "ImportError: cannot import name 'Recolection' from 'agentmem'"),
        ("import Recollection", "import Recolection", "(diary.py, line 2)"),
        ("language):\n        changes", "language)\n        changes", "SyntaxError: expected ':' (diary.py, line 10)"),
        ("lambda _settings:", "lambda:", "but 1 was given; a factory takes one argument, its settings"),
        ("lambda _settings: Diary()", "Diary", "TypeError: Diary() takes no arguments; a factory takes one argument"),
        (
            "lambda _settings: Diary()",
            "lambda _: Diary(_)",
            "TypeError: Diary() takes no arguments (diary.py, line 29)",
        ),
        ('    name = "diary"\n', "", "its factory made a Diary without ['name']"),
        ("def recall", "def remember", "its factory made a Diary without ['recall']"),
    ],
)
def test_a_plugin_that_cannot_be_used_says_why(
    host_of: Callable[[str], Host], right: str, wrong: str, said: str
) -> None:
    with pytest.raises(AgentmemError) as caught:
        host_of(with_mistake(right, wrong)).memory("diary")

    assert said in str(caught.value)
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize(
    ("right", "wrong", "promise", "said"),
    [
        (
            "        return changes",
            "        pass",
            OF_WRITE,
            "`write` returned a NoneType; return what graph.changes()",
        ),
        ("return changes", "return [changes]", OF_WRITE, "`write` returned a list; return what graph.changes() gave"),
        (
            "graph, language):\n        ch",
            "graph):\n        ch",
            OF_WRITE,
            "Diary.write() takes 3 positional arguments",
        ),
        ("graph.changes()", "graph.changed()", OF_WRITE, "no attribute 'changed' (diary.py, line 11)"),
        ('"Note", event', '"My note", event', OF_WRITE, "'diary' proposed 'My note': labels, edge types and props"),
        ('"Note", event.passage', '"Note", 5', OF_WRITE, "proposed a int as the text of 'diary/1.0'"),
        ('"event": event.id', '"event": event', OF_WRITE, "Object of type Event is not JSON serializable"),
        (
            "passage])[0]",
            "passage])[0][:9]",
            OF_WRITE,
            "a vector of shape (9,) for 'diary/1.0', where the embedder giv",
        ),
        ("passage])[0]", "passage])", OF_WRITE, "a vector of shape (1, 64) for 'diary/1.0', where the embedder gives"),
        (
            "passage])[0]",
            "passage])[0] * 7",
            OF_WRITE,
            "a vector for 'diary/1.0' whose length is not 1; pass one row",
        ),
        (
            "([event.passage])[0]",
            "(event.passage)[0]",
            OF_WRITE,
            "one text is given to embed, where several are asked",
        ),
        ("return changes", 'changes.retire("amem/1.0"); return changes', OF_WRITE, "'amem/1.0', which is not its own"),
        ("return changes", 'changes.link("diary/x", "OF", event.node); return changes', OF_WRITE, "ends at 'diary/x'"),
        (
            "return changes",
            'changes.retire("diary/x"); return changes',
            OF_WRITE,
            "no node 'diary/x' to retire; it must",
        ),
        (
            "return changes",
            'changes.revise("diary/1.0", text=5); return changes',
            OF_WRITE,
            "a int as the text of 'diary",
        ),
        (
            "return changes",
            "changes.revise('diary/1.0', props={'my p': 1}); return changes",
            OF_WRITE,
            "proposed 'my p'",
        ),
        (
            '{"event": event.id}',
            '{"event": event.id, "archived": 1}',
            OF_WRITE,
            "the prop 'archived', which the host keeps",
        ),
        ('{"event": event.id}', "[event.id]", OF_WRITE, "a list as the props of 'diary/1.0'"),
        (
            "event.passage, props",
            "event.passage, key='k' * 490, props",
            OF_WRITE,
            "of 501 characters: an id has at most 450",
        ),
        (
            "return changes",
            "changes.retire('diary/1.0'); changes.revise('diary/1.0', text=''); return changes",
            OF_WRITE,
            "'diary/1.0' was retired: restore it before it is revised",
        ),
        ("        return [\n", "        [\n", OF_RECALL, "recalled a NoneType; return a list of Recollections"),
        ("return [\n", "return ['a'] + [\n", OF_RECALL, "recalled a str; return a list of Recollections"),
        ("query.text])[0]", "query.text])[0][:9]", OF_RECALL, "a query of shape (9,) where this namespace keeps (64,)"),
        ("query.text])[0]", "query.text])[0][:9]", OF_RECALL, "(diary.py, line 16)"),
        (
            'sources=(note.props["event"],), ',
            "",
            OF_RECALL,
            "Recollection refused: sources: Field required (diary.py, ",
        ),
        ("min(max(score, 0.0), 1.0)", "score * 3", OF_RECALL, "score: Input should be less than or equal to 1 (diary"),
        ('sources=(note.props["event"],)', "sources=()", "every recollection says where it comes from", "no sources;"),
        (
            '(note.props["event"],)',
            "('me',)",
            "every recollection says where it comes from",
            "a source that is no event",
        ),
        ('kind="note"', 'kind="memo"', "every recollection is of a known kind", "and not memo; use one of them"),
        ("limit=query.limit", "limit=99", "at most as many as wanted are recalled", "cut the list at the very end of"),
        (" and note.props", " or note.props", "what scores too low is not recalled", "drop what is below it before"),
        (
            "event.passage, props",
            "str(id(event)), props",
            "the same events give the same graph",
            "its text differs;",
        ),
        ("\n\nclass Diary", SEEN, "two namespaces never meet", "keeps something outside the graph it is given"),
    ],
)
def test_a_promise_that_is_broken_says_what_was_seen_and_what_to_do(
    host_of: Callable[[str], Host], right: str, wrong: str, promise: str, said: str
) -> None:
    code = with_mistake(right, wrong)
    if wrong == SEEN:  # what is written depends on what was seen before, by whomever
        code = code.replace('"event": event.id', '"event": event.id, "before": _seen.append(0) or len(_seen)')

    found = tried(host_of(code), promise)

    assert found.state == "broken"
    assert said in found.why
    assert "\n" not in found.why


@pytest.mark.parametrize(("power", "promise"), POWERS.items())
def test_a_power_that_always_fails_is_a_broken_promise(
    host_of: Callable[[str], Host], power: str, promise: str
) -> None:
    raises = with_mistake(RECALL, f"    def {power}(self, *given):\n        raise RuntimeError('typo')\n\n{RECALL}")
    no_such_argument = with_mistake(RECALL, f"    def {power}(self):\n        pass\n\n{RECALL}")

    assert "RuntimeError: typo (diary.py, line 16)" in tried(host_of(raises), promise).why
    assert f"Diary.{power}() takes 1 positional argument but" in tried(host_of(no_such_argument), promise).why


@pytest.mark.parametrize("power", ["reinforce", "consolidate", "forget"])
def test_a_power_that_proposes_nothing_at_all_is_told_what_to_return(
    host_of: Callable[[str], Host], power: str
) -> None:
    code = with_mistake(RECALL, f"    def {power}(self, *given):\n        pass\n\n{RECALL}")

    said = tried(host_of(code), POWERS[power]).why

    assert f"`{power}` returned a NoneType; return what graph.changes() gave" in said


def test_forgetting_by_how_often_it_was_asked_is_found_though_the_same_is_recalled(
    host_of: Callable[[str], Host],
) -> None:
    said = tried(host_of(with_mistake(RECALL, FADES)), POWERS["forget"]).why

    assert "diary/1.0 is not the same" in said
    assert "reckon from `now` and what `write` noted" in said


@pytest.mark.parametrize(
    ("right", "wrong", "promise", "said"),
    [
        ('"event": event.id', '"event": event.id, "n": hash(event.text)', IN_ANOTHER_PROCESS, "use `hashlib`, not `ha"),
        ('"event": event.id', '"event": event.id, "w": [*{*event.text}]', IN_ANOTHER_PROCESS, "sort what comes out of"),
        (
            '"event": event.id',
            '"event": event.id, "d": str(date.today())',
            ON_ANOTHER_DAY,
            "its props differs; use `ev",
        ),
        ('"event": event.id', '"event": event.id, "s": clock() // 9999', ON_ANOTHER_DAY, "not `datetime.now`, `date.t"),
        ("(score, 0.0)", "(score, 0.0) / (datetime.now() - datetime(2026, 1, 1)).days", ON_ANOTHER_DAY, "the score of"),
        ("min(max(score, 0.0), 1.0)", "1.0 * (note.id in _seen)", OPENED_ANEW, "is 0.000 and not 1.000; `recall` re"),
    ],
)
def test_what_is_right_only_here_and_now_is_found(
    host_of: Callable[[str], Host], right: str, wrong: str, promise: str, said: str
) -> None:
    code = with_mistake(right, wrong).replace("_seen", "self._seen")
    code = code.replace("    def write", "    def __init__(self):\n        self._seen = set()\n\n    def write")
    code = code.replace("return changes", "self._seen.update(one.id for one in changes); return changes")

    found = tried(host_of(f"from datetime import date, datetime\nfrom time import time as clock\n{code}"), promise)

    assert said in found.why


def test_what_is_made_by_this_process_alone_is_not_tried_in_another() -> None:
    class Here(Promised):
        """Cannot be imported: it is known in this function only."""

    here = Here(Host(plugins=["baselines"]), "bm25", {}, by_rules)

    found = verdict(here.test_in_another_process_it_makes_the_same_of_it, here)

    assert found.state == "not offered"


def test_the_diary_without_a_mistake_keeps_what_it_promises(host_of: Callable[[str], Host]) -> None:
    host = host_of(DIARY)

    promises_kept = (OF_WRITE, OF_RECALL, "two namespaces never meet", OPENED_ANEW, ON_ANOTHER_DAY, IN_ANOTHER_PROCESS)
    assert {tried(host, promise).state for promise in promises_kept} == {"kept"}


def test_what_may_be_a_mistake_is_remarked(host_of: Callable[[str], Host]) -> None:
    code = with_mistake("limit=query.limit", "where=Where(label='Notes'), limit=query.limit")
    code = code.replace('name = "diary"', 'name = "my_diary"').replace('    """Keeps every event as a note."""\n', "")

    found = check(host_of("from agentmem.graph.contract import Where\n" + code), "diary", {}, moved=lambda *_: None)

    assert found.is_kept
    assert found.remarks == (
        "it is offered as 'diary' and its `name` is 'my_diary'; call it the same",
        "the class Diary has no docstring; `agentmem memories` shows its first line",
        "it recalled nothing of a chat, of which it keeps Note; look at what `recall` searches for",
        "a setting it does not know is taken without a word; check settings with agentmem.settings.settings_from",
    )


def test_the_promises_are_the_tests_of_the_contract() -> None:
    tests = [name for name in dir(MemoryContract) if name.startswith("test_")]

    assert sorted(promises()) == tests


@pytest.mark.parametrize("promise", promises())
def test_every_promise_says_what_it_is_and_what_to_do(promise: str) -> None:
    about, told, cure = (getattr(MemoryContract, promise).__doc__ or "").partition("If this fails, ")

    assert about.strip()
    assert told
    assert cure.strip()


def test_what_the_import_system_did_is_no_place() -> None:
    with pytest.raises(ModuleNotFoundError) as caught:
        __import__("agentmem.no_such_room")

    assert place_of(caught.value).startswith("test_authors_mistakes.py, line ")
