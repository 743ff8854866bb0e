"""OpenAI's client, with memory: `wrap_openai`."""

from agentmem.connect.openai.wrapping import wrap_openai
from agentmem.connect.turns import Recalls

__all__ = ["Recalls", "wrap_openai"]
