"""The authors' A-MEM, as it is in a checkout: `add_note` of each turn, their search of each question.

Option `checkout`: of `agiresearch/A-mem` (notes in Chroma, in memory) or `WujiangXu/A-mem` (the benchmark: vectors in
a matrix). Their embedder is a download of sentence-transformers; in its place stands ours, in this process, under
the same name, which takes far less of the processor than theirs would. `transformers` is imported and not used, and
stands empty. In the benchmark's code the module `re`, which it uses and does not import, is put in, so that its
notes are what they were meant to be. The prompts it prints are written to a file.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path
from types import ModuleType
from typing import Any

import numpy as np

from peers.served import Found, Setting, Turn, serve


class SentenceTransformer:
    """Stands for the class of that name: texts into unit vectors, by wordllama."""

    def __init__(self, *_: object, **__: object) -> None:
        from agentmem.language.embedding.wordllama import WordLlamaEmbedder

        self._embedder = WordLlamaEmbedder()

    def encode(self, texts: str | Sequence[str], **_: object) -> Any:
        """Return vectors, shape (n, 256), or (256,) of one text."""
        vectors = self._embedder.embed([texts] if isinstance(texts, str) else list(texts))
        return np.asarray(vectors[0] if isinstance(texts, str) else vectors)


class AMem:
    """An `AgenticMemorySystem` of either repository."""

    def open(self, setting: Setting) -> str:
        """Import their code and open it, with OpenAI's client and the scripted model behind it."""
        checkout = Path(setting.options["checkout"])
        os.environ["OPENAI_BASE_URL"] = setting.model
        sys.path[:0] = [str(checkout), str(Path(__file__).parents[3])]
        _stand_in("sentence_transformers", SentenceTransformer=SentenceTransformer)
        _stand_in("transformers", AutoModel=None, AutoTokenizer=None)
        self._is_product = (checkout / "agentic_memory").is_dir()
        self._turns: dict[str, str] = {}
        self._system: Any = self._opened()
        return "A-MEM, agiresearch" if self._is_product else "A-MEM, benchmark"

    def add(self, turn: Turn) -> None:
        """Add one note."""
        self._turns[self._system.add_note(turn.line, time=turn.at)] = turn.id

    def search(self, text: str, limit: int, at: str) -> Iterator[Found]:  # noqa: ARG002 - it has no clock
        """Search as their programs do; notes that are linked come after, or in place of, those that are not."""
        if not self._system.memories:
            return
        if self._is_product:
            for one in self._system.search_agentic(text, k=limit):
                yield Found([self._turns[one["id"]]], one["content"])
            return
        notes = list(self._system.memories.values())
        for place in self._system.retriever.search(text, limit):
            yield Found([self._turns[notes[place].id]], notes[place].content)

    def close(self) -> None:
        """There is nothing to close: it is all in memory."""

    def _opened(self) -> Any:
        if self._is_product:
            from agentic_memory.memory_system import AgenticMemorySystem

            return AgenticMemorySystem(llm_backend="openai", llm_model="scripted", api_key="none")
        import re

        import memory_layer

        memory_layer.re = re
        return memory_layer.AgenticMemorySystem(llm_backend="openai", llm_model="scripted", api_key="none")


def _stand_in(name: str, **members: object) -> None:
    """Put a module of that name in place of one that is not installed."""
    module = ModuleType(name)
    vars(module).update(members)
    sys.modules[name] = module


if __name__ == "__main__":
    serve(AMem())
