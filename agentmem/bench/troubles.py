"""What must be known of a memory before its score is believed, in sentences."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from agentmem.plural import counted


def troubles(
    who: str, *, set_aside: int, waiting: int, events: int | None = None, failures: Sequence[str] = ()
) -> Iterator[str]:
    """Yield one sentence for each kind of trouble, without a full stop; none where all went well.

    Args:
        who: The memory, and perhaps on what.
        set_aside: Events it could not take in.
        waiting: Entries it could not take in yet.
        events: How many it was told, where that is known.
        failures: Why asking failed, each time it did.

    >>> print(*troubles("tim", set_aside=3, waiting=0, events=11, failures=["too late"]), sep=chr(10))
    tim could not take in 3 of 11 events, and is measured without them
    tim failed on 1 question, which counts as nothing found; the first: too late
    """
    if set_aside:
        some = counted(set_aside, "event") if events is None else f"{set_aside:,} of {counted(events, 'event')}"
        yield f"{who} could not take in {some}, and is measured without them"
    if waiting:
        why = "the language was out, or the budget used up"
        yield f"{who} could not take in {counted(waiting, 'entry')} yet: {why}; its figures say little"
    if failures:
        count = "counts" if len(failures) == 1 else "count"
        times = counted(len(failures), "question")
        yield f"{who} failed on {times}, which {count} as nothing found; the first: {failures[0]}"
