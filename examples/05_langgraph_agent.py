"""A LangGraph agent that remembers, in any conversation, what was said in another. Here a scripted model answers.

With a real one: pip install langchain-openai, and OPENAI_API_KEY=... python 05_langgraph_agent.py openai:gpt-4o-mini
"""

import sys
import tempfile
from pathlib import Path

from langchain.agents import create_agent
from langchain_core.language_models import SimpleChatModel
from langgraph.checkpoint.memory import InMemorySaver

from agentmem import AgentMemory
from agentmem.connect.langchain import GraphStore, MemoryMiddleware, memory_tools


class Scripted(SimpleChatModel):
    """Answers as a model does that reads what was recalled into its system message."""

    _llm_type = "scripted"

    def bind_tools(self, *_tools, **_options):
        return self

    def _call(self, messages, *_rest, **_options):
        return "In Oslo." if "Mia moved to Oslo" in messages[0].text and len(messages) > 1 else "Good to know!"


with AgentMemory(Path(tempfile.mkdtemp()) / "chat.db", user="ada") as memory:
    middleware, tools, store = [MemoryMiddleware(memory)], memory_tools(memory), GraphStore(memory.store)
    model, saver = sys.argv[1] if sys.argv[1:] else Scripted(), InMemorySaver()
    agent = create_agent(model, tools, middleware=middleware, checkpointer=saver, store=store)
    for thread, text in (("monday", "My sister Mia moved to Oslo."), ("friday", "Where does Mia live?")):
        told = agent.invoke({"messages": [("user", text)]}, {"configurable": {"thread_id": thread}})
        print(f"{thread}: {told['messages'][-1].text}")
    print("remembered:", [one.text for one in memory.get_all()])
