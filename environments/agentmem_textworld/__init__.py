"""TextWorld: its games as environments, the grammar of its prose, and a policy that plays by rules.

A game, from what the user types to what the agent sees:

- `family.py`: what can be opened; `levels.py` and `options.py`: how it is named, and what with.
- `generation.py` makes a game once (`making.py`, in a process apart) and keeps it in a cache.
- `zmachine.py`: is this file a game, and whole?
- `simulator.py` plays TextWorld's own games, `jericho.py` (`machine.py`, in a process apart)
  everybody else's; to `game.py` both are a `World` (`world.py`).
- `game.py` gives observations, and the evaluation apart; `commands.py`, `prose.py` and
  `goals.py` say what goes in, what comes out, and what is to be done.

`grammar.py` reads facts out of the prose, `policy.py` plays by them.

Côté et al., "TextWorld: A Learning Environment for Text-based Games", 2018, arXiv 1806.11532.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any

from agentmem.hookspecs import hookimpl

if TYPE_CHECKING:
    from agentmem.agent.environment import EnvironmentFamily
    from agentmem.agent.policy import Policy
    from agentmem.language.contract import Rule
    from agentmem.language.facts import Reading

__all__ = ["agentmem_environments", "agentmem_policies", "agentmem_rules"]


@hookimpl
def agentmem_environments() -> Mapping[str, Callable[[], EnvironmentFamily]]:
    """Offer `textworld`: generated games by name, and story files by path."""
    return {"textworld": _family}


@hookimpl
def agentmem_policies() -> Mapping[str, Callable[[Mapping[str, Any]], Policy]]:
    """Offer `rules`."""
    return {"rules": _rules}


@hookimpl
def agentmem_rules() -> Mapping[str, Rule]:
    """Offer the grammar of TextWorld's prose for the task `facts`."""
    return {"facts": _facts}


def _family() -> EnvironmentFamily:
    from agentmem_textworld.family import TextWorldFamily

    return TextWorldFamily()


def _rules(settings: Mapping[str, Any]) -> Policy:
    from agentmem.events import Value
    from agentmem.settings import settings_from
    from agentmem_textworld.policy import RulePolicy

    settings_from(Value, settings)  # there are none
    return RulePolicy()


def _facts(text: str, action: str | None = None) -> Reading | None:
    from agentmem_textworld.grammar import read

    return read(text, action)
