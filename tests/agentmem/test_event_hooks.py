"""Event hooks: each plugin sees what the one before it made."""

import logging
from collections.abc import Sequence
from datetime import UTC, datetime

import pytest

from agentmem.errors import InvalidInput, PluginError
from agentmem.events import Event, Query, Recollection
from agentmem.hookspecs import hookimpl
from agentmem.host import Host
from agentmem.language.contract import Receipt

NOW = datetime(2026, 1, 1, tzinfo=UTC)
EVENT = Event(id="e1", text="my PIN is 1234", at=NOW)
QUERY = Query(text="where", now=NOW)
FOUND = [
    Recollection(id=name, kind="note", text=name, score=0.5, sources=("e1",), memory="m", at=NOW, position=1)
    for name in ("a", "b")
]


class Redact:
    __name__ = "redact"

    @hookimpl
    def agentmem_before_write(self, event: Event) -> Event:
        return event.model_copy(update={"text": event.text.replace("1234", "****")})

    @hookimpl
    def agentmem_after_recall(self, recollections: Sequence[Recollection]) -> Sequence[Recollection]:
        return [one for one in recollections if one.id != "b"]


class Shout:
    __name__ = "shout"

    @hookimpl(trylast=True)
    def agentmem_before_write(self, event: Event) -> Event:
        return event.model_copy(update={"text": event.text.upper()})

    @hookimpl
    def agentmem_before_recall(self, query: Query) -> Query:
        return query.model_copy(update={"limit": 3})


class Fails:
    __name__ = "fails"

    @hookimpl
    def agentmem_before_write(self, event: Event) -> Event:
        raise RuntimeError(event.text)

    @hookimpl
    def agentmem_after_write(self, event: Event, receipt: Receipt) -> None:
        raise RuntimeError(event.text)

    @hookimpl
    def agentmem_after_recall(self, query: Query) -> Sequence[Recollection]:
        raise RuntimeError("guard down")


class Nonsense:
    __name__ = "nonsense"

    @hookimpl
    def agentmem_before_recall(self, query: Query) -> str:
        return "anything"

    @hookimpl
    def agentmem_after_recall(self, query: Query) -> list[str]:
        return ["anything"]


def test_without_listeners_everything_passes_unchanged() -> None:
    host = Host(plugins=[])

    assert host.before_write(EVENT) is EVENT
    assert host.before_recall(QUERY) is QUERY
    assert host.after_recall(QUERY, FOUND) == FOUND


def test_each_plugin_changes_what_the_one_before_it_made() -> None:
    host = Host(plugins=[Shout(), Redact()])

    assert host.before_write(EVENT).text == "MY PIN IS ****"
    assert host.before_recall(QUERY).limit == 3
    assert [one.id for one in host.after_recall(QUERY, FOUND)] == ["a"]


def test_a_plugin_that_raises_refuses_the_event_without_telling_its_text() -> None:
    with pytest.raises(PluginError, match=r"plugin 'fails'.*agentmem_before_write raised RuntimeError") as caught:
        Host(plugins=[Fails()]).before_write(EVENT)

    assert "1234" not in str(caught.value)


def test_a_guard_may_refuse_with_an_error_of_the_tree() -> None:
    class Guard:
        __name__ = "guard"

        @hookimpl
        def agentmem_before_write(self, event: Event) -> Event:
            raise InvalidInput("no numbers here")

    with pytest.raises(InvalidInput, match="no numbers here"):
        Host(plugins=[Guard()]).before_write(EVENT)


def test_a_listener_that_fails_after_the_write_is_logged_and_the_write_stands(caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.WARNING, logger="agentmem.hooks"):
        Host(plugins=[Fails()]).after_write(EVENT, Receipt())

    assert "plugin 'fails'" in caplog.text
    assert "1234" not in caplog.text


def test_a_guard_that_fails_lets_nothing_through() -> None:
    with pytest.raises(PluginError, match="agentmem_after_recall raised RuntimeError"):
        Host(plugins=[Fails()]).after_recall(QUERY, FOUND)


def test_an_answer_of_another_kind_is_refused() -> None:
    host = Host(plugins=[Nonsense()])

    with pytest.raises(PluginError, match="returned a str; return a Query or None"):
        host.before_recall(QUERY)
    with pytest.raises(PluginError, match="returned a list; return Recollections or None"):
        host.after_recall(QUERY, FOUND)


def test_the_trace_tells_who_was_asked_and_never_the_text(caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.DEBUG, logger="agentmem.hooks"):
        Host(plugins=[Redact()]).before_write(EVENT)

    assert "redact.agentmem_before_write answered Event" in caplog.text
    assert "PIN" not in caplog.text


def test_a_wrapper_is_refused() -> None:
    class Wraps:
        __name__ = "wraps"

        @hookimpl(wrapper=True)
        def agentmem_before_write(self, event: Event):  # type: ignore[no-untyped-def]  # as a stranger would write it
            return (yield)

    assert "is a wrapper; write a plain function" in Host(plugins=[Wraps()]).plugins()[0].reason
