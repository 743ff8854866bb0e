"""A memory that thinks with a language model. Here a scripted one answers: no key is needed.

With a real one: OPENAI_API_KEY=... python 04_language_model.py openai:gpt-4o-mini
"""

import sys
import tempfile
from contextlib import nullcontext
from pathlib import Path

from agentmem import AgentMemory, Budget
from agentmem.testing.models.server import ModelServer

SAID = ["I live in Lisbon and work at a bakery.", "I moved to Porto."]
HOME, JOB, MOVED = ("lives in", "lisbon", "home"), ("works at", "bakery", "job"), ("lives in", "porto", "home")


def script(asked):
    """Answer as a model does that was asked for facts, or which of two no longer holds."""
    if "no longer hold" in asked.text:
        return {"replaced": [{"old": "f1", "new": "n1"}]}
    read = [HOME, JOB] if "bakery" in asked.text else [MOVED]
    facts = [{"subject": "mia", "relation": how, "object": what, "slot": slot} for how, what, slot in read]
    return {"facts": facts, "place": None, "heading": None}


with nullcontext() if sys.argv[1:] else ModelServer(script) as server:
    language = sys.argv[1] if server is None else f"openai:scripted@{server.url}"
    store = Path(tempfile.mkdtemp()) / "chat.db"
    with AgentMemory(store, memory="arigraph", language=language, budget=Budget(calls=20)) as memory:
        for text in SAID:
            receipt = memory.add(text, speaker="Mia").receipt
            print(f"{text!r}: {receipt.calls} calls, {receipt.tokens} tokens, {receipt.deferred} wait")
        facts = [found for found in memory.search("Where does Mia live?") if found.kind == "fact"]
        print("now:", "; ".join(found.text for found in facts))
        print("because:", memory.why(facts[0].id).versions[-1].by)
