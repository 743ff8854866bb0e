"""OpenAI's client with a memory: recalled into the system message, each message remembered once.

With OPENAI_API_KEY a real model answers; without, a scripted one, and no key is needed.
"""

import os
import tempfile
from contextlib import nullcontext
from pathlib import Path

from openai import OpenAI

from agentmem import AgentMemory
from agentmem.connect.openai import wrap_openai
from agentmem.testing.models.server import ModelServer


def script(asked):
    """Answer as a model does that reads what is recalled."""
    return "In Oslo." if "Where" in asked.text and "moved to Oslo" in asked.text else "Good to know."


def chat(client, *texts):
    """Say one thing after the other, with the whole history each time, as chat clients do."""
    history = [{"role": "system", "content": "Answer in a few words."}]
    for text in texts:
        history.append({"role": "user", "content": text})
        said = client.chat.completions.create(model="gpt-4o-mini", messages=history)
        history.append(said.choices[0].message)
        print(f"{text} -> {said.choices[0].message.content}")


with nullcontext() if os.environ.get("OPENAI_API_KEY") else ModelServer(script) as server:
    bare = OpenAI() if server is None else OpenAI(base_url=server.url, api_key="none")
    with AgentMemory(Path(tempfile.mkdtemp()) / "chat.db", user="ada") as memory:
        client = wrap_openai(bare, memory)
        chat(client, "I have two cats.", "My sister Mia moved to Oslo.")
        chat(client, "Where does Mia live?")  # a new conversation: only the memory knows
        print(len(memory.get_all()), "messages are remembered")
