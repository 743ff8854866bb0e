"""Where measuring takes place: files that are gone afterwards, or namespaces of a store that is there."""

from __future__ import annotations

import tempfile
import uuid
from contextlib import ExitStack
from pathlib import Path
from types import TracebackType
from typing import Self

from agentmem.agent_memory import AgentMemory
from agentmem.graph.contract import Store
from agentmem.host import Host
from agentmem.memory import Memory


class Site:
    """Opens empty memories, side by side; on leaving, all are closed and erased.

    Args:
        host: Opens stores and languages.
        uri: The store to measure in, each memory in a namespace of its own. None: each
            memory in a file of its own, in a temporary folder of the current one.

    Attributes:
        folder: On the disk that is measured, as far as a URI tells.
    """

    def __init__(self, host: Host, uri: str | None = None) -> None:
        self._host, self._uri = host, uri
        self._opened = ExitStack()
        self._store: Store | None = None
        self._embedder = host.embedder()
        self.folder = Path()

    def memory(self, memory: Memory, name: str) -> AgentMemory:
        """Return an empty memory of its own; `name` may be used once."""
        language = self._host.language("rules", self._embedder)
        if self._store is None:
            place: str | Store = str(self.folder / f"{name}.db")
            namespace = "bench"
        else:
            place, namespace = self._store, f"bench-{uuid.uuid4().hex[:8]}-{name}"
            self._opened.callback(self._store.drop, namespace)
        return self._opened.enter_context(
            AgentMemory(place, namespace=namespace, memory=memory, language=language, host=self._host)
        )

    def __enter__(self) -> Self:
        where = Path() if self._uri is None else _folder_of(self._uri)
        if self._uri is not None:
            self._store = self._host.store(self._uri)
            self._opened.callback(self._store.close)
        made = tempfile.TemporaryDirectory(prefix="agentmem-bench-", dir=where)
        self.folder = Path(self._opened.enter_context(made)).absolute()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._opened.close()


def _folder_of(uri: str) -> Path:
    """Return the folder a store's file lies in; the current one where `uri` tells of no file."""
    folder = Path(uri.partition("?")[0].removeprefix("sqlite:///")).parent
    return folder if folder.is_dir() else Path()
