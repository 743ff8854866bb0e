"""A-MEM: notes that link to each other, and rewrite each other as more is known.

Xu et al., "A-MEM: Agentic Memory for LLM Agents", 2025, arXiv 2502.12110
(NeurIPS 2025). Each file answers one question of the paper:

- `note.py`: what is written down of an event? (section 3.1, note construction)
- `evolution.py`: which notes belong to it, and what do they become? (sections 3.2 and 3.3)
- `memory.py`: in which order is all this done, and what is recalled? (section 3.4)
- `settings.py`: every constant, with its default.

Deviations, each for a reason, and how to switch back:

- Links and evolution are one question to the model, as in the authors' program;
  the paper asks once for the links and once for each neighbour. It shows neighbours
  under aliases, and what is said of an alias that was not shown is dropped and counted.
- A model is not shown the keywords of a neighbour whose content it is shown in full: they are its words.
- As in that program context and tags of a neighbour evolve, its keywords do not.
- An evolved note is embedded again at once, in the same transaction. The program does it at
  every 100th evolution (`evo_threshold`), and until then searches what notes used to say. So there
  is no index to rebuild, and `consolidate` does what time makes worthwhile instead: a note
  that stands alone was compared with what was known when it was written; it is compared
  once more with what is known by now. Never called, nothing differs from the paper.
- A link leads both ways: `symmetric=false` follows it only from the note it was found for.
- `limit` holds for hits and linked notes together, and `linked_share` of it is kept for the
  linked ones. The program returns k hits with up to k + 1 links each (`linked_share=0`: hits only).
- The k nearest notes come however unlike the query they are, as in the paper, with a score of 0
  where nothing is alike: `fill=false` leaves those out.
- A search waits for no model. The authors' benchmark asks one to turn the question into
  keywords: `query=keywords`.
- What is told is the event alone, which other readers know how to read. The program tells
  context, keywords and tags with it: `told=note`.
- The embedded content is dated and says who spoke, as the search for short turns needs it.
- `retrieval_count`, `importance_score` and `category`, which nothing ever updates, are left out.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from agentmem.hookspecs import hookimpl
from agentmem.memory import Memory, MemoryFactory

__all__ = ["agentmem_memories"]


@hookimpl
def agentmem_memories() -> Mapping[str, MemoryFactory]:
    """Offer `amem`."""
    return {"amem": _amem}


def _amem(settings: Mapping[str, Any]) -> Memory:
    from agentmem.settings import settings_from
    from agentmem_amem.memory import AMem
    from agentmem_amem.settings import AMemSettings

    return AMem(settings_from(AMemSettings, settings))
