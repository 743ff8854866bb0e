"""Copies of larger namespaces are made beside the work: until one is there, its namespace is read on the server.

One thread reads one namespace after the other in small pages, on a connection of its own, and rests after each as
long as it took. Nobody waits for it, and nothing depends on it: where it fails, a namespace stays far.
"""

from __future__ import annotations

import logging
import os
import threading
import time
from contextlib import suppress
from dataclasses import replace
from typing import Any

from agentmem.errors import StoreUnavailable
from agentmem.graph.neo4j.address import Address
from agentmem.graph.neo4j.copies import Copies, Copy, Outdated
from agentmem.graph.neo4j.server import Row, Server
from agentmem.graph.neo4j.statements import statement

PAGE = 250
"""Nodes read at a time: a larger page is unpacked in one go, during which no other thread runs."""
FIRST_S = 1.0
"""Time before the first page: a short command has ended by then."""
PAUSES_S = (0.5, 1.0, 2.0, 4.0, 8.0)
"""Before a page is asked for again from a server that is away."""
TRIES = 3
"""Times a namespace is begun, if something is erased from it again and again."""
AGAIN_S = 60.0
"""Time after which a namespace that was given up may be wanted again."""
END_S = 1.0
"""How long the thread is waited for when all is closed."""
log = logging.getLogger(__name__)


class Loader:
    """Makes copies for one store. May be used from many threads, and after a fork.

    Args:
        address: Of the server.
        copies: Where they are put when they are there.
    """

    def __init__(self, address: Address, copies: Copies) -> None:
        self._address, self._copies = replace(address, wait_s=0), copies
        self._inherited: list[object] = []
        self._start()

    def _start(self) -> None:
        self._process = os.getpid()
        self._lock = threading.Lock()
        self._stop = threading.Event()
        self._server = Server(self._address)
        self._wanted: dict[str, object] = {}
        self._given_up: dict[str, float] = {}
        self._thread: threading.Thread | None = None

    def has(self, namespace: str) -> bool:
        """Return whether a namespace is being copied, or was lately given up: it is read on the server."""
        self._check_process()
        with self._lock:
            return namespace in self._wanted or self._given_up.get(namespace, 0) > time.monotonic()

    def want(self, namespace: str) -> None:
        """See to it that a namespace gets a copy some time."""
        self._check_process()
        with self._lock:
            if self._stop.is_set() or namespace in self._wanted:
                return
            self._wanted[namespace] = object()
            if self._thread is None:
                self._thread = threading.Thread(target=self._work, name="agentmem-neo4j-copies", daemon=True)
                self._thread.start()

    def forget(self, namespace: str) -> None:
        """Begin anew with a namespace that was dropped."""
        self._check_process()
        with self._lock:
            self._wanted.pop(namespace, None)
            self._given_up.pop(namespace, None)

    def wait(self) -> None:
        """Wait for all that was wanted."""
        self._check_process()
        with self._lock:
            thread = self._thread
        if thread is not None:
            thread.join()

    def close(self) -> None:
        """Stop at once, whatever is under way; may be called twice."""
        self._check_process()
        with self._lock:
            self._stop.set()
            thread = self._thread
        self._server.cut()
        if thread is not None:
            thread.join(END_S)
        self._server.close()

    def _check_process(self) -> None:
        if self._process != os.getpid():  # its thread is the parent's, and so are its connection and its lock
            self._inherited.append(self._server)
            self._start()

    def _work(self) -> None:
        self._stop.wait(FIRST_S)
        while (one := self._next()) is not None:
            namespace, wish = one
            copy = self._made(namespace, wish)
            with self._lock:
                is_wanted = self._wanted.get(namespace) is wish and not self._stop.is_set()
                if is_wanted and copy is not None:
                    self._copies.take(copy)
                if is_wanted:
                    del self._wanted[namespace]
            if copy is not None and not is_wanted:
                copy.close()

    def _next(self) -> tuple[str, object] | None:
        with self._lock:
            if not self._stop.is_set():
                for one in self._wanted.items():
                    return one
            self._thread = None
            return None

    def _made(self, namespace: str, wish: object) -> Copy | None:
        """Return a copy of a namespace; None if it is gone or not wanted, there is no room, or that failed."""
        try:
            for _ in range(TRIES):
                found = self._run(statement("space"), namespace=namespace)
                if not found:
                    return None
                if not self._copies.has_room(found[0][2]):
                    break
                with suppress(Outdated):
                    return self._loaded(namespace, wish)
        except Exception as error:  # noqa: BLE001 - whatever it is, the namespace is read on the server
            if not self._stop.is_set():
                log.warning("no copy of a namespace was made; it is read on the server: %s", type(error).__name__)
        with self._lock:
            self._given_up[namespace] = time.monotonic() + AGAIN_S
        return None

    def _loaded(self, namespace: str, wish: object) -> Copy | None:
        copy = Copy(namespace)
        try:
            began = time.monotonic()
            for _ in copy.load(self._run, page=PAGE):
                if self._stop.wait(time.monotonic() - began) or self._wanted.get(namespace) is not wish:
                    break
                began = time.monotonic()
            else:
                return copy
        except BaseException:
            copy.close()
            raise
        copy.close()
        return None

    def _run(self, text: str, /, **parameters: Any) -> list[Row]:
        for pause in PAUSES_S:
            try:
                return self._server.write(text, **parameters)
            except StoreUnavailable:
                if self._stop.wait(pause):
                    raise
        return self._server.write(text, **parameters)
