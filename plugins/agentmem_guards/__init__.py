"""Guards over what is written: secrets are hidden, and what looks like an injection is quarantined.

They change what is kept, so nobody has them who does not ask: `--plugin agentmem_guards`, or
`Host(also=["agentmem_guards"])`. One alone: `Host(also=[Guards(quarantine=False)])`.
"""

from __future__ import annotations

from agentmem.events import Event
from agentmem.hookspecs import hookimpl
from agentmem_guards.guards import Guards

__all__ = ["Guards"]


@hookimpl
def agentmem_before_write(event: Event) -> Event:
    """Return the event as it may be kept, guarded in the usual way."""
    return Guards().agentmem_before_write(event)
