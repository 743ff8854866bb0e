"""What somebody who writes a memory gets wrong: each mistake is told in one sentence, with what to do and where."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from agentmem.conformance.checking import check
from agentmem.conformance.verdicts import Promised, Verdict, promises, verdict
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
    promised = Promised(host, "diary", {}, lambda rules: rules)
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


def test_the_diary_without_a_mistake_keeps_what_it_promises(host_of: Callable[[str], Host]) -> None:
    host = host_of(DIARY)

    assert {tried(host, promise).state for promise in (OF_WRITE, OF_RECALL, "two namespaces never meet")} == {"kept"}


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
