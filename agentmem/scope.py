"""Whose memory it is: an application, a user, a conversation."""

from __future__ import annotations

import re
from typing import Annotated

from pydantic import StringConstraints, ValidationError

from agentmem.errors import InvalidInput
from agentmem.events import Value, in_one_sentence

DEFAULT = "default"
LONGEST = 200
"""Characters of a namespace."""
Name = Annotated[str, StringConstraints(min_length=1)]
ESCAPED = re.compile(r"[%/\x00-\x1f\x7f-\x9f\u2028\u2029\ud800-\udfff]")


class Scope(Value):
    """Whose memory it is, given once when it is opened.

    `app` and `user` make the namespace: two of them never share one, whatever is in their names. `session` marks
    what is added; what is recalled is of all conversations of the user.
    """

    app: Name | None = None
    user: Name | None = None
    session: Name | None = None

    @property
    def namespace(self) -> str:
        """The name of the namespace; "default" where neither app nor user is named.

        >>> Scope(app="shop", user="ada/../bob").namespace
        'app:shop/user:ada%2f..%2fbob'
        """
        named = (("app", self.app), ("user", self.user))
        return "/".join(f"{what}:{_escaped(name)}" for what, name in named if name is not None) or DEFAULT


def scope_of(app: str | None, user: str | None, session: str | None) -> Scope:
    """Return the scope, checked.

    Raises:
        InvalidInput: a name is empty, or too long.
    """
    try:
        scope = Scope(app=app, user=user, session=session)
    except ValidationError as error:
        raise InvalidInput(f"this scope cannot be used: {in_one_sentence(error)}") from None
    if len(scope.namespace) > LONGEST:
        raise InvalidInput(
            f"the names of app and user come to {len(scope.namespace)} characters (of control characters, / and %, "
            f"each counts for several); use shorter ones, at most {LONGEST} in all"
        )
    return scope


def namespace_of(scope: Scope, named: str | None) -> str:
    """Return the namespace of a scope; or the one that is named instead.

    Raises:
        InvalidInput: one is named, and an app or a user as well.
    """
    if named is None:
        return scope.namespace
    if scope.app is not None or scope.user is not None:
        raise InvalidInput(f"namespace {named[:80]!r} and an app or a user are given; give one or the other")
    return named


def _escaped(name: str) -> str:
    return ESCAPED.sub(lambda sign: f"%{ord(sign[0]):02x}", name)
