"""Keys that open memories: each is bound to an app and a user. A file keeps their hashes, and is only appended to.

A key is 256 random bits, shown once. Of such a secret a salted SHA-256 is enough: nobody can try them all.
"""

from __future__ import annotations

import hashlib
import hmac
import json
import os
import secrets
import threading
from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path

from pydantic import AwareDatetime, ValidationError

from agentmem.errors import InvalidInput, UnknownKey, UnknownName
from agentmem.events import Value, in_one_sentence
from agentmem.scope import Scope, scope_of

PREFIX = "amk"
REFUSED = "this key opens nothing here; make one with: agentmem keys add FILE --user NAME"


class Key(Value):
    """What is kept of a key.

    Attributes:
        id: Names it in lists and logs; a part of the key, and no secret.
        salt, hash: Of the secret: SHA-256 of both, in hex.
        app: The app it is bound to, if any.
        user: The user it is bound to; None where each request names one.
        any_user: Whether each request names the user, within the app.
        read_only: Whether it may only look.
        made: When.
        expires: Until when it opens anything.
        revoked: Since when it does not.
    """

    id: str
    salt: str
    hash: str
    app: str | None = None
    user: str | None = None
    any_user: bool = False
    read_only: bool = False
    made: AwareDatetime
    expires: AwareDatetime | None = None
    revoked: AwareDatetime | None = None

    @property
    def scope(self) -> Scope:
        """What it opens, but for the user where each request names one."""
        return Scope(app=self.app, user=self.user)

    def state(self, now: datetime) -> str:
        """Return "valid", "expired" or "revoked"."""
        if self.revoked is not None:
            return "revoked"
        return "expired" if self.expires is not None and self.expires <= now else "valid"


class KeyFile:
    """The keys in a file. It is read again when it changes, so a key that is revoked is so at once.

    May be used from many threads, and by several processes.

    Args:
        path: The file; made with the first key, readable by its owner alone.
    """

    def __init__(self, path: str | Path) -> None:
        self.path = Path(path).expanduser()
        self._lock = threading.Lock()
        self._stamp: tuple[int, ...] | None = None
        self._keys: Mapping[str, Key] = {}

    def add(
        self,
        *,
        app: str | None = None,
        user: str | None = None,
        any_user: bool = False,
        read_only: bool = False,
        expires: datetime | None = None,
    ) -> tuple[str, Key]:
        """Make a key; return it, which nobody can do again, and what is kept of it.

        Args:
            app: The app it is for.
            user: The user it is for.
            any_user: Let each request name the user, within the app; then `user` is None.
            read_only: Let it only look.
            expires: Until when, aware.

        Raises:
            InvalidInput: neither or both of `user` and `any_user`, a name no scope can have, a time that is
                naive or past; or the file cannot be written. Nothing was changed.
        """
        if (user is None) is not any_user:
            raise InvalidInput("a key is for one user or for any: give --user NAME, or --any-user")
        scope_of(app, user, None)
        now = datetime.now(UTC)
        if expires is not None and (expires.tzinfo is None or expires <= now):
            raise InvalidInput(f"the key would expire at {expires}: give a time to come, with its zone (…+00:00)")
        if self.path.exists():
            self.listed()  # what is there must be a file of keys
        id_, salt, secret = secrets.token_hex(6), secrets.token_hex(16), secrets.token_urlsafe(32)
        key = Key(
            id=id_, salt=salt, hash=_hashed(salt, secret), app=app, user=user, any_user=any_user,
            read_only=read_only, made=now, expires=expires,
        )  # fmt: skip
        self._append({"key": key.model_dump(mode="json", exclude_defaults=True)})
        return f"{PREFIX}_{id_}_{secret}", key

    def revoke(self, id_: str) -> Key:
        """Let a key open nothing from now on; return it as it was.

        Raises:
            UnknownName: no key has this id.
        """
        keys = {key.id: key for key in self.listed()}
        if id_ not in keys:
            raise UnknownName.among("key", id_, keys, cure=f"agentmem keys list {self.path}")
        if keys[id_].revoked is None:
            self._append({"revoked": id_, "at": datetime.now(UTC).isoformat()})
        return keys[id_]

    def listed(self) -> list[Key]:
        """Return all keys, oldest first.

        Raises:
            InvalidInput: there is no such file, or it is no file of keys.
        """
        try:
            found = self.path.stat()
            stamp = (found.st_mtime_ns, found.st_size, found.st_ino)
            with self._lock:
                if stamp != self._stamp:
                    self._keys, self._stamp = _read(self.path), stamp
                return list(self._keys.values())
        except OSError as problem:
            cure = f"make keys with: agentmem keys add {self.path} --user NAME"
            raise InvalidInput(f"{self.path} cannot be read ({problem.strerror}); {cure}") from None

    def find(self, shown: str) -> Key:
        """Return the key that is shown.

        Raises:
            UnknownKey: it is none of ours, has expired or was revoked.
            InvalidInput: the file cannot be read any more.
        """
        self.listed()
        _, _, rest = shown.partition("_")
        id_, _, secret = rest.partition("_")
        key = self._keys.get(id_)
        salt, expected = (key.salt, key.hash) if key else ("", "")
        if not hmac.compare_digest(_hashed(salt, secret), expected) or key is None:
            raise UnknownKey(REFUSED)
        state = key.state(datetime.now(UTC))
        if state != "valid":
            raise UnknownKey(f"the key {key.id} is {state}; make another with: agentmem keys add")
        return key

    def _append(self, line: Mapping[str, object]) -> None:
        try:
            self.path.parent.mkdir(parents=True, exist_ok=True)
            to = os.open(self.path, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o600)
            try:
                os.write(to, json.dumps(line).encode() + b"\n")  # in one go, for others may append too
                os.fsync(to)
            finally:
                os.close(to)
        except OSError as problem:
            raise InvalidInput(f"{self.path} cannot be written ({problem.strerror}); name another file") from None


def _read(path: Path) -> dict[str, Key]:
    keys: dict[str, Key] = {}
    for number, raw in enumerate(path.read_bytes().splitlines(), start=1):
        try:
            line = json.loads(raw)
            if "key" in line:
                key = Key.model_validate(line["key"])
                keys[key.id] = key
            else:
                keys[line["revoked"]] = keys[line["revoked"]].model_copy(
                    update={"revoked": datetime.fromisoformat(line["at"])}
                )
        except ValidationError as problem:
            raise InvalidInput(f"{path}, line {number}, is no key: {in_one_sentence(problem)}; mend the file") from None
        except (ValueError, KeyError, TypeError):
            raise InvalidInput(
                f"{path}, line {number}, is no line of a file of keys; mend it, or name another file"
            ) from None
    return keys


def _hashed(salt: str, secret: str) -> str:
    return hashlib.sha256(f"{salt}{secret}".encode()).hexdigest()
