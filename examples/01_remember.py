"""Remember what people say, ask for it, and ask why it is remembered."""

from agentmem import AgentMemory

with AgentMemory("friends.db", namespace="mia") as memory:
    memory.add("My sister Mia lives in Lisbon.", role="user", speaker="Tom")
    memory.add("Mia works at a bakery.", role="user", speaker="Tom")
    memory.add("Mia moved to Porto.", role="user", speaker="Tom")

    for found in memory.search("Where does Mia live?", limit=5):
        print(f"{found.score:.2f}  {found.kind:8} {found.text!r}")

    best = memory.search("Where does Mia live?", limit=1)[0]
    print("because:", memory.why(best.id).versions[-1].since.text)
