"""`agentmem serve`: the verbs of AgentMemory over HTTP, for apps that keep memories of many users apart."""
