"""A memory in five lines: in one file, for one user, with no key, no server and no network."""

from agentmem import AgentMemory

memory = AgentMemory("chat.db", user="ada")  # or "neo4j://localhost:7687"; memory="episodic" by default
memory.add("My sister Mia moved to Oslo last week.", role="user")
print(memory.search("where does Mia live?")[0].text)
