"""AgentMemory: what an application holds. A thin face; each verb is one call inwards."""

from __future__ import annotations

from agentmem.agent_memory.erasing import Erases
from agentmem.agent_memory.looking import Looks
from agentmem.agent_memory.remembering import Remembers
from agentmem.agent_memory.searching import Searches
from agentmem.agent_memory.tending import Tends


class AgentMemory(Remembers, Searches, Looks, Erases, Tends):
    """One namespace of one store, remembered by one memory or by several.

    May be used from many threads; several processes may share one store file.

    Args:
        store: A path (`chat.db`), a URI, or an open store, which stays the caller's to close.
        app, user: Whose memory this is, given once, here: no method takes one. Each pair has a namespace of its own.
        session: The conversation that what is added belongs to, unless it says so itself.
        namespace: The name of the namespace itself, instead of app and user; "default" if none of them is given.
        memory: A memory, the name of one a plugin offers, or several: `"episodic+arigraph"`,
            a list, or a `Stack`. All are told everything; what they recall is fused.
        settings: Settings for memories given by name; of several as `{"arigraph.width": 6}`.
        language: Who answers the questions of memories: `rules`, which need no key and no network; `openai:MODEL`,
            with the key in OPENAI_API_KEY, or `openai:MODEL@BASE_URL`; `langchain:PROVIDER:MODEL`; `replay:FILE`; a
            chat model of LangChain; or an open language, which stays the caller's to close.
        embedder: What turns texts into vectors, or its name (`openai:text-embedding-3-small`), or `Embeddings` of
            LangChain; by default one that needs no key and no network. An open language has its own.
        host: Where plugins come from; by default all that are installed.
        budget: What may be spent on a model: `Budgets`, what is typed after `--budget`
            (`"calls=100,day.tokens=50000"`), or a plain `Budget`: all from opening to closing; or a `Session`
            (`agentmem.spending.session`) that several memories share. None: anything.
        on_failure: Where the model fails: "defer" lets the event wait, or sets it aside; "rules" lets the rules answer.
        stands_in: Whether the host answers from the journal what a memory cannot. Switched off to measure a memory by
            itself: what it has not taken in is then not found, and what it cannot recall is an error.

    Raises:
        UnknownName, UnknownSetting, InvalidInput: with the nearest name, and the cure.
        LanguageMisconfigured, MissingExtra: the model has no key, or no client; nobody was asked yet.
        StoreUnavailable, StoreRefused: the store cannot be used; nothing was changed.
    """
