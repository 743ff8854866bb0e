"""AriGraph: a memory of facts and of the episodes they were learned in.

Anokhin et al., "AriGraph: Learning Knowledge Graph World Models with Episodic
Memory for LLM Agents", 2024, arXiv 2407.04363 (IJCAI 2025). Each file answers
one question of the paper:

- `extraction.py`: what does a text say, as facts that can stand in the graph?
- `retirement.py`: which known facts are outdated by it?
- `semantic_search.py`: which facts bear on a question? (Algorithm 2)
- `episodic_search.py`: which past observations belong to them? (equation 1)
- `map_answers.py`: which way to a place, and which exits are unexplored?
- `memory.py` writes, `answers.py` recalls, `schema.py` draws the graph, `shape.py` shows it.

Deviations, each for a reason, and how to switch back:

- Facts are read by the host's task `facts`, which other memories share; it is
  not shown examples from the graph, as the paper's prompt is.
- Nothing is deleted: an outdated fact is retired, with what replaced it. A fact is
  compared in one normal form, and an answer can name only what was shown.
- A thing is in one place: with a model, in the world an agent acts in, what a new fact puts elsewhere is no
  longer where it was said to be, from either side ("locker, contains, key"), and what a text says is carried
  is not where the same text says it came from. The paper trusts the model to name all of that: `one_place=false`.
- Of what a model calls outdated only pairs are taken in which one fact names the subject of the other: that the
  bed is empty is not outdated by a chair that is. What is not taken is counted.
- A search waits for no model: a rule finds the known names in a query that names no
  entities. The paper asks a model before each step: `entities=language`.
- A score falls by half with each hop, since a fact can be near a far entity;
  the paper only unites what the searches find.
- `fill`: an asker with room for more gets more current facts, scored 0. Off: `fill=false`.
- `facts`, `queries`, `candidates`, `episode_candidates`, `ways` are caps, so that a step costs the same
  in a large memory. The paper has none: set them high.
- An event no fact was read from has no place in equation 1; the k nearest to the question come too.
- Equation 1 ranks episodes; the authors' program adds likeness to the plan: `scoring=code`.
- Exits known to be none, or behind a door known to be locked, are not unexplored.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from agentmem.hookspecs import hookimpl
from agentmem.memory import Memory, MemoryFactory

__all__ = ["agentmem_memories"]


@hookimpl
def agentmem_memories() -> Mapping[str, MemoryFactory]:
    """Offer `arigraph`."""
    return {"arigraph": _arigraph}


def _arigraph(settings: Mapping[str, Any]) -> Memory:
    from agentmem.settings import settings_from
    from agentmem_arigraph.memory import AriGraph
    from agentmem_arigraph.settings import AriGraphSettings

    return AriGraph(settings_from(AriGraphSettings, settings))
