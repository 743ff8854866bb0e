"""What is to be achieved, out of objectives that spell out the whole way there.

TextWorld's generator writes an objective as a list of instructions, one per
command of the walkthrough. Given to an agent as it is, it measures how well
instructions are followed, not what is remembered. The phrases below are those
of the generator's instruction grammar.
"""

from __future__ import annotations

import re

FIRST = re.compile(r"(?:^|(?<=[.!?]\s))(?:First\b|Your first objective\b)")
"""Where a list of instructions begins."""

GREETING = re.compile(
    r"^(?:(?:Hey, thanks for coming|Welcome to|You are now playing|It's time to explore|Get ready to|"
    r"I hope you're ready|Who's got a virtual machine)\b[^!.]*\bTextWorld\b[^!.]*[!.]\s+)"
)
TASK = re.compile(r"^(?:Your task for today is to|Your objective is to|Please)\s+(?=[a-z])")
CLOSING = re.compile(
    r"\s*(?:Once that's all handled, you can stop!|And once you've done that, you win!|"
    r"And if you do that, you're the winner!|That's it!|Got that\? Good!|Alright, thanks!)\s*$"
)
LEAD_IN = re.compile(
    r"^(?:(?:(?:okay|and then|then|next|first|after|once|if|having|with|following that|that done|like|you could)\b"
    r"[^,]*,\s*)|(?:your first objective is to|first thing I need you to do is to|I need you to|"
    r"it would be [^,]* if you could|you can)\s+)+",
    re.IGNORECASE,
)
ATTEMPT = re.compile(r"^(?:try to|attempt to|make an effort to|make an attempt to)\s+", re.IGNORECASE)


def brief(objective: str) -> str:
    """Return `objective` with the way there cut and only what is to be achieved kept.

    Of a generated list of instructions that is the last one, in each of its
    quests. Other objectives (a person's, or one that tells no way) stay as they are.

    >>> brief("Welcome to TextWorld! First stop, try to go north. After that, pick up the lamp. That's it!")
    'Pick up the lamp.'
    >>> brief("You are hungry! Check the cookbook. Once done, enjoy your meal!")
    'You are hungry! Check the cookbook. Once done, enjoy your meal!'
    """
    return "\nAND\n".join(_aim(quest) for quest in objective.split("\nAND\n"))


def _aim(quest: str) -> str:
    text = quest.strip()
    instructions = _instructions(text)
    if not instructions:
        return quest
    last = re.split(r"(?<=[.!?])\s+", instructions)[-1]
    aim = ATTEMPT.sub("", LEAD_IN.sub("", last))
    return aim[:1].upper() + aim[1:]


def _instructions(text: str) -> str:
    """Return the generated list of instructions within `text`, without what surrounds it; empty if there is none."""
    body = CLOSING.sub("", text)
    if first := FIRST.search(body):
        return body[first.start() :] if _generated(text) else ""
    greeted = GREETING.sub("", body)
    task = TASK.sub("", greeted)
    return task if task != body and not re.search(r"[.!?]\s", task) else ""


def _generated(text: str) -> bool:
    return bool(GREETING.match(text) or CLOSING.search(text))
