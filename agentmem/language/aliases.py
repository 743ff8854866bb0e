"""Aliases: the short names under which a model is shown things (n1, f2), and which of them it means."""

from __future__ import annotations

import re
from collections.abc import Container

_ALIAS = re.compile(r"\W*(?:[a-z]+ )?([a-z]\d+)\W*(?::.*)?", re.DOTALL)


def meant(said: str, shown: Container[str]) -> str | None:
    """Return the alias that an answer means; None if it was not shown.

    Models write them in capitals, in brackets, or with what was shown behind them.

    >>> [meant(said, {"n1"}) for said in ("n1", "N1", "[n1]", "note n1", "n1: the key is here", "n2", "", "-1")]
    ['n1', 'n1', 'n1', 'n1', 'n1', None, None, None]
    """
    if said in shown:
        return said
    found = _ALIAS.fullmatch(said.lower())
    return found[1] if found and found[1] in shown else None
