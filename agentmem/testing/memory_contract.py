"""What every memory must do, as tests to inherit.

```python
class TestMyMemoryKeepsTheContract(MemoryContract):
    def new_memory(self) -> Memory:
        return MyMemory()
```

A memory that asks a language is tested with rules so, and with a scripted model, through all that
stands between a memory and a model but the socket, so:

```python
class TestMyMemoryKeepsTheContractWithAModel(TestMyMemoryKeepsTheContract):
    def new_language(self) -> Language:
        return scripted_language(super().new_language())
```

With a model's real client over a real socket it is done so:

```python
class TestMyMemoryKeepsTheContractWithAModel(TestMyMemoryKeepsTheContract):
    @pytest.fixture(autouse=True)
    def scripted(self) -> Iterator[None]:
        with ModelServer(lambda asked: {"gist": asked.text[:80]}) as self.model:
            yield

    def new_language(self) -> Language:
        return Host().language(f"openai:scripted@{self.model.url}", HashEmbedder())
```

`agentmem.testing.models.scripted` has the first, `agentmem.testing.models.server` says what a
`ModelServer` can do, and `agentmem.testing.models.faults` what can go wrong with it.

Optional powers (prepare, reinforce, consolidate, forget, show) are tested where a memory declares
them, and reported as skipped where it does not. `agentmem check NAME` runs the same promises
without pytest.
"""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from agentmem.graph.contract import Store
from agentmem.testing.memory_promises import MemoryPromises
from agentmem.testing.memory_world import LATER, SCENES

__all__ = ["LATER", "SCENES", "MemoryContract"]


class MemoryContract(MemoryPromises):
    """The promises of `Memory`. Inherit it and say how to build one; the other methods may be replaced."""

    @pytest.fixture
    def store(self) -> Iterator[Store]:
        """Yield an empty store for one test."""
        with self.empty_store() as store:
            yield store
