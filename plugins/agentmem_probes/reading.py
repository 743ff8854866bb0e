"""Readers: who answers a question from nothing but what a memory recalled."""

from __future__ import annotations

from typing import Any, Literal

from agentmem.agent_memory import AgentMemory
from agentmem.language.contract import Out, Task

Reader = Literal["rules", "model"]
"""The rules of the task, from all that recollections say of themselves; or the language of the cell, which is shown
their text as an agent would be."""


def read(task: Task[Out], reader: Reader, memory: AgentMemory, **inputs: Any) -> Out:
    """Return the answer to a task; a language is paid by the budget of the memory.

    Raises:
        LanguageUnavailable, BadAnswer: there is none.
    """
    if reader == "rules":
        return task.rules(**inputs)
    with memory.charged(f"reader/{task.name}") as language:
        return language.ask(task, **inputs)
