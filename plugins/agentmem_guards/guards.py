"""What the guards do to an event before it is written."""

from __future__ import annotations

import logging

from agentmem.events import Event
from agentmem.hookspecs import hookimpl
from agentmem_guards.injection import suspicions
from agentmem_guards.secrets import without_secrets

log = logging.getLogger(__name__)


class Guards:
    """A plugin that guards what is written. Only names of kinds and rules are logged, never what was said.

    Args:
        secrets: Replace secrets by their kind: `[secret: AWS key]`.
        entropy: Take quoted strings that look random for secrets too. Many are none: hashes, ids.
        quarantine: Keep what looks like an injection from being folded and recalled.
    """

    def __init__(self, *, secrets: bool = True, entropy: bool = False, quarantine: bool = True) -> None:
        self._secrets, self._entropy, self._quarantine = secrets, entropy, quarantine

    @hookimpl
    def agentmem_before_write(self, event: Event) -> Event:
        """Return the event as it may be kept.

        Raises:
            MissingExtra: secrets cannot be found without the extra `guards`; nothing is written then.
        """
        if self._secrets:
            event = self._redacted(event)
        return self._suspected(event) if self._quarantine else event

    def _redacted(self, event: Event) -> Event:
        hidden: dict[str, str] = {}
        kinds: set[str] = set()
        for name in ("text", "action", "speaker"):
            if said := getattr(event, name):
                hidden[name], found = without_secrets(said, entropy=self._entropy)
                kinds |= found
        if not kinds:
            return event
        log.warning("secrets were hidden in an event: %s", ", ".join(sorted(kinds)))
        return event.model_copy(update=hidden)

    def _suspected(self, event: Event) -> Event:
        rules = suspicions("\n".join(filter(None, (event.speaker, event.action, event.text))))
        if not rules:
            return event
        log.warning("an event is quarantined by the rules: %s", ", ".join(rules))
        return event.model_copy(update={"trust": "quarantined"})
