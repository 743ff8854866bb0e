"""Episodic memory: what happened, found again by what was meant, what was said, and what stood around it.

The default memory of agentmem. It needs no model and derives nothing: every event is
kept as a moment, chained to the one before it in its session, and all the work is in
finding it. Ours, measured on LoCoMo (Maharana et al., 2024); its parts are known:

- words of a question weigh what they tell in this memory (BM25's idf: Robertson and Zaragoza, 2009);
- each is compared with the word of the event nearest to it (late interaction: ColBERT, Khattab and Zaharia, 2020);
- what happened beside something like the question is lifted (contiguity: Howard and Kahana, 2002),
  and so is its whole session (HCAM, Lampinen et al., 2021, arXiv 2105.14039).

Each file answers one question:

- `memory.py`: how is an event written, and how is it recalled? The only one that sees the graph.
- `scoring.py`: how well does an event answer a question? A score is the sum of its parts.
- `answers.py`: what does a question ask for, and does an event hold it?
- `settings.py`: what does each part weigh? A weight of 0 switches it off.

The graph: `Moment -OF-> Event`, and `Moment -NEXT-> Moment` along each session. A moment's text is
what searches look at: who said it, when, what, and the last question of the moment before, which it may
answer ("Yes, two!" is found by what was asked).

Limits, known and measured:

- Questions are read in English: other languages lack the parts `person`, `answer` and `date`, not the others.
- An embedder that has no vectors of words at hand compares words as they are written.
- A session that lies still for more than `interleaved` events of others starts a chain of its own.
- Words in more than 1,000 events all weigh alike, so that a search costs the same in a large memory.
- Games: what was seen last matters more there than likeness, so a generous limit is filled with the
  newest events (`fill`).
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from agentmem.hookspecs import hookimpl
from agentmem.memory import Memory, MemoryFactory

__all__ = ["agentmem_memories"]


@hookimpl
def agentmem_memories() -> Mapping[str, MemoryFactory]:
    """Offer `episodic`."""
    return {"episodic": _episodic}


def _episodic(settings: Mapping[str, Any]) -> Memory:
    from agentmem.settings import settings_from
    from agentmem_episodic.memory import Episodic
    from agentmem_episodic.settings import EpisodicSettings

    return Episodic(settings_from(EpisodicSettings, settings))
