"""The built-in plugin: what the host itself offers, through the same door as everybody's."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from agentmem.hookspecs import hookimpl

if TYPE_CHECKING:
    from agentmem.agent.policy import Policy
    from agentmem.graph.contract import StoreFactory
    from agentmem.language.contract import Embedder, Language, Rule


@hookimpl
def agentmem_stores() -> Mapping[str, Callable[[], StoreFactory]]:
    """Offer `sqlite`: one file, nothing to set up; and `neo4j`, a server."""
    return {"sqlite": _sqlite, "neo4j": _neo4j}


@hookimpl
def agentmem_embedders() -> Mapping[str, Callable[[str], Embedder]]:
    """Offer `wordllama`, 256-d word vectors, offline; and `openai:MODEL[@BASE_URL]`, of OpenAI or one's own server."""
    return {"wordllama": _wordllama, "openai": _openai_embedder}


@hookimpl
def agentmem_languages() -> Mapping[str, Callable[[str, Embedder, Mapping[str, Sequence[Rule]]], Language]]:
    """Offer `rules`, which needs nothing; models by `openai:` and `langchain:`; `replay:FILE`, a recording."""
    return {"rules": _rules, "replay": _replay, "openai": _openai, "langchain": _langchain}


@hookimpl
def agentmem_policies() -> Mapping[str, Callable[[Mapping[str, Any]], Policy]]:
    """Offer `ariadne`, who thinks with the language, in any world."""
    return {"ariadne": _ariadne}


def _ariadne(settings: Mapping[str, Any]) -> Policy:
    from agentmem.agent.ariadne.policy import Ariadne
    from agentmem.agent.ariadne.settings import AriadneSettings
    from agentmem.settings import settings_from

    return Ariadne(settings_from(AriadneSettings, settings))


def _sqlite() -> StoreFactory:
    from agentmem.graph.sqlite import SQLiteStores

    return SQLiteStores()


def _neo4j() -> StoreFactory:
    from agentmem.graph.neo4j import Neo4jStores

    return Neo4jStores()


def _wordllama(argument: str) -> Embedder:
    from agentmem.errors import InvalidInput
    from agentmem.language.embedding.wordllama import WordLlamaEmbedder

    if argument:
        raise InvalidInput(f"the embedder 'wordllama' takes no argument, not {argument!r}: write --embedder wordllama")
    return WordLlamaEmbedder()


def _openai_embedder(argument: str) -> Embedder:
    from agentmem.language.embedding.openai import openai_embedder

    return openai_embedder(argument)


def _rules(argument: str, embedder: Embedder, rules: Mapping[str, Sequence[Rule]]) -> Language:
    from agentmem.errors import InvalidInput
    from agentmem.language.rules import RuleLanguage

    if argument:
        raise InvalidInput(f"the language 'rules' takes no argument, not {argument!r}: write --language rules")
    return RuleLanguage(embedder, rules)


def _replay(argument: str, embedder: Embedder, rules: Mapping[str, Sequence[Rule]]) -> Language:
    from agentmem.errors import InvalidInput
    from agentmem.language.recording.replay import replayed
    from agentmem.language.rules import RuleLanguage

    if not argument:
        raise InvalidInput("no recording is named: write --language replay:FILE, with a file made by --record FILE")
    return replayed(argument, embedder=embedder, rules=RuleLanguage(embedder, rules))


def _openai(argument: str, embedder: Embedder, rules: Mapping[str, Sequence[Rule]]) -> Language:
    from agentmem.language.chat.answering import chat_language
    from agentmem.language.chat.openai import openai_chat

    return chat_language(openai_chat(argument), embedder, rules)


def _langchain(argument: str, embedder: Embedder, rules: Mapping[str, Sequence[Rule]]) -> Language:
    from agentmem.language.chat.answering import chat_language
    from agentmem.language.chat.langchain import langchain_chat

    return chat_language(langchain_chat(argument), embedder, rules)
