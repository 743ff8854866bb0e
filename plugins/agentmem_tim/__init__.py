"""TiM: a memory of thoughts, kept in the buckets of a hash table.

Liu et al., "Think-in-Memory: Recalling and Post-thinking Enable LLMs with
Long-Term Memory", 2023, arXiv 2311.08719. The authors published no code. Each
file answers one question of the paper:

- `thinking.py`: which thoughts does an event leave behind?
- `buckets.py`: which bucket does a thought fall into? (locality-sensitive hashing)
- `organising.py`: what is forgotten and what is merged in a bucket?
- `memory.py` writes, recalls and draws the graph; `settings.py` has every constant.

Exactly as in the paper: `fallback=none`, `centre_after=0`, `merge=all`, and a query's limit of 5.

Deviations, each for a reason, and how to switch back:

- Thoughts are the facts of the host's task `facts`, which other memories share; and in a
  conversation each sentence that says more than those hold, by open information extraction, as the
  paper allows: without a model few facts are read, and nothing said should be lost to recall. Its
  text is the sentence with who said it and when. Questions, greetings and praise leave no thought.
- What an environment shows is read by its grammar alone, if that finds anything. The place it is
  set in is kept beside the thoughts: a player must know where "here" is.
- Where the bucket holds fewer thoughts than are wanted, all are looked at: `fallback=none`. A
  question often falls into another bucket than its answer, so that more `probes` find more. Of
  the turns that hold the answer (LoCoMo 1-5, ten thoughts recalled), one probe, as in the paper, finds
  24 %, two 34 %, four 45 %, eight 55 % and all 58 %.
- Vectors are centred before they are hashed, once there are enough thoughts for a mean: they all
  point much the same way, and would fill few buckets: `centre_after=0`.
- `consolidate` hashes all thoughts again, into more buckets once those there are hold too many
  (`grow_at`), and around a new mean once there are twice as many: the paper has one table for ever.
- Nothing is deleted: what is forgotten or merged retires in favour of what stands for it. A model
  names thoughts by alias, and what it does not name stays; in the paper it writes the bucket anew.
- What a new thought contradicts is found in any bucket, by its head: what filled the same slot
  (home, place), and the same triple denied. A model is shown the newest thoughts of the head too.
- The paper does not say when a bucket is looked through: here when an event adds to it, if it
  holds `tidy_at` thoughts or two of one head, and only its newest (`shown`), at the same cost however
  much is held.
- A thought that is told again is one thought with one more event. Rules forget of two alike only
  the one without a word of its own, and merge only short tails of what lasts.
- What an environment shows is not merged, since a player acts on single facts: `merge=all`.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from agentmem.hookspecs import hookimpl
from agentmem.memory import Memory, MemoryFactory

__all__ = ["agentmem_memories"]


@hookimpl
def agentmem_memories() -> Mapping[str, MemoryFactory]:
    """Offer `tim`."""
    return {"tim": _tim}


def _tim(settings: Mapping[str, Any]) -> Memory:
    from agentmem.settings import settings_from
    from agentmem_tim.memory import TiM
    from agentmem_tim.settings import TiMSettings

    return TiM(settings_from(TiMSettings, settings))
