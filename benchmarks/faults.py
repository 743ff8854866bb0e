"""What a failing model costs each memory that asks one: nothing but recall, until it is back.

Every memory that asks a model is put through every trouble, over a real socket with the real
client: `openai`, or that of `langchain-openai`. Which memories ask is found out by telling them.
Waiting between tries is left out.

    python benchmarks/faults.py                 # a minute or two
    python benchmarks/faults.py --memories      # one line for each memory too
    python benchmarks/faults.py --client langchain
    python benchmarks/faults.py --true-latency  # also one answer that is 30 s late, waited for, per memory
"""

from __future__ import annotations

import argparse
import logging
from collections import Counter
from collections.abc import Sequence

from pydantic import SecretStr

from agentmem import Host
from agentmem.language.chat import Chat
from agentmem.language.chat_answers import ChatAnswers
from agentmem.language.langchain_chat import LangChainChat
from agentmem.language.openai_chat import OpenAIChat
from agentmem.testing.endured import Endured
from agentmem.testing.memory_trial import Trials
from agentmem.testing.model_faults import slow
from agentmem.testing.model_troubles import Trouble, all_troubles

LATE = Trouble("one answer 30 s late, limit 60 s", slow(30), times=1)
HEADING = (
    "| trouble | wait | set aside | names dropped | events lost | silent defaults | locked during a call | "
    "rows of others changed | after catch_up and retry | after rebuild |"
)


def main() -> None:
    """Print the table."""
    options = argparse.ArgumentParser(description="Put memories through the troubles of a model.")
    options.add_argument("--memories", action="store_true", help="one line for each memory too")
    options.add_argument("--true-latency", action="store_true", help="also answers that are really 30 s late")
    options.add_argument("--client", choices=sorted(CLIENTS), default="openai")
    options.add_argument("--scale", type=float, default=0.02, help="of the 30 s latency and its limit")
    chosen = options.parse_args()
    logging.disable(logging.WARNING)  # each entry set aside is warned of
    print(HEADING)
    print("|---" * HEADING.count(" |") + "|")
    with Trials(CLIENTS[chosen.client], Host()) as trials:
        for trouble in all_troubles(scale=chosen.scale):
            report([trials.run(name, trouble) for name in trials.that_ask], each=chosen.memories)
        if chosen.true_latency:
            report([trials.run(name, LATE) for name in trials.that_ask], each=chosen.memories)
        print(f"\nOver {', '.join(trials.that_ask)}; seconds of the 30 s latency and its limit times {chosen.scale}.")


def by_openai(url: str, limit_s: float) -> ChatAnswers:
    """Return who answers: the client of OpenAI, that does not sleep between two tries."""
    return awake(OpenAIChat("any", base_url=url, api_key=SecretStr("any"), timeout_s=limit_s))


def by_langchain(url: str, limit_s: float) -> ChatAnswers:
    """Return who answers: LangChain's model of OpenAI, likewise."""
    from langchain_openai import ChatOpenAI

    model = ChatOpenAI(model="any", base_url=url, api_key=SecretStr("any"), timeout=limit_s, max_retries=0)
    return awake(LangChainChat(model))


def awake(chat: Chat) -> ChatAnswers:
    """Return who answers by a chat model, trying twice at once."""
    return ChatAnswers(chat, tries=2, sleep=lambda seconds: None)  # noqa: ARG005


CLIENTS = {"openai": by_openai, "langchain": by_langchain}


def report(found: Sequence[Endured], *, each: bool) -> None:
    """Print the line of a trouble: sums over all memories, and how many came to which graph."""
    print(line(found[0].trouble, found))
    for one in found if each else ():
        print(line(f"· {one.memory}", [one]))


def line(title: str, found: Sequence[Endured]) -> str:
    """Return one line of the table."""
    sums = {name: sum(getattr(one, name) for one in found) for name in Endured.model_fields if name in COUNTED}
    cells = [
        *(str(sums[name]) for name in ("waits", "set_aside", "dropped", "lost", "silent")),
        f"{sums['locked']} of {sums['looked']}",
        str(sums["touched"]),
        in_words([one.recovered for one in found]),
        in_words([one.rebuilt for one in found]),
    ]
    return f"| {title} | {' | '.join(cells)} |"


COUNTED = {"waits", "set_aside", "dropped", "lost", "silent", "looked", "locked", "touched"}
WORDS = {"bytes": "same bytes", "content": "same content", "differs": "as the model said"}


def in_words(found: Sequence[str]) -> str:
    """Return how many graphs are how alike to those that never had any trouble."""
    return ", ".join(f"{WORDS[same]} {count}/{len(found)}" for same, count in Counter(found).most_common())


if __name__ == "__main__":
    main()
