"""Whether a memory is better than another by more than chance: they are compared on what both were asked."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from agentmem.bench.report.board import mean_over

Sample = Mapping[str, float]
"""Scores in one task, by what was asked: a seed, or the id of a question."""
ENOUGH = 10
"""Cells or questions that both had, in each task, for their differences to be trusted."""


def is_better(one: Sequence[Sample], other: Sequence[Sample]) -> bool:
    """Return whether the mean of a memory is above another's by more than chance.

    Where both were asked enough, the whole interval of the mean of their differences has to lie above 0: what is
    hard for both then counts for neither. Else their own intervals must not meet.

    Args:
        one: The samples of the first, task by task.
        other: Those of the second, the same tasks in the same order.

    >>> worse = {str(seed): seed / 20 for seed in range(10)}
    >>> better = {seed: score + 0.05 for seed, score in worse.items()}
    >>> is_better([better], [worse]), is_better([worse], [better])
    (True, False)
    >>> few = [{seed: score for seed, score in scores.items() if seed < "4"} for scores in (better, worse)]
    >>> is_better(few[:1], few[1:])
    False
    """
    shared = [
        [mine[asked] - theirs[asked] for asked in mine if asked in theirs]
        for mine, theirs in zip(one, other, strict=True)
    ]
    if min(map(len, shared)) >= ENOUGH:
        return mean_over(shared).low > 0
    if min(map(len, (*one, *other))) < 2:
        return False
    mine, theirs = (mean_over([list(sample.values()) for sample in samples]) for samples in (one, other))
    return mine.low > theirs.high
