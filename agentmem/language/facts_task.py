"""The task of reading facts, as memories ask it: `language.ask(FACTS, text=..., action=...)`."""

from __future__ import annotations

from agentmem.language.contract import Task
from agentmem.language.facts import Reading
from agentmem.language.prompting import prompt_beside
from agentmem.language.prose import read_prose

FACTS: Task[Reading] = Task(
    name="facts",
    output=Reading,
    prompt=prompt_beside(__file__, "facts.prompt.txt"),
    rules=read_prose,
)
"""Inputs: `text`, what was seen or said; `action`, what was done just before, or None."""
