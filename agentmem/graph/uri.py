"""How the address of a store is shown: with no password in it."""

from __future__ import annotations

import re

NAMED = re.compile(r"(?P<scheme>[A-Za-z][\w+.-]*:/*)(?P<rest>.*)", re.DOTALL)
PLACE = re.compile(r"(\[[^\]]*\]|[^:@/?#\[]*)(:\d{0,5})?(/[^@]*)?")
"""A host, a port, a path."""


def without_password(uri: str) -> str:
    """Return the URI of a store as it may be shown: a user may stand in it, a password not.

    What cannot be read as a URI, but may hold a password, is cut behind the user.

    >>> without_password("neo4j://ann:secret@db.example/notes?wait=60")
    'neo4j://ann@db.example/notes?wait=60'
    >>> without_password("neo4j://db.example:7687?root=ann@work")
    'neo4j://db.example:7687?root=ann@work'
    >>> without_password("neo4j://ann:se?cr/et@db.example")
    'neo4j://ann@...'
    >>> without_password("memory.db")
    'memory.db'
    """
    found = NAMED.fullmatch(uri)
    if found is None or "@" not in found["rest"]:
        return uri
    before, mark, query = found["rest"].partition("?")
    credentials, at, place = before.rpartition("@")
    user = credentials.partition(":")[0]
    if PLACE.fullmatch(place) and "/" not in credentials and "@" not in query.partition("=")[0]:
        return f"{found['scheme']}{user}{at}{place}{mark}{query}"
    return f"{found['scheme']}{before.partition(':')[0]}@..."
