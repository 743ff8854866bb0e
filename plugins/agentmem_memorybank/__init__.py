"""MemoryBank: days told in summaries and portraits, and forgetting after Ebbinghaus.

Zhong et al., "MemoryBank: Enhancing Large Language Models with Long-Term Memory",
2023, arXiv 2305.10250 (AAAI 2024). Each file answers one question of the paper:

- `forgetting.py`: how much is left of a memory, and when is it let go?
- `consolidation.py`: which days are told again, and from what are all days told?
- `telling.py`: what are days and people told as, with a model and without?
- `memory.py` writes, recalls, strengthens, forgets and shows; `settings.py` has the constants.

Deviations, each for a reason, and how to switch back:

- A turn is one event; the paper's is a query with its response. The response is the
  neighbour that a short query takes along: `chunk_size`.
- A chunk's turns are recollections of their own, each with its source, and count against the limit.
- The nearest come however far they are, as in the paper; the `min_score` of a query leaves out what hardly fits.
- Every person in a conversation has a portrait; the paper has one user. An assistant has none.
- What is pinned takes at most a share of the limit, for evidence must fit too. The paper adds
  the global summary and portrait on top: `pinned_share=1`.
- Retention is the paper's, exp(-t/S). The authors' program meant exp(-t/(5S)): `tau=5`. What it computes,
  exp(-t/5 * S), lets the stronger fade faster; we have no setting for that.
- The paper does not say when too little is left. As in the program a turn is kept with the chance
  of its retention, but the draw is a hash of its id, so that forgetting twice is forgetting once;
  `forgetting=threshold` lets all go that are below `theta`.
- Forgotten is archived: no longer recalled, but kept, shown, and back when it was used after all.
- Summaries of days are strengthened when used and fade like turns; in the program they do neither.
- Consolidation sees a budget of characters and the newest `days` with what was told before them;
  the paper sees everything. High values switch back.
- Only days with something new are told again, and all days only if one was; the program tells all days on each run.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from agentmem.hookspecs import hookimpl
from agentmem.memory import Memory, MemoryFactory

__all__ = ["agentmem_memories"]


@hookimpl
def agentmem_memories() -> Mapping[str, MemoryFactory]:
    """Offer `memorybank`."""
    return {"memorybank": _memorybank}


def _memorybank(settings: Mapping[str, Any]) -> Memory:
    from agentmem.settings import settings_from
    from agentmem_memorybank.memory import MemoryBank
    from agentmem_memorybank.settings import MemoryBankSettings

    return MemoryBank(settings_from(MemoryBankSettings, settings))
