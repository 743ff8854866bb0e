"""Numbers as they are written everywhere in a report."""

from __future__ import annotations

from agentmem.bench.retrieval import Mean


def number(mean: Mean) -> str:
    """Return a mean with its interval; without one where all cells agree.

    >>> number(Mean(value=0.8, low=0.4, high=1.0)), number(Mean(value=1, low=1, high=1))
    ('0.80 [0.40, 1.00]', '1.00')
    """
    if mean.low == mean.high:
        return f"{mean.value:.2f}"
    return f"{mean.value:.2f} [{mean.low:.2f}, {mean.high:.2f}]"


def figure(value: float | None) -> str:
    """Return a number as a table shows it: three digits, or all of a whole one.

    >>> [figure(value) for value in (None, 5.0, 0.12345, 12.345, 1234.5, 0.00001)]
    ['', '5', '0.123', '12.3', '1,234', '1e-05']
    """
    if value is None:
        return ""
    if value == int(value) or abs(value) >= 1000:
        return f"{value:,.0f}"
    return f"{value:.3g}"
