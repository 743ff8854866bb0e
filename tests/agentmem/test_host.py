"""The host: what is found, what is refused, what is opened."""

import sys
from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from agentmem.agent.environment import Environment, EnvironmentFamily
from agentmem.errors import InvalidInput, PluginError, UnknownName, UnknownSetting
from agentmem.events import Event, Query, Recollection
from agentmem.graph.changes import Changes
from agentmem.graph.contract import Store, StoreFactory
from agentmem.graph.view import MemoryGraph
from agentmem.hookspecs import hookimpl
from agentmem.host import Host
from agentmem.language.contract import Language, Rule
from agentmem.language.facts import Reading
from agentmem.language.facts_task import FACTS
from agentmem.memory import Memory, MemoryFactory
from agentmem.testing.embedding import HashEmbedder


class Silent:
    """A memory that keeps nothing."""

    def __init__(self, name: str = "silent") -> None:
        self.name = name

    def write(self, event: Event, graph: MemoryGraph, language: Language) -> Changes:
        return graph.changes()

    def recall(self, query: Query, graph: MemoryGraph, language: Language) -> list[Recollection]:
        return []


class Offers:
    """A plugin that offers memories by name."""

    def __init__(self, name: str, *memories: str) -> None:
        self.__name__ = name
        self.memories = memories

    @hookimpl
    def agentmem_memories(self) -> Mapping[str, MemoryFactory]:
        return {name: lambda settings: Silent(settings.get("as", "silent")) for name in self.memories}


def event(text: str) -> Event:
    return Event(id="e1", text=text, at=datetime(2026, 1, 1, tzinfo=UTC))


def states(host: Host) -> dict[str, str]:
    return {report.name: report.state for report in host.plugins()}


def reason(host: Host, name: str) -> str:
    return next(report.reason for report in host.plugins() if report.name == name)


def test_an_empty_list_of_plugins_offers_nothing() -> None:
    host = Host(plugins=[])

    assert host.plugins() == []
    assert dict(host.memories) == {}


def test_the_built_in_plugins_come_through_the_same_door() -> None:
    host = Host()

    assert host.embedders["wordllama"].plugin == "defaults"
    assert host.embedders["wordllama"].distribution == "agentmem-graph"
    assert set(host.languages) >= {"rules", "replay"}
    assert set(host.stores) >= {"sqlite"}


def test_a_memory_is_built_from_its_settings() -> None:
    host = Host(plugins=[Offers("mine", "silent")])

    memory: Memory = host.memory("silent", {"as": "quiet"})

    assert memory.name == "quiet"
    assert host.memories["silent"].plugin == "mine"


def test_an_unknown_memory_suggests_the_nearest() -> None:
    host = Host(plugins=[Offers("mine", "silent")])

    with pytest.raises(UnknownName, match="no memory named 'silnt'; did you mean 'silent'"):
        host.memory("silnt")


def test_a_misspelt_hook_names_the_plugin_and_the_hook_that_was_meant() -> None:
    class Misspelt:
        __name__ = "misspelt"

        @hookimpl
        def agentmem_memorys(self) -> Mapping[str, MemoryFactory]:
            return {}

    host = Host(plugins=[Misspelt(), Offers("mine", "silent")])

    assert states(host) == {"misspelt": "broken", "mine": "works"}
    assert reason(host, "misspelt") == "there is no hook named 'agentmem_memorys'; did you mean 'agentmem_memories'?"


def test_a_hook_with_arguments_that_do_not_exist_is_refused() -> None:
    class Curious:
        __name__ = "curious"

        @hookimpl
        def agentmem_before_write(self, event: Event, password: str) -> None:
            return None

    host = Host(plugins=[Curious()])

    assert "password" in reason(host, "curious")
    assert host.before_write(event("hello")).text == "hello"


def test_a_class_is_refused_with_a_hint() -> None:
    host = Host(plugins=[Offers])

    assert reason(host, "Offers") == (
        "is the class Offers, which is not a plugin; name a module, or an instance of the class"
    )


def test_a_plugin_that_answers_no_hook_is_told_to_mark_its_functions() -> None:
    host = Host(plugins=[SimpleNamespace(__name__="forgot")])

    assert reason(host, "forgot") == "answers no hook; mark its functions with @hookimpl"


class Answers:
    """A plugin whose naming hook answers whatever it is given."""

    __name__ = "answers"

    def __init__(self, answer: Callable[[], Any]) -> None:
        self.answer = answer

    @hookimpl
    def agentmem_policies(self) -> Any:
        return self.answer()


@pytest.mark.parametrize(
    ("answer", "said"),
    [
        (lambda: 1 / 0, "its agentmem_policies raised ZeroDivisionError: division by zero"),
        (lambda: ["rules"], "its agentmem_policies returned a list; return a mapping of names to factories"),
        (lambda: {"my policy": dict}, "its agentmem_policies offers 'my policy'; a public name has no spaces"),
        (lambda: {"mine": "a string"}, "its agentmem_policies offers 'mine' as a str; give a function that builds it"),
        (lambda: sys.exit(3), "its agentmem_policies raised SystemExit: 3"),
    ],
)
def test_a_hook_that_fails_or_answers_nonsense_breaks_only_its_plugin(answer: Callable[[], Any], said: str) -> None:
    host = Host(plugins=[Answers(answer), Offers("mine", "silent")])

    assert states(host) == {"answers": "broken", "mine": "works"}
    assert reason(host, "answers").startswith(said)
    assert host.memory("silent").name == "silent"


def test_a_plugin_that_breaks_says_where() -> None:
    host = Host(plugins=[Answers(lambda: 1 / 0)])

    assert "ZeroDivisionError" in host.plugins()[0].trace
    assert "test_host.py" in host.plugins()[0].trace


def test_two_plugins_that_offer_one_name_clash_and_the_first_stays() -> None:
    host = Host(plugins=[Offers("first", "silent"), Offers("second", "silent", "other")])

    assert host.memories["silent"].plugin == "first"
    assert reason(host, "second").startswith("offers the memory 'silent', which 'first' (a file or object) offers")


def test_asking_for_what_a_broken_plugin_would_have_offered_tells_why_it_is_not_there() -> None:
    host = Host(plugins=[Offers("first", "silent"), Offers("second", "silent", "other")])

    with pytest.raises(PluginError, match="no memory named 'other': plugin 'second' is broken: offers the memory"):
        host.memory("other")


def test_strict_raises_at_the_first_broken_plugin() -> None:
    with pytest.raises(PluginError, match="plugin 'Offers' is broken: is the class Offers"):
        Host(plugins=[Offers], strict=True)


def test_a_blocked_plugin_is_left_out_and_listed() -> None:
    host = Host(blocked=["defaults"])

    assert states(host)["defaults"] == "blocked"
    assert "wordllama" not in host.embedders


def test_blocking_a_plugin_that_is_not_there_suggests_the_nearest() -> None:
    with pytest.raises(UnknownName, match="no plugin named 'default'; did you mean 'defaults'"):
        Host(blocked=["default"])


def test_a_single_file_is_a_plugin(tmp_path: Path) -> None:
    path = tmp_path / "my_memory.py"
    path.write_text(
        "from agentmem.hookspecs import hookimpl\n@hookimpl\ndef agentmem_policies():\n    return {'mine': dict}\n"
    )

    host = Host(plugins=[], also=[path])

    assert host.policies["mine"].plugin == "my_memory"
    assert host.plugins()[0].source == str(path)


def test_a_file_with_an_error_is_broken_and_a_missing_one_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "typo.py"
    path.write_text("def agentmem_policies(:\n")

    host = Host(plugins=[], also=[path])

    assert reason(host, "typo").startswith("cannot be imported: SyntaxError")
    with pytest.raises(InvalidInput, match=r"no plugin file or module .*nowhere\.py"):
        Host(plugins=[], also=[tmp_path / "nowhere.py"])


def test_a_factory_that_fails_names_its_plugin_and_a_refused_setting_passes() -> None:
    class Fragile:
        __name__ = "fragile"

        @hookimpl
        def agentmem_memories(self) -> Mapping[str, MemoryFactory]:
            return {"fragile": self.fail, "strict": self.refuse}

        def fail(self, settings: Mapping[str, Any]) -> Memory:
            raise RuntimeError("no battery")

        def refuse(self, settings: Mapping[str, Any]) -> Memory:
            raise UnknownSetting("no setting named 'x'")

    host = Host(plugins=[Fragile()])

    with pytest.raises(PluginError, match="plugin 'fragile' could not build the memory 'fragile': RuntimeError"):
        host.memory("fragile")
    with pytest.raises(UnknownSetting):
        host.memory("strict")


class Unfinished:
    @hookimpl
    def agentmem_memories(self) -> Mapping[str, Any]:
        return {"unfinished": lambda settings: 42}

    @hookimpl
    def agentmem_policies(self) -> Mapping[str, Any]:
        return {"undecided": lambda settings: 42}


def test_a_factory_that_makes_no_memory_names_its_plugin() -> None:
    host = Host(plugins=[Unfinished()])

    with pytest.raises(PluginError, match="made a int without"):
        host.memory("unfinished")


def test_a_factory_that_makes_no_policy_names_its_plugin() -> None:
    host = Host(plugins=[Unfinished()])

    with pytest.raises(PluginError, match=r"'undecided', but its factory made a int without \['name', 'looks_back'"):
        host.policy("undecided")


class Drawer:
    """A kind of store that claims one scheme."""

    def __init__(self, scheme: str) -> None:
        self.scheme = scheme

    def claims(self, uri: str) -> bool:
        return uri.startswith(self.scheme)

    def open(self, uri: str, *, create: bool = True) -> Store:
        raise InvalidInput(f"opened {uri} by {self.scheme}")


def test_a_store_is_opened_by_the_kind_that_claims_its_uri() -> None:
    class Stores:
        __name__ = "stores"

        @hookimpl
        def agentmem_stores(self) -> Mapping[str, Callable[[], StoreFactory]]:
            return {"duck": lambda: Drawer("duck://"), "goose": lambda: Drawer("goose://")}

    host = Host(plugins=[Stores()])

    with pytest.raises(InvalidInput, match="opened goose://pond by goose://"):
        host.store("goose://pond")
    with pytest.raises(InvalidInput, match="no store opens 'neo4j://x'; the kinds installed are: duck, goose"):
        host.store("neo4j://x")


class Islands:
    """A family of environments."""

    def claims(self, spec: str) -> bool:
        return spec == "island:1"

    def open(self, spec: str, options: Mapping[str, Any]) -> Environment:
        raise InvalidInput(f"opened {spec} with {dict(options)}")

    def catalogue(self) -> Sequence[Mapping[str, Any]]:
        return [{"name": "island:1"}]


def test_an_environment_is_opened_by_the_family_that_claims_it() -> None:
    class Worlds:
        __name__ = "worlds"

        @hookimpl
        def agentmem_environments(self) -> Mapping[str, Callable[[], EnvironmentFamily]]:
            return {"islands": Islands}

    host = Host(plugins=[Worlds()])

    with pytest.raises(InvalidInput, match=r"opened island:1 with \{'seed': 3\}"):
        host.environment("island:1", {"seed": 3})
    with pytest.raises(UnknownName, match=r"no environment named 'iland:1'; did you mean 'island:1'.*agentmem games"):
        host.environment("iland:1")


def test_a_strangers_rule_is_asked_before_the_hosts_own() -> None:
    class Grammar:
        __name__ = "grammar"

        @hookimpl
        def agentmem_rules(self) -> Mapping[str, Rule]:
            return {"facts": lambda text, action: Reading(place="moon") if "crater" in text else None}

    host = Host(plugins=["defaults", Grammar()])
    language = host.language("rules", HashEmbedder())

    assert language.ask(FACTS, text="a crater", action=None).place == "moon"
    assert language.ask(FACTS, text="I love jazz.", action=None).facts[0].text == "user, loves, jazz"


def test_a_language_without_argument_refuses_one() -> None:
    with pytest.raises(InvalidInput, match="the language 'rules' takes no argument, not 'fast'"):
        Host().language("rules:fast", HashEmbedder())


def test_a_file_cannot_take_the_name_of_an_installed_plugin(tmp_path: Path) -> None:
    path = tmp_path / "defaults.py"
    path.write_text("from agentmem.hookspecs import hookimpl\n@hookimpl\ndef agentmem_policies():\n    return {}\n")

    host = Host(plugins=["defaults"], also=[path])

    assert [report.state for report in host.plugins()] == ["works", "broken"]
    assert host.plugins()[1].reason == "the plugin name 'defaults' is taken; rename the file or object"
    assert host.embedders["wordllama"].plugin == "defaults"


def test_the_same_plugin_twice_counts_once() -> None:
    mine = Offers("mine", "silent")

    host = Host(plugins=[mine, mine])

    assert [report.state for report in host.plugins()] == ["works", "broken"]
    assert host.plugins()[1].reason == "is the same code as the plugin 'mine'; name it once"
    assert host.memory("silent").name == "silent"


def test_installed_plugins_may_be_chosen_by_name() -> None:
    assert states(Host(plugins=["defaults"])) == {"defaults": "works"}
    with pytest.raises(UnknownName, match="no plugin named 'defualts'; did you mean 'defaults'"):
        Host(plugins=["defualts"])


def test_hosts_do_not_share_what_was_registered() -> None:
    Host(plugins=[Offers("mine", "silent")])

    assert "silent" not in Host(plugins=["defaults"]).memories
