"""The graph AriGraph keeps: its labels, edges and how they are asked for.

```
(Fact)-[STATE|SUBJECT]->(Entity)<-[OBJECT]-(Fact)
(Episode)-[EXTRACTED]->(Fact)              the hyper-edge: all facts of one observation
(Episode)-[OF]->(Event)
(Fact)-[ON_MAP]->(Map)                     one Map; the facts that say how places lie
```

A fact that fills a slot hangs on its subject by STATE, any other by SUBJECT: of
the first an entity has few, so what a new fact replaces is found at once,
however much is known of the entity.
"""

from __future__ import annotations

from agentmem.graph.contract import Where

FACTS = Where(label="Fact")
EPISODES = Where(label="Episode")
SUBJECT_EDGES = ("STATE", "SUBJECT")
FACT_EDGES = ("STATE", "SUBJECT", "OBJECT")
MAP_KEY = "places"
