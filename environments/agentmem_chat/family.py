"""Every conversation that can be had here, opened by what the user types."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from agentmem.agent.environment import Defaults, Environment
from agentmem.settings import settings_from
from agentmem_chat.dialogue import Dialogue
from agentmem_chat.options import Recorded, Simulated
from agentmem_chat.recorded import existing, script_of
from agentmem_chat.simulated import simulate

PREFIX = "chat:"
SIMULATED = "simulated"


class ChatFamily:
    """An `EnvironmentFamily`: `chat:simulated`, and files of conversations as `chat:FILE`."""

    @property
    def defaults(self) -> Defaults:
        """Answered by `chat`, with `episodic`, to the last line."""
        return Defaults(policy="chat", memory="episodic", max_steps=1_000_000)

    def claims(self, spec: str) -> bool:
        """Return whether `spec` is one of ours.

        >>> [ChatFamily().claims(spec) for spec in ("chat:simulated", "chat:locomo10.json", "cook:4")]
        [True, True, False]
        """
        return spec.startswith(PREFIX)

    def open(self, spec: str, options: Mapping[str, Any]) -> Environment:
        """Return the conversation.

        Raises:
            InvalidInput: no such file, a line of it that is wrong, or turns too few for the facts.
            UnknownSetting: an option nobody reads, or a value out of its range.
            UnknownName: the file has no conversation of that name.
        """
        meant = spec.removeprefix(PREFIX)
        if meant == SIMULATED:
            chosen = settings_from(Simulated, options)
            return Dialogue(simulate(chosen), name=spec, options=chosen.model_dump(mode="json"))
        file, how = existing(meant), settings_from(Recorded, options)
        name = f"{PREFIX}{file.absolute()}"  # found from any folder, when it is had again
        return Dialogue(script_of(file, how), name=name, options=how.model_dump(mode="json"))

    def check(self, spec: str, options: Mapping[str, Any]) -> None:
        """Refuse what `open` refuses: it is quick, and makes nothing."""
        self.open(spec, options).close()

    def is_fixed(self, spec: str) -> bool:
        """Return whether it is recorded: what was said was said."""
        return spec.removeprefix(PREFIX) != SIMULATED

    def catalogue(self) -> Sequence[Mapping[str, Any]]:
        """Return the one that needs no file."""
        about = "a user tells facts among small talk, changes some, takes some back, and asks"
        return [{"name": PREFIX + SIMULATED, "about": about, "seconds": 0, "cached_seeds": []}]
