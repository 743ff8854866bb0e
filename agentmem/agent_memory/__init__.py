"""What an application holds, and what its verbs return."""

from agentmem.agent_memory.asynchronous import AsyncAgentMemory
from agentmem.agent_memory.face import AgentMemory
from agentmem.agent_memory.past import Past
from agentmem.agent_memory.values import Added, Erased, Left, Standing, Status

__all__ = ["Added", "AgentMemory", "AsyncAgentMemory", "Erased", "Left", "Past", "Standing", "Status"]
