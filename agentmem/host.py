"""The host: finds plugins, says what became of each, and opens things by name."""

from __future__ import annotations

import logging
from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING, Any, TypeGuard, TypeVar, get_args

from agentmem.asked import asked
from agentmem.discovery import find
from agentmem.errors import AgentmemError, InvalidInput, PluginError, UnknownName
from agentmem.events import Event, Query, Recollection
from agentmem.fault import fault_of, place_of
from agentmem.graph.uri import without_password
from agentmem.plugins import EventHook, Kind, Offer, PluginReport, Plugins

if TYPE_CHECKING:
    from langchain_core.embeddings import Embeddings
    from langchain_core.language_models import BaseChatModel

    from agentmem.agent.environment import Environment, EnvironmentFamily
    from agentmem.agent.policy import Policy
    from agentmem.bench.evaluation import Evaluation
    from agentmem.graph.contract import Store, StoreFactory
    from agentmem.language.contract import Embedder, Language, OnFailure, Receipt, Rule
    from agentmem.memory import Memory, MemoryFactory

log = logging.getLogger("agentmem.hooks")
Built = TypeVar("Built")
DEFAULT_EMBEDDER = "wordllama"
CURES: Mapping[Kind, str] = {
    "memory": "agentmem memories",
    "environment": "agentmem games",
    "evaluation": "agentmem evaluations",
}


class Host:
    """Everything the installed plugins offer, by name. There is no global one: make as many as needed.

    A plugin that cannot be loaded, is misspelt or clashes with another is named in
    `plugins()` with its reason; the rest work. `logging.getLogger("agentmem.hooks")`
    at DEBUG tells who was asked, what was answered and how long it took, never a user's text.

    Args:
        plugins: Names of installed plugins, modules or objects; None for all installed ones.
        blocked: Names to leave out (`-p no:name`).
        strict: Raise at the first broken plugin instead of going on without it.
        also: What is loaded besides, because it is named (`--plugin`): paths of `.py` files or packages,
            modules such as `agentmem_guards`, objects.

    Raises:
        UnknownName: `plugins` or `blocked` names a plugin that is not installed.
        InvalidInput: a file or module is not there.
        PluginError: a plugin is broken, and `strict`.
    """

    def __init__(
        self,
        plugins: Sequence[str | object] | None = None,
        *,
        blocked: Sequence[str] = (),
        strict: bool = False,
        also: Sequence[str | object] = (),
    ) -> None:
        self._made_of = (plugins, blocked, strict, also)
        self._plugins = Plugins()
        for found in find(plugins, blocked=blocked, also=also):
            report = self._plugins.admit(found)
            if strict and report.state == "broken":
                raise PluginError(_broken(report))
        self.memories: Mapping[str, Offer[MemoryFactory]] = self._plugins.offers("memory")
        self.stores: Mapping[str, Offer[Callable[[], StoreFactory]]] = self._plugins.offers("store")
        self.embedders: Mapping[str, Offer[Callable[[str], Embedder]]] = self._plugins.offers("embedder")
        self.languages: Mapping[str, Offer[Callable[..., Language]]] = self._plugins.offers("language")
        self.environments: Mapping[str, Offer[Callable[[], EnvironmentFamily]]] = self._plugins.offers("environment")
        self.policies: Mapping[str, Offer[Callable[[Mapping[str, Any]], Policy]]] = self._plugins.offers("policy")
        self.evaluations: Mapping[str, Offer[Callable[[], Evaluation]]] = self._plugins.offers("evaluation")
        self.rules: Mapping[str, Sequence[Rule]] = self._plugins.rules()
        self._before_write = self._plugins.event_hooks("agentmem_before_write")
        self._after_write = self._plugins.event_hooks("agentmem_after_write")
        self._before_recall = self._plugins.event_hooks("agentmem_before_recall")
        self._after_recall = self._plugins.event_hooks("agentmem_after_recall")

    def __reduce__(self) -> tuple[Callable[..., Host], tuple[object, ...]]:
        """In another process it is found and loaded anew."""
        return _anew, self._made_of

    def plugins(self) -> list[PluginReport]:
        """Return what became of each plugin, in the order they were admitted."""
        return list(self._plugins.reports)

    def memory(self, name: str, settings: Mapping[str, Any] | None = None) -> Memory:
        """Return a new memory.

        Raises:
            UnknownName: nobody offers it; UnknownSetting: it refuses a setting;
            PluginError: the plugin that offers it is broken.
        """
        memory = self._build("memory", name, self.memories, settings or {})
        _check(memory, ("name", "write", "recall"), self.memories[name])
        return memory

    def policy(self, name: str, settings: Mapping[str, Any] | None = None) -> Policy:
        """Return a new policy; raises as `memory` does."""
        policy = self._build("policy", name, self.policies, settings or {})
        _check(policy, ("name", "looks_back", "query", "act"), self.policies[name])
        return policy

    def evaluation(self, name: str) -> Evaluation:
        """Return an evaluation; raises as `memory` does."""
        evaluation = self._build("evaluation", name, self.evaluations)
        _check(evaluation, ("name", "about", "measure", "is_seeded", "check", "run"), self.evaluations[name])
        return evaluation

    def embedder(self, spec: str | Embedder | Embeddings = DEFAULT_EMBEDDER) -> Embedder:
        """Return an embedder: `wordllama`, `openai:MODEL[@BASE_URL]`, or what a plugin offers as `name:argument`.

        Args:
            spec: Name, and after a colon the argument; or `Embeddings` of LangChain. An embedder is returned as it is.

        Raises:
            InvalidInput: it is no embedder.
            LanguageMisconfigured: it needs a key, and there is none; else as `memory` does.
        """
        if isinstance(spec, str):
            name, _, argument = spec.partition(":")
            return self._build("embedder", name, self.embedders, argument)
        if _is_embedder(spec):
            return spec
        if hasattr(spec, "embed_documents"):
            from langchain_core.embeddings import Embeddings

            from agentmem.language.embedding.langchain import LangChainEmbedder

            if isinstance(spec, Embeddings):
                return LangChainEmbedder(spec)
        cure = "pass an embedder, its name such as 'openai:MODEL', or Embeddings of LangChain"
        raise InvalidInput(f"a {type(spec).__name__} is no embedder: {cure}")

    def language(
        self,
        spec: str | Language | BaseChatModel = "rules",
        embedder: Embedder | Embeddings | str | None = None,
        *,
        on_failure: OnFailure = "defer",
    ) -> Language:
        """Return a language: `rules`, `openai:MODEL[@BASE_URL]`, `replay:FILE`, or what a plugin offers.

        Args:
            spec: Name, and after a colon the argument; or a chat model of LangChain. A language is returned as it is.
            embedder: One, or what names it; None for the default one. A language that is open has its own.
            on_failure: Whether the rules answer after an outage or a bad answer of a model, instead of waiting.

        Raises:
            UnknownName: nobody offers it.
            InvalidInput: it is no language, the rules cannot stand in for it, or `on_failure` is another word.
            LanguageMisconfigured, MissingExtra: there is no key, or no client; with the cure.
        """
        from agentmem.language.contract import FallsToRules, OnFailure

        if on_failure not in get_args(OnFailure):
            raise InvalidInput(f"on_failure is {on_failure!r}; it is one of: {', '.join(get_args(OnFailure))}")
        if _is_language(spec) and embedder is not None:
            raise InvalidInput("a language that is open has its embedder already: name the language, or no embedder")
        language = spec if _is_language(spec) else self._language(spec, embedder)
        if on_failure != "defer" and language.leaves:
            if not isinstance(language, FallsToRules):
                raise InvalidInput(
                    f"the rules cannot stand in for the language {language.name!r}: leave on_failure out"
                )
            language.on_failure = on_failure
        return language

    def _language(self, spec: str | Language | BaseChatModel, embedder: Embedder | Embeddings | str | None) -> Language:
        vectors = self.embedder(embedder or DEFAULT_EMBEDDER)
        if isinstance(spec, str):
            name, _, argument = spec.partition(":")
            return self._build("language", name, self.languages, argument, vectors, self.rules)
        if hasattr(spec, "with_structured_output"):
            from langchain_core.language_models import BaseChatModel

            from agentmem.language.chat.answering import chat_language
            from agentmem.language.chat.langchain import LangChainChat

            if isinstance(spec, BaseChatModel):
                return chat_language(LangChainChat(spec), vectors, self.rules)
        cure = "pass one, its name such as 'openai:MODEL', or a chat model of LangChain"
        raise InvalidInput(f"a {type(spec).__name__} is no language: {cure}")

    def store(self, uri: str, *, create: bool = True) -> Store:
        """Return the store at `uri`, opened by the first kind that claims it; the host's own are asked last.

        Raises:
            InvalidInput: no kind of store claims it.
            StoreUnavailable, StoreRefused: it cannot be opened.
        """
        return self.store_factory(uri).open(uri, create=create)

    def store_factory(self, uri: str) -> StoreFactory:
        """Return the first kind of store that claims `uri`.

        Raises:
            InvalidInput: no kind does.
        """
        for name in sorted(self.stores, key=lambda name: (self.stores[name].plugin == "defaults", name)):
            factory = self._build("store", name, self.stores)
            if factory.claims(uri):
                return factory
        kinds = ", ".join(sorted(self.stores)) or "none"
        cure = "pass a path such as graph.db, or neo4j://HOST for a server"
        raise InvalidInput(f"no store opens {without_password(uri)!r}; the kinds installed are: {kinds}; {cure}")

    def patient(self, uri: str, wait_s: float) -> str:
        """Return the URI of the same store, for which one waits up to `wait_s` where it is away.

        Raises:
            InvalidInput: its kind is never away, or no kind claims it.
        """
        from agentmem.graph.contract import WaitsForStores

        factory = self.store_factory(uri)
        if not isinstance(factory, WaitsForStores):
            raise InvalidInput(f"{without_password(uri)} is no server to wait for; leave --wait out")
        return factory.patient(uri, wait_s)

    def environment(self, spec: str, options: Mapping[str, Any] | None = None) -> Environment:
        """Return the environment for what the user typed, opened by the first family that claims it.

        Raises:
            UnknownName: no family claims it.
            InvalidInput, MissingExtra, EnvironmentFailed: it cannot be opened.
        """
        return self.family(spec).open(spec, options or {})

    def family(self, spec: str) -> EnvironmentFamily:
        """Return the family that claims what the user typed.

        Raises:
            UnknownName: none does.
        """
        families = [self._build("environment", name, self.environments) for name in sorted(self.environments)]
        for family in families:
            if family.claims(spec):
                return family
        known = [str(row["name"]) for family in families for row in family.catalogue() if "name" in row]
        raise self._unknown("environment", spec, known)

    def before_write(self, event: Event) -> Event:
        """Return the event to append; a plugin that raises refuses it."""
        for hook in self._before_write:
            event = _told(hook, event, Event, event=event)
        return event

    def after_write(self, event: Event, receipt: Receipt) -> None:
        """Tell that an event is durable. A listener that fails is logged: the write stands."""
        for hook in self._after_write:
            try:
                _call(hook, event=event, receipt=receipt)
            except PluginError as error:
                log.warning("%s; the event is kept", error)

    def before_recall(self, query: Query) -> Query:
        """Return the query to ask; a plugin that raises refuses it."""
        for hook in self._before_recall:
            query = _told(hook, query, Query, query=query)
        return query

    def after_recall(self, query: Query, recollections: Sequence[Recollection]) -> list[Recollection]:
        """Return what may be shown; a plugin that raises lets nothing through."""
        shown = list(recollections)
        for hook in self._after_recall:
            answer = _call(hook, query=query, recollections=tuple(shown))
            if answer is not None:
                shown = _recollections(hook, answer)
        return shown

    def _build(self, kind: Kind, name: str, offers: Mapping[str, Offer[Callable[..., Built]]], *given: Any) -> Built:
        offer = offers.get(name)
        if offer is None:
            raise self._unknown(kind, name, offers)
        try:
            return offer.factory(*given)
        except AgentmemError:
            raise
        except Exception as error:
            said = f"plugin {offer.plugin!r} could not build the {kind} {name!r}: {fault_of(error)}"
            if isinstance(error, TypeError) and not place_of(error):  # it was not even called
                raise PluginError(f"{said}; a factory takes {_taken(given)}: write a function that does") from error
            raise PluginError(f"{said}; tell its authors, or block it with -p no:{offer.plugin}") from error

    def _unknown(self, kind: Kind, name: str, known: Sequence[str] | Mapping[str, Any]) -> AgentmemError:
        """Return why there is no such thing: a broken plugin would have offered it, or nobody does."""
        broken = [report for report in self._plugins.reports if report.state == "broken"]
        for report in broken:
            if name in report.offers.get(kind, ()) or _is_named_like(report, name):
                return PluginError(f"no {kind} named {name!r}: {_broken(report)}")
        if named := [report for report in broken if not report.distribution]:  # somebody wants just these
            return PluginError(f"no {kind} named {name!r}: {'; '.join(map(_broken, named))}")
        error = UnknownName.among(kind, name, known, cure=CURES.get(kind, "agentmem plugins"))
        if kind in ("language", "embedder") and "did you mean" not in str(error):
            error = UnknownName(f"{error}; a model is named with who serves it: openai:MODEL[@BASE_URL]")
        if not broken:
            return error
        names = ", ".join(report.name for report in broken)
        return UnknownName(f"{error} (or mend a plugin that is broken and may offer it: {names})")


def _anew(
    plugins: Sequence[str | object] | None, blocked: Sequence[str], strict: bool, also: Sequence[str | object]
) -> Host:
    return Host(plugins, blocked=blocked, strict=strict, also=also)


def _check(made: object, parts: Sequence[str], offer: Offer[Any]) -> None:
    """Refuse what a factory made without a part that its contract asks for."""
    if missing := [part for part in parts if not hasattr(made, part)]:
        raise PluginError(
            f"plugin {offer.plugin!r} offers {offer.name!r}, but its factory made a {type(made).__name__} without "
            f"{missing}; tell its authors, or block it with -p no:{offer.plugin}"
        )


def _taken(given: Sequence[Any]) -> str:
    """Return in words what a factory is given."""
    return {0: "nothing", 1: "one argument, its settings"}.get(len(given), f"{len(given)} arguments")


def _is_language(spec: object) -> TypeGuard[Language]:
    return hasattr(spec, "ask") and hasattr(spec, "prefetch")


def _is_embedder(spec: object) -> TypeGuard[Embedder]:
    return hasattr(spec, "embed") and hasattr(spec, "id")


def _broken(report: PluginReport) -> str:
    where = f" ({report.distribution} {report.version})" if report.distribution else ""
    return f"plugin {report.name!r}{where} is broken: {report.reason}"


def _is_named_like(report: PluginReport, name: str) -> bool:
    plain = name.lower().replace("-", "_")
    sources = (report.name, report.distribution, report.source)
    return any(plain == part or plain in part.split("_") for part in (s.lower().replace("-", "_") for s in sources))


def _told(hook: EventHook, value: Built, kind: type[Built], **arguments: Any) -> Built:
    """Return what a hook makes of `value`: another of its kind, or the same."""
    answer = _call(hook, **arguments)
    if answer is None:
        return value
    if not isinstance(answer, kind):
        raise PluginError(_wrong(hook, answer, f"return a {kind.__name__} or None"))
    return answer


def _recollections(hook: EventHook, answer: Any) -> list[Recollection]:
    if isinstance(answer, Sequence) and all(isinstance(one, Recollection) for one in answer):
        return list(answer)
    raise PluginError(_wrong(hook, answer, "return Recollections or None"))


def _wrong(hook: EventHook, answer: object, cure: str) -> str:
    return f"plugin {hook.plugin!r}: its {hook.function.__name__} returned a {type(answer).__name__}; {cure}"


def _call(hook: EventHook, **arguments: Any) -> Any:
    try:
        given = [arguments[name] for name in hook.arguments]
        return asked(hook.plugin, hook.function.__name__, lambda: hook.function(*given))
    except AgentmemError:
        raise
    except Exception as error:
        said = f"plugin {hook.plugin!r}: its {hook.function.__name__} raised {type(error).__name__}"
        raise PluginError(f"{said}; block it with -p no:{hook.plugin}") from error
