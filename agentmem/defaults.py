"""The built-in plugin: what the host itself offers, through the same door as everybody's."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING

from agentmem.hookspecs import hookimpl

if TYPE_CHECKING:
    from agentmem.graph.contract import StoreFactory
    from agentmem.language.contract import Embedder, Language, Rule


@hookimpl
def agentmem_stores() -> Mapping[str, Callable[[], StoreFactory]]:
    """Offer `sqlite`: one file, nothing to set up."""
    return {"sqlite": _sqlite}


@hookimpl
def agentmem_embedders() -> Mapping[str, Callable[[str], Embedder]]:
    """Offer `wordllama`, 256-d word vectors, offline; and `openai:MODEL[@BASE_URL]`, of OpenAI or one's own server."""
    return {"wordllama": _wordllama, "openai": _openai_embedder}


@hookimpl
def agentmem_languages() -> Mapping[str, Callable[[str, Embedder, Mapping[str, Sequence[Rule]]], Language]]:
    """Offer `rules`, which needs nothing, and `replay:FILE`, which repeats a recording."""
    return {"rules": _rules, "replay": _replay}


def _sqlite() -> StoreFactory:
    from agentmem.graph.sqlite import SQLiteStores

    return SQLiteStores()


def _wordllama(argument: str) -> Embedder:
    from agentmem.errors import InvalidInput
    from agentmem.language.embedding import WordLlamaEmbedder

    if argument:
        raise InvalidInput(f"the embedder 'wordllama' takes no argument, not {argument!r}: write --embedder wordllama")
    return WordLlamaEmbedder()


def _openai_embedder(argument: str) -> Embedder:
    from agentmem.language.openai_embedding import OpenAIEmbedder, named

    model, dimensions, address = named(argument)
    return OpenAIEmbedder(model, base_url=address, dimensions=dimensions)


def _rules(argument: str, embedder: Embedder, rules: Mapping[str, Sequence[Rule]]) -> Language:
    from agentmem.errors import InvalidInput
    from agentmem.language.rules import RuleLanguage

    if argument:
        raise InvalidInput(f"the language 'rules' takes no argument, not {argument!r}: write --language rules")
    return RuleLanguage(embedder, rules)


def _replay(argument: str, embedder: Embedder, rules: Mapping[str, Sequence[Rule]]) -> Language:  # noqa: ARG001
    from agentmem.language.recorded import RecordedLanguage

    return RecordedLanguage.from_file(argument, embedder=embedder)
