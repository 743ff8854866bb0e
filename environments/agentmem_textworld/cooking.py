"""Cooking by a recipe: gather, cut, cook, prepare, eat.

TextWorld's rules: a knife cuts, a stove fries, an oven roasts, a barbecue or
toaster grills; what is cooked twice burns, so nothing is done that the recipe
does not ask for.
"""

from __future__ import annotations

from collections.abc import Iterator

from agentmem_textworld.errands import Step, at_thing, fetch, reach, with_free_hands
from agentmem_textworld.knowledge import Knowledge
from agentmem_textworld.naming import CUT

_CUTTING = {"sliced": "slice", "diced": "dice", "chopped": "chop"}
_BLADES = frozenset({"knife", "cleaver", "dagger"})
_APPLIANCES = {
    "fried": frozenset({"stove", "burner", "range", "pan", "skillet"}),
    "roasted": frozenset({"oven"}),
    "grilled": frozenset({"bbq", "barbecue", "barbeque", "grill", "toaster"}),
}


def cook(known: Knowledge, kitchen: str | None) -> Step | None:
    """Return the next command towards the meal; None when something must be found first."""
    if known.carries("meal"):
        return Step("eat meal", "the meal is ready")
    if not known.required:
        return _read_recipe(known)
    steps = [(thing, step) for thing in known.required for step in _ready(known, thing)]
    if steps:
        _, first = min(steps, key=lambda one: (_can_wait(known, one[0]), _effort(one[1])))
        return with_free_hands(known, first, spare)
    if all(known.carries(thing) and not known.open_tasks(thing) for thing in known.required):
        return _prepare(known, kitchen)
    return None


def open_work(known: Knowledge) -> list[str]:
    """Return what is still to be done for the meal, in words."""
    if known.carries("meal"):
        return ["eat the meal"]
    work = [f"get the {thing}" for thing in known.required if not known.carries(thing)]
    work += [f"have the {thing} {task}" for thing in known.required for task in known.open_tasks(thing)]
    return [*work, "prepare the meal", "eat the meal"]


def serve(known: Knowledge) -> Step | None:
    """Return the next command towards a dish that is missing from the table: fetch it, cook it, put it on the heat."""
    for thing in known.required:
        heats = [heat for heat in _all_heats(known) if (thing, heat) not in known.puts]
        if not known.carries(thing):
            return fetch(known, thing, f"the {thing} is missing")
        for command, heat in _ways_to_serve(known, thing, heats):
            step = at_thing(known, heat, command, f"the {thing} is to be {' and '.join(known.open_tasks(thing))}")
            if step:
                return step
    return None


def _ways_to_serve(known: Knowledge, thing: str, heats: list[str]) -> Iterator[tuple[str, str]]:
    for heat in heats:
        if _makes(known, heat) in known.open_tasks(thing) and not known.has_failed(
            f"cook {thing} with {heat}", known.room_of(heat)
        ):
            yield f"cook {thing} with {heat}", heat
        yield f"put {thing} on {heat}", heat


def _all_heats(known: Knowledge) -> list[str]:
    """Return every appliance there is, nearest first."""
    return _nearest(known, [thing for thing in known.placed if known.is_furniture(thing) and _makes(known, thing)])


def _read_recipe(known: Knowledge) -> Step | None:
    for book in sorted(thing for thing in known.placed if "cookbook" in thing or "recipe" in thing):
        step = at_thing(known, book, f"examine {book}", "the recipe is not known yet")
        if step:
            return step
    return None


def _ready(known: Knowledge, thing: str) -> Iterator[Step]:
    """Give the next command towards one ingredient as the recipe wants it, if there is one."""
    tasks = known.open_tasks(thing)
    if not known.carries(thing):
        step = fetch(known, thing, f"the recipe requires the {thing}")
    elif not tasks:
        return
    else:
        step = next((done for done in (_process(known, thing, task) for task in tasks) if done), None)
    if step:
        yield step


def _process(known: Knowledge, thing: str, task: str) -> Step | None:
    reason = f"the {thing} is to be {task}"
    if task in CUT:
        return _cut(known, thing, _CUTTING[task], reason)
    for appliance in _heats(known, task):
        step = at_thing(known, appliance, f"cook {thing} with {appliance}", reason)
        if step:
            return step
    return None


def _cut(known: Knowledge, thing: str, verb: str, reason: str) -> Step | None:
    blades = sorted(blade for blade in known.placed if blade.split()[-1] in _BLADES)
    for blade in blades:
        if known.carries(blade):
            return Step(f"{verb} {thing} with {blade}", reason)
    steps = (fetch(known, blade, f"{reason} with the {blade}") for blade in blades)
    return next((step for step in steps if step), None)


def _makes(known: Knowledge, appliance: str) -> str | None:
    """Return what food becomes with an appliance: as seen, or as its name says."""
    if appliance in known.appliances:
        return known.appliances[appliance]
    words = frozenset(appliance.split())
    return next((state for state, nouns in _APPLIANCES.items() if words & nouns), None)


def _heats(known: Knowledge, state: str) -> list[str]:
    """Return the appliances that make food so, nearest first."""
    return [heat for heat in _all_heats(known) if _makes(known, heat) == state]


def _nearest(known: Knowledge, things: list[str]) -> list[str]:
    far = len(known.routes.distance)
    return sorted(things, key=lambda thing: (known.routes.distance.get(known.room_of(thing) or "", far), thing))


def _can_wait(known: Knowledge, thing: str) -> bool:
    """Return whether an ingredient that was put down when it was done stays there: others need the hands first."""
    done = known.hands_limited and not known.carries(thing) and not known.open_tasks(thing)
    return done and any(map(known.open_tasks, known.required))


def _effort(step: Step) -> int:
    """Return how far off a step is: what can be done here, then the blade, then ingredients here, then walks."""
    verb, _, thing = step.command.partition(" ")
    if verb == "take":
        return 1 if thing.split(" from ")[0].split()[-1] in _BLADES else 2
    return 3 if verb == "go" else 0


def _prepare(known: Knowledge, kitchen: str | None) -> Step | None:
    room = known.kitchen or kitchen
    if room and known.place != room:
        return reach(known, room, "all ingredients are ready")
    return Step("prepare meal", "all ingredients are ready")


def spare(known: Knowledge) -> str | None:
    """Return what to put down when no more can be carried.

    First what no recipe needs, then a blade with nothing to cut, then what is
    nearest to done; a blade that is needed, last.
    """
    cutting = any(_to_cut(known, thing) for thing in known.required)

    def worth(thing: str) -> tuple[int, str]:
        if thing.rsplit(maxsplit=1)[-1] in _BLADES:
            return (5 if cutting else 1), thing
        if thing not in known.required:
            return 0, thing
        return (4 if _to_cut(known, thing) else 3 if known.open_tasks(thing) else 2), thing

    return min(known.carried, key=worth, default=None)


def _to_cut(known: Knowledge, thing: str) -> bool:
    return any(task in CUT for task in known.open_tasks(thing))
