"""Kills a re-embedding before every statement that can change the file, and looks at what is left.

Run as a script, prints a JSON line. Each round forks a child that re-embeds a copy of one store and is
killed with SIGKILL just before its k-th such statement. The parent then looks whether all vectors are of
one embedder, the one that is noted, opens the namespace with that one and searches, and runs the
re-embedding again, which must end as that of a store where nobody was killed.
"""

from __future__ import annotations

import json
import os
import shutil
import signal
import sys
import tempfile
from contextlib import closing
from pathlib import Path

import numpy as np
from crash_driver import HOST, SCRATCH, events  # type: ignore[import-not-found] # beside this script
from fuse import fused  # type: ignore[import-not-found] # beside this script

from agentmem import AgentMemory
from agentmem.graph.contract import Node, Where
from agentmem.graph.digest import digest
from agentmem.graph.sqlite import SQLiteStore
from agentmem.reembedding import reembed
from agentmem.same_embedder import noted_in
from agentmem.testing.embedding import HashEmbedder

OLD, NEW = HashEmbedder(), HashEmbedder(24)
PAGE = 4


def filled(path: Path, name: str) -> None:
    with AgentMemory(path, memory=name, embedder=OLD, host=HOST) as memory:
        memory.add_many(events())
        memory.undo("e1", now=events()[-1].at)


def run(path: Path) -> None:
    with closing(SQLiteStore(path)) as store:
        reembed(store, "default", NEW, memories=HOST.memory, page=PAGE)


def killed_at(point: int, path: Path) -> bool:
    """Fork a run that dies before its statement `point`; return whether it died."""
    child = os.fork()
    if child == 0:
        fused(str(path), point)
        run(path)
        os._exit(0)
    _, status = os.waitpid(child, 0)
    if os.WIFEXITED(status) and os.WEXITSTATUS(status) != 0:
        raise RuntimeError(f"the run failed by itself: {status}")
    return os.WIFSIGNALED(status) and os.WTERMSIG(status) == signal.SIGKILL


def nodes_in(store: SQLiteStore) -> list[Node]:
    return store.graph("default").scan(Where(retired=True), vectors=True)


def is_mixed(path: Path, name: str) -> bool:
    """Whether there are vectors of two embedders, or other ones than noted, or a search fails."""
    with closing(SQLiteStore(path)) as store:
        noted = noted_in(store.graph("default"))
        shapes = {np.shape(node.vector) for node in nodes_in(store) if node.vector is not None}
        embedder = next(one for one in (OLD, NEW) if one.id == noted[0])
        memory = AgentMemory(store, memory=name, embedder=embedder, host=HOST)
        return shapes != {(noted[1],)} or not memory.search("where is the key", now=events()[-1].at)


def texts_in(path: Path) -> list[Node]:
    with closing(SQLiteStore(path)) as store:
        return [node._replace(vector=None) for node in nodes_in(store) if node.label != "Embedder"]


def digest_of(path: Path, name: str) -> str:
    with closing(SQLiteStore(path)) as store:
        return digest(store.graph("default"), name) + " ".join(store.namespaces())


def main(name: str, step: int) -> None:
    rounds = mixed = different = changed = 0
    with tempfile.TemporaryDirectory(dir=SCRATCH) as folder:
        base, whole = Path(folder) / "base.db", Path(folder) / "whole.db"
        filled(base, name)
        texts = texts_in(base)
        shutil.copy(base, whole)
        run(whole)
        expected = digest_of(whole, name)
        died, point = True, 0
        while died:
            path = Path(folder) / f"{point}.db"
            shutil.copy(base, path)
            died = killed_at(point, path)
            mixed += is_mixed(path, name)
            changed += texts_in(path) != texts
            run(path)
            different += digest_of(path, name) != expected
            rounds += 1
            point += step
    print(json.dumps({"memory": name, "rounds": rounds, "mixed": mixed, "changed": changed, "different": different}))


if __name__ == "__main__":
    main(sys.argv[1], int(sys.argv[2]))
