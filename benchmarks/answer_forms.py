"""GPT-4's real answers through our parser and tasks, in each way models write; and what the published protocol loses.

    python benchmarks/answer_forms.py

The answers are those of the authors' logs: 204 steps, each with triplets, outdated triplets, entities, a plan and an
action. Each is written down again as an answer to our task, in several forms; an item is lost if it does not arrive
with the same content. The published protocol (`memories.md` B.2 and B5, B6, B8) is given the same answers, in its own
shape and in the same form: triplets split at ";" and ",", pairs at "->", a Python literal, JSON.
"""

from __future__ import annotations

import ast
import json
import re
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from typing import Any, NamedTuple

from agentmem.agent.ariadne.answers import Act, Plan
from agentmem.language.facts import Reading, normal
from agentmem.language.parsing import Unreadable, read_answer
from agentmem_arigraph.extraction import fact_of, resolve, triple
from agentmem_arigraph.retirement import Outdated, Shown
from agentmem_arigraph.semantic_search import Entities
from arigraph_logs import GAMES, attempts, replacements
from real_answers import reading

KINDS = ("triplets", "outdated", "entities", "plans", "actions")
Items = Iterable[Any]


class Form(NamedTuple):
    """A way of writing an answer: how names are written, and what is around the whole."""

    title: str
    named: Callable[[str], str] = str
    written: Callable[[str], str] = str


FORMS = (
    Form("as it was written"),
    Form("in a fence", written="```json\n{}\n```".format),
    Form("words around it", written="Sure! Here is the answer:\n{}\nI hope this helps.".format),
    Form("thoughts before it", written="<think>Is {{key 1}} in the locker?</think>\n{}".format),
    Form("a comma at its end", written=lambda text: re.sub(r"(?<=\S)(\s*[\]}])\Z", r",\1", text)),
    Form("Names In Capitals", named=str.title),
    Form("a comma in names", named="{}, that is".format),
)


class Answer(NamedTuple):
    """One answer: in the shape of our task and of the published protocol, and what it says."""

    kind: str
    ours: str
    theirs: str
    says: tuple[Any, ...]


def main() -> None:
    """Print how many items each side loses, of how many, form by form."""
    print(f"{'lost: ours / published':<24}" + "".join(f"{kind:>18}" for kind in KINDS))
    for form in FORMS:
        lost = losses(form)
        cells = (f"{lost[kind, 'ours']} / {lost[kind, 'theirs']} of {lost[kind, 'all']}" for kind in KINDS)
        print(f"{form.title:<24}" + "".join(f"{cell:>18}" for cell in cells))


def losses(form: Form) -> Counter[tuple[str, str]]:
    """Return for each kind of answer how many items there are in "all", and how many "ours" and "theirs" lose."""
    counts: Counter[tuple[str, str]] = Counter()
    for answer, known in all_answers(form):
        ours, theirs = read_by_ours(answer, form.written(answer.ours), known), read_by_theirs(answer, form, known)
        counts[answer.kind, "all"] += len(answer.says)
        counts[answer.kind, "ours"] += len(answer.says) - len(ours)
        counts[answer.kind, "theirs"] += len(answer.says) - len(theirs)
    return counts


def all_answers(form: Form) -> Iterator[tuple[Answer, tuple[str, ...]]]:
    """Give every answer of the logs, with the triplets the graph held when it was given, in names of our own form."""
    for attempt in (one for game in GAMES for one in attempts(game)):
        known: tuple[str, ...] = ()
        for step in attempt.steps:
            said = reading(step)
            facts = [fact | {end: form.named(fact[end]) for end in ("subject", "object")} for fact in said["facts"]]
            pairs = [tuple(renamed(one, form) for one in pair) for pair in replacements(step.outdated)]
            named = {form.named(name): depth for name, depth in ast.literal_eval(step.entities).items()}
            plan = re.sub(r'"sub_goal_\d+"', '"sub_goal"', step.plan).replace('"plan_steps"', '"steps"')
            action = step.action.replace('"reason_for_action"', '"reason"').replace('"action_to_take"', '"action"')
            held = tuple(renamed(one, form).lower() for one in known)
            of_known = tuple(old.lower() for old, _ in pairs if old.lower() in held)
            given = [
                Answer("triplets", json.dumps(said | {"facts": facts}), "; ".join(map(text_of, facts)), keys_of(facts)),
                Answer("outdated", json.dumps({"replaced": [{"old": old, "new": new} for old, new in pairs]}),
                       f"[{', '.join(f'[{old} -> {new}]' for old, new in pairs)}]", of_known),
                Answer("entities", json.dumps({"entities": [{"name": n, "depth": d} for n, d in named.items()]}),
                       json.dumps(named), tuple(named.items())),
                Answer("plans", plan, step.plan, (sub_goals(json.loads(step.plan)),)),
                Answer("actions", action, step.action, (step.taken,)),
            ]  # fmt: skip
            yield from ((answer, held) for answer in given)
            known = step.graph


def read_by_ours(answer: Answer, text: str, known: Items) -> list[Any]:
    """Return the items that arrive by our parser and tasks."""
    try:
        found = _items(answer.kind, text, known)
    except Unreadable:
        return []
    return [item for item in answer.says if item in found]


def _items(kind: str, text: str, known: Items) -> set[Any]:
    match kind:
        case "triplets":
            return {triple(fact) for fact in resolve(read_answer(text, Reading), before="somewhere").facts}
        case "outdated":
            facts = [parts_of(one) for one in known]
            shown = Shown((f"f{n}", fact_of(*parts, None)) for n, parts in enumerate(facts, 1))
            meant = (shown.meant(pair.old) for pair in read_answer(text, Outdated).replaced)
            return {shown[alias].text for alias in meant if alias}
        case "entities":
            return {(one.name, one.depth) for one in read_answer(text, Entities).entities}
        case "plans":
            plan = read_answer(text, Plan)
            return {(plan.main_goal, *(step.sub_goal for step in plan.steps))}
    return {read_answer(text, Act).action}


def read_by_theirs(answer: Answer, form: Form, known: Items) -> list[Any]:
    """Return the items that arrive by the published protocol; a plan is handed on unread."""
    text = form.written(answer.theirs)
    found: set[Any] = set()
    match answer.kind:
        case "triplets":
            split = [part.split(",") for part in text.split(";")]
            found = {(normal(one[0].split(":")[-1]), *map(normal, one[1:])) for one in split if len(one) == 3}
        case "outdated":
            pairs = [pair.split("->") for pair in text.split("[[")[-1].replace("[", "").strip("]").split("],")]
            olds = {", ".join(one.strip(" '\"\n") for one in pair[0].split(",")) for pair in pairs if len(pair) == 2}
            found = olds.intersection(known) if all(len(old.split(",")) == 3 for old in olds) else set()
        case "entities" | "actions":
            found = _evaluated(answer.kind, text)
        case _:
            return list(answer.says)
    return [item for item in answer.says if item in found]


def _evaluated(kind: str, text: str) -> set[Any]:
    """Return what is left of an answer that is one literal, or one JSON object; nothing where it is not that alone."""
    try:
        return set(ast.literal_eval(text).items()) if kind == "entities" else {json.loads(text)["action_to_take"]}
    except (ValueError, SyntaxError):
        return set()


def renamed(triplet: str, form: Form) -> str:
    """Return a triplet with its two names in a form."""
    subject, relation, object_ = triplet.split(", ")
    return f"{form.named(subject)}, {relation}, {form.named(object_)}"


def parts_of(triplet: str) -> tuple[str, str, str]:
    """Return subject, relation and object of a triplet whose names have as many commas each, as `FORMS` puts them."""
    parts = triplet.split(", ")
    middle = len(parts) // 2
    return ", ".join(parts[:middle]), parts[middle], ", ".join(parts[middle + 1 :])


def text_of(fact: dict[str, str]) -> str:
    """Return a triplet as text."""
    return ", ".join(fact.values())


def keys_of(facts: Iterable[dict[str, str]]) -> tuple[tuple[str, ...], ...]:
    """Return each fact once, in the form in which facts are compared."""
    return tuple(dict.fromkeys(tuple(normal(name) for name in fact.values()) for fact in facts))


def sub_goals(plan: dict[str, Any]) -> tuple[str, ...]:
    """Return the goal and the sub-goals of a published plan."""
    goals = (value for step in plan["plan_steps"] for key, value in step.items() if key.startswith("sub_goal"))
    return (plan["main_goal"], *goals)


if __name__ == "__main__":
    main()
