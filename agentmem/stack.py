"""Several memories as one: all are told everything, and what they recall is fused.

Each keeps its own part of the graph, its own cursor, and its own list of what
it set aside: one that fails does not take the others down.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Annotated, Any

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field

from agentmem.errors import InvalidInput, PluginError, UnknownSetting
from agentmem.events import Query, Recollection
from agentmem.fusion import Answers, Method, fuse
from agentmem.host import Host
from agentmem.memory import Memory
from agentmem.settings import settings_from

JOINED = "+"
OWN = "stack"
"""Before a setting's name: it belongs to the stack itself."""
NAME = re.compile(r"[^/@+!\s][^/+!\s]*")
TAKEN = {"event", "operation", "journal", "embedder", OWN}
"""Names that the host uses itself."""


def _as_list(value: object) -> object:
    return [one for one in value.split(",") if one.strip()] if isinstance(value, str) else value


class StackSettings(BaseModel):
    """What can be set of the stack itself, with `--set stack.name=value`.

    Attributes:
        fusion: How lists become one: reciprocal ranks ("rrf"), or the weighted mean of scores ("weighted").
        rank_constant: k of reciprocal rank fusion; 60 in Cormack et al. 2009.
        weights: One number per memory, in their order ("2,1"); left out, all weigh the same.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    fusion: Method = "rrf"
    rank_constant: int = Field(default=60, ge=0, le=10_000)
    weights: Annotated[tuple[Annotated[float, Field(gt=0, le=1000)], ...], BeforeValidator(_as_list)] = ()


class Stack:
    """The memories of an application, one or more, and how what they recall becomes one list.

    Raises:
        InvalidInput: there is none, or two have one name.
        PluginError: one has a name under which it would reach what is not its own.
        UnknownSetting: not as many weights as memories.
    """

    def __init__(self, memories: Sequence[Memory], settings: StackSettings | None = None) -> None:
        self.memories = tuple(memories)
        self.settings = settings or StackSettings()
        names = [memory.name for memory in self.memories]
        if not names:
            raise InvalidInput("no memory is named; name one, or several as a+b")
        wrong = next((name for name in names if not NAME.fullmatch(name) or name in TAKEN), None)
        if wrong is not None:
            raise PluginError(f"no memory can be named {wrong!r}: it begins its nodes' ids; use a word of its own")
        if twice := next((name for name in names if names.count(name) > 1), None):
            raise InvalidInput(f"two memories of this stack are named {twice!r}; each may be there once")
        weights = self.settings.weights or (1.0,) * len(names)
        if len(weights) != len(names):
            raise UnknownSetting(
                f"setting 'weights' has {len(weights)} numbers for the {len(names)} memories {self.name}; give each one"
            )
        self._weights = dict(zip(names, weights, strict=True))

    @property
    def name(self) -> str:
        """The names of the memories, as typed: `episodic+arigraph`."""
        return JOINED.join(memory.name for memory in self.memories)

    def fuse(self, answers: Answers, query: Query) -> list[Recollection]:
        """Return at most `query.limit` of what the memories recalled; of a single memory, its own list untouched.

        `query.min_score` was held by each memory on its own scale, and is not asked of the fused score.
        """
        if len(self.memories) == 1:
            return [one for found in answers.values() for one in found]
        settings = self.settings
        fused = fuse(answers, weights=self._weights, method=settings.fusion, rank_constant=settings.rank_constant)
        return fused[: query.limit]


def open_stack(
    memory: str | Memory | Stack | Sequence[str | Memory], settings: Mapping[str, Any] | None, host: Host
) -> Stack:
    """Return the memories that are meant, built by `host` where they are named.

    Args:
        memory: A memory, the name of one, several names joined by "+", or a list of memories and names.
        settings: Of the memories that are named. Of several: `{"arigraph.width": 6, "stack.fusion": "weighted"}`.
        host: Offers memories by name.

    Raises:
        UnknownName, UnknownSetting, PluginError, InvalidInput: with the cure.
    """
    if isinstance(memory, Stack):
        if settings:
            raise UnknownSetting(f"the stack {memory.name} is built already, so {min(settings)!r} cannot be set")
        return memory
    if isinstance(memory, str):
        memory = [name.strip() for name in memory.split(JOINED)]
    parts = list(memory) if isinstance(memory, Sequence) else [memory]
    names = [part if isinstance(part, str) else part.name for part in parts]
    owned = _by_owner(settings or {}, names)
    if built := next((part.name for part in parts if not isinstance(part, str) and owned[part.name]), None):
        raise UnknownSetting(
            f"memory {built!r} is built already, so {min(owned[built])!r} cannot be set; name it instead"
        )
    memories = [host.memory(part, owned[part]) if isinstance(part, str) else part for part in parts]
    return Stack(memories, settings_from(StackSettings, owned[OWN]))


def _by_owner(settings: Mapping[str, Any], names: Sequence[str]) -> dict[str, dict[str, Any]]:
    """Return the settings of each memory, and of the stack; a bare name is that of the only memory."""
    owned: dict[str, dict[str, Any]] = {name: {} for name in (*names, OWN)}
    for key, value in settings.items():
        owner, dot, name = key.rpartition(".")
        if not dot and len(names) > 1:
            raise UnknownSetting(f"whose is the setting {key!r}? say {names[0]}.{key}, or {OWN}.{key} for the stack")
        if dot and owner not in owned:
            raise UnknownSetting(f"no memory {owner!r} for the setting {key!r}; the memories are: {', '.join(names)}")
        owned[owner if dot else names[0]][name if dot else key] = value
    return owned
