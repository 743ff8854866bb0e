"""LangMem: `create_memory_store_manager` for each turn, `store.search` for each question.

What the manager writes carries no source, so the driver notes which turn was being told when a key
was put into the store. A memory that is changed later counts for all turns that wrote it. Options:
`infer` (default true): the manager, with the model; false: `create_manage_memory_tool` with the message
as it is, what an agent does who decides by itself. `store`: `memory` (default, LangGraph's `InMemoryStore`:
nothing is kept) or `sqlite` (`SqliteStore` of langgraph-checkpoint-sqlite). Vectors are of the whole value, with
its JSON, as LangGraph makes them by default; of the text alone they find less here, for short sentences come first.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from importlib.metadata import version
from pathlib import Path
from typing import Any

from peers.served import Found, Setting, Turn, serve

NAMESPACE = ("memories", "{langgraph_user_id}")


class LangMem:
    """One user's namespace of a LangGraph store, with vectors of the model server."""

    def open(self, setting: Setting) -> str:
        """Open the store, and the manager or the tool that writes into it."""
        from langchain_openai import ChatOpenAI, OpenAIEmbeddings
        from langmem import create_manage_memory_tool, create_memory_store_manager

        embeddings = OpenAIEmbeddings(model="scripted", base_url=setting.model, check_embedding_ctx_length=False)
        self._infer = bool(setting.options.get("infer", True))
        self._store = _store(setting, {"dims": setting.dim, "embed": embeddings})
        self._config = {"configurable": {"langgraph_user_id": setting.who}}
        self._namespace = (NAMESPACE[0], setting.who)
        self._sources: dict[str, set[str]] = defaultdict(set)
        self._writer: Any
        if self._infer:
            model = ChatOpenAI(model="scripted", base_url=setting.model)
            self._writer = create_memory_store_manager(model, namespace=NAMESPACE, store=self._store)
        else:
            self._writer = create_manage_memory_tool(namespace=NAMESPACE, store=self._store)
        return f"langmem {version('langmem')}, langgraph {version('langgraph')}"

    def add(self, turn: Turn) -> None:
        """Let the manager take in one message, or the tool keep it."""
        if not self._infer:
            said = self._writer.invoke({"content": turn.line, "action": "create"}, config=self._config)
            self._sources[str(said).rsplit(maxsplit=1)[-1]].add(turn.id)
            return
        message = {"role": "user", "content": turn.line}
        for put in self._writer.invoke({"messages": [message]}, config=self._config):
            self._sources[put["key"]].add(turn.id)

    def search(self, text: str, limit: int, at: str) -> Iterator[Found]:  # noqa: ARG002 - it has no clock
        """Search the store, which asks no model."""
        for one in self._store.search(self._namespace, query=text, limit=limit):
            yield Found(sorted(self._sources[one.key]), str(one.value["content"]))

    def close(self) -> None:
        """There is nothing to close."""


def _store(setting: Setting, index: Any) -> Any:
    if setting.options.get("store", "memory") == "memory":
        from langgraph.store.memory import InMemoryStore

        return InMemoryStore(index=index)
    import pysqlite3
    from langgraph.store.sqlite import SqliteStore

    path = Path(setting.folder) / "store.db"
    store = SqliteStore(pysqlite3.connect(path, check_same_thread=False, isolation_level=None), index=index)
    store.setup()
    return store


if __name__ == "__main__":
    serve(LangMem())
