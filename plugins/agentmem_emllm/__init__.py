"""EM-LLM: a stream cut into events where it surprises, recalled by likeness and by what was next to it.

Fountas et al., "Human-inspired Episodic Memory for Infinite Context LLMs", 2024,
arXiv 2407.09450 (ICLR 2025):

- `agentmem/segmentation.py`: where does an event end, and where is that boundary moved? (section 3.2)
- `segments.py`: how do events stand in the graph?
- `buffers.py`: which events, and which neighbours of theirs, bear on a question? (section 3.3)
- `memory.py`: writes steps, ends events, recalls.

Deviations, each for a reason, and how to switch back:

- The unit is a step, what was seen or said at once, and not a token: an API gives no keys and values
  to search. Likenesses are cosines of embeddings, without those that are negative.
- Surprise is -log p where the language has the power `GivesLogProbabilities`; without it, how far a step
  is from the mean of the few before it. It is taken within a session, which always ends an event.
  Nothing is surprising before four surprises are known; the paper's first block is held against itself.
- Refinement and contiguity, which the paper is named for, are on; the authors' configurations ship with
  both off: `refinement=none`, `contiguity=0`.
- A boundary is moved when the event behind it has ended, among the steps of both, back at most to where
  the second would be too long; conductance takes the sum of degrees as volume, the authors' code less.
- An event's key is the unit mean of its representatives; the paper adds up their products with the query.
- Neighbours are those of this query. The paper's buffer goes on to hold those of earlier queries, first
  in, first out: a recall here is pure, and keeps nothing.
- The last event of a buffer is cut to fit; the paper takes it whole or not, whichever is closer: a limit is a limit.
- Undoing an event takes its step out of its segment; the key of one that is written keeps a trace of it.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from agentmem.hookspecs import hookimpl
from agentmem.memory import Memory, MemoryFactory

__all__ = ["agentmem_memories"]


@hookimpl
def agentmem_memories() -> Mapping[str, MemoryFactory]:
    """Offer `emllm`."""
    return {"emllm": _emllm}


def _emllm(settings: Mapping[str, Any]) -> Memory:
    from agentmem.settings import settings_from
    from agentmem_emllm.memory import EMLLM
    from agentmem_emllm.settings import EMLLMSettings

    return EMLLM(settings_from(EMLLMSettings, settings))
