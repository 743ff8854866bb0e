"""HCAM: the past in chunks of steps, searched on two levels.

Lampinen et al., "Towards mental time travel: a hierarchical memory for
reinforcement learning agents", 2021, arXiv 2105.14039 (NeurIPS 2021):

- `chunks.py`: what is a chunk, and how does it stand in the graph?
- `attention.py`: which chunks, and which of their steps, bear on a question?
- `memory.py`: writes steps, ends chunks, recalls.

Deviations, each for a reason, and how to switch back:

- Cosines over a fixed temperature stand for the learned queries and keys: this is retrieval, not a
  trained attention layer, and the paper's results in reinforcement learning are not claimed. For the
  same reason steps carry no position encoding, and what is recalled are the steps, not their weighted sum.
- The open chunk is attended too, by the mean of its steps so far; the authors' release attends only
  what has been written. What is masked or excluded gets no attention at all; there it may be chosen.
- A chunk ends with its session, and after fewer turns than steps: `turns` as large as `size` gives one size.
- A chunk may end before a surprising step (`closing=boundary`) and be found by its best step
  (`key=max`), since a mean blurs what straddles two topics. The paper: `size` and `mean`, the defaults.
- A limit of the query is a budget the paper does not have. Where the chunks do not fit, the steps of
  least attention give way, as nearest to the weighted sum; `trim=edges` keeps passages without holes.
- A score is attention brought to the size of cosines, in the same order; `parts` has the paper's values.
- Nothing is lost to `capacity`: what is over it goes into the archive.
- Undoing an event takes its step out of its chunk; the mean of one that has ended keeps a trace of it.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from agentmem.hookspecs import hookimpl
from agentmem.memory import Memory, MemoryFactory

__all__ = ["agentmem_memories"]


@hookimpl
def agentmem_memories() -> Mapping[str, MemoryFactory]:
    """Offer `hcam`."""
    return {"hcam": _hcam}


def _hcam(settings: Mapping[str, Any]) -> Memory:
    from agentmem.settings import settings_from
    from agentmem_hcam.memory import HCAM
    from agentmem_hcam.settings import HCAMSettings

    return HCAM(settings_from(HCAMSettings, settings))
