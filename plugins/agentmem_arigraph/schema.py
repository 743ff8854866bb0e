"""The graph AriGraph keeps: its labels, edges and how they are asked for.

```
(Fact)-[STATE|SUBJECT]->(Entity)<-[OBJECT]-(Fact)
(Episode)-[EXTRACTED]->(Fact)              the hyper-edge: all facts of one observation
(Episode)-[OF]->(Event)<-[OF]-(Remark)     an event no fact was read from is a remark, found by likeness
(Fact)-[ON_MAP]->(Map)                     one Map; the facts that say how places lie
```

A fact that fills a slot hangs on its subject by STATE, any other by SUBJECT and
has its content for a key: an entity has few slots, and a key is looked up. So
what a new fact repeats or replaces is found at once, however much is known.
"""

from __future__ import annotations

from agentmem.graph.contract import Where

FACTS = Where(label="Fact")
EPISODES = Where(label="Episode")
REMARKS = Where(label="Remark")
FACT_EDGES = ("STATE", "SUBJECT", "OBJECT")
MAP_KEY = "places"
TO_DO = "to be"
DONE = ("is", "has been")
"""Relations of facts that fulfil a task (`agentmem.language.facts.outdates`)."""
