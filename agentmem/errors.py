"""Every error agentmem raises, in one tree.

A message has three parts: what happened, the value seen, the cure.

```
AgentmemError
├── InvalidInput            what was passed in cannot be used; nothing was changed
│   ├── UnknownName         no plugin offers that name (suggests the nearest)
│   └── UnknownSetting      a setting nobody reads, or a value out of its range
├── MissingExtra            an optional dependency is not installed
├── PluginError             a plugin is broken, or two clash
├── StoreError
│   ├── StoreUnavailable    cannot be opened, reached or written; nothing was acknowledged
│   ├── StoreRefused        not ours, corrupt, or of a newer version; nothing was touched
│   ├── WrongDimension      a vector of another dimension than the namespace keeps
│   ├── UnknownNode         an id this graph does not hold
│   └── CursorMoved         another process got there first; read again
├── LanguageError
│   ├── LanguageUnavailable an outage: the event waits, its cursor stays
│   │   ├── LanguageMisconfigured  the key, model or address is wrong: waits until it is mended
│   │   └── BudgetExceeded  the call was not made: the event waits too
│   │       └── LeftToRules nor was it, and the budget says that the rules shall answer
│   ├── FormRefused         a chat model cannot be asked in this form; the next is tried
│   ├── OptionRefused       nor with this option, which is left out from now on; the same is tried again
│   ├── BadAnswer           answered, but unusable: the event is set aside
│   └── UnrecordedCall      a recorded language was asked what it never heard
├── Refused                 whoever asks a server may not do this; nothing was done
│   ├── UnknownKey          no key, a wrong one, or one that has expired or was revoked
│   └── TooManyRequests     too many in a short time; try again later
├── ClusterUnavailable      no cluster that can be used answers, or it was lost
└── EnvironmentFailed       a game or chat cannot be opened or played
    └── ReplayMismatch      the replay saw something else than the recording
```
"""

from __future__ import annotations

from collections.abc import Iterable
from difflib import get_close_matches


class AgentmemError(Exception):
    """What every error of agentmem is."""


class InvalidInput(AgentmemError, ValueError):
    """What was passed in cannot be used; nothing was changed."""


class UnknownName(InvalidInput):
    """No plugin offers that name."""

    @classmethod
    def among(cls, kind: str, name: str, known: Iterable[str], *, cure: str) -> UnknownName:
        """Return the error for `name`, suggesting the nearest of `known`.

        >>> print(UnknownName.among("memory", "amen", ["amem"], cure="agentmem memories"))
        no memory named 'amen'; did you mean 'amem'? list them with: agentmem memories
        """
        near = get_close_matches(name, sorted(known), n=1, cutoff=0.5)
        hint = f"did you mean {near[0]!r}? " if near else ""
        return cls(f"no {kind} named {name!r}; {hint}list them with: {cure}")


class UnknownSetting(InvalidInput):
    """A setting nobody reads, or a value out of its range."""


class MissingExtra(AgentmemError, ImportError):
    """An optional dependency is not installed."""

    @classmethod
    def needs(cls, extra: str, *, what: str) -> MissingExtra:
        """Return the error for `what`, naming the extra that brings it."""
        return cls(f"{what} needs an optional part: pip install 'agentmem-graph[{extra}]'")


class PluginError(AgentmemError):
    """A plugin is broken, or two clash; the others work."""


class StoreError(AgentmemError):
    """Something about where the graph is kept."""


class StoreUnavailable(StoreError):
    """The store cannot be opened, reached or written; nothing was acknowledged."""


class StoreRefused(StoreError):
    """The store is corrupt, another program's, or of a newer version; nothing was touched."""


class WrongDimension(StoreError, ValueError):
    """A vector has another dimension than its namespace keeps; nothing was written."""


class UnknownNode(StoreError, KeyError):
    """An id this graph does not hold; nothing was written."""

    def __str__(self) -> str:
        return str(self.args[0]) if self.args else ""


class CursorMoved(StoreError):
    """Another process advanced this counter first; read again and retry."""


class LanguageError(AgentmemError):
    """Something about the model, or what stands in for it."""


class LanguageUnavailable(LanguageError):
    """An outage: unreachable, overloaded, timed out. The event waits, its cursor stays.

    Attributes:
        retry_after_s: Seconds after which the provider wants to be asked again; None if it did not say.
    """

    def __init__(self, said: str, *, retry_after_s: float | None = None) -> None:
        super().__init__(said)
        self.retry_after_s = retry_after_s


class LanguageMisconfigured(LanguageUnavailable):
    """The key, the model or the address is wrong. Asking again is no use; the event waits until it is mended."""


class FormRefused(LanguageError):
    """A chat model cannot be asked in this form (a JSON schema, a JSON object); the next one is tried."""


class OptionRefused(LanguageError):
    """A chat model does not take an option it was sent. It is left out from now on, and the same is asked again."""


class BadAnswer(LanguageError):
    """The model answered, but not usably even after one repair. The event is set aside."""


class UnrecordedCall(LanguageError):
    """A recorded language was asked something that is not in its recording."""


class BudgetExceeded(LanguageUnavailable):
    """The budget does not allow this call; it was not made. The event waits, its cursor stays."""


class LeftToRules(BudgetExceeded):
    """The budget does not allow this call, and says that the rules shall answer instead, where there are any."""


class Refused(AgentmemError):
    """Whoever asks a server may not do this; nothing was done."""


class UnknownKey(Refused):
    """No key was shown, a wrong one, or one that has expired or was revoked."""


class TooManyRequests(Refused):
    """Too many requests in a short time.

    Attributes:
        retry_after_s: Seconds after which one more is allowed.
    """

    def __init__(self, said: str, *, retry_after_s: float) -> None:
        super().__init__(said)
        self.retry_after_s = retry_after_s


class ClusterUnavailable(AgentmemError):
    """No cluster that can be used answers there, or it was lost; what has ended is kept."""


class EnvironmentFailed(AgentmemError):
    """A game or chat cannot be opened or played on."""


class ReplayMismatch(EnvironmentFailed):
    """The replayed environment showed something else than the recording."""
