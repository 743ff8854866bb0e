"""A Neo4j server of our own: Community, on a free loopback port, with its data in a folder."""

from __future__ import annotations

import secrets
import shutil
import signal
import socket
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from types import MappingProxyType, TracebackType
from typing import Self

import neo4j
from neo4j.exceptions import ClientError, DriverError, Neo4jError

from agentmem.testing.neo4j.absent import NoServer
from agentmem.testing.neo4j.guarded import Guarded
from agentmem.testing.neo4j.java import LONG_TERM, java_command

STARTING_S = 120.0
LOOK_S = 0.2
CONSOLE = "console.log"
USER = FIRST = "neo4j"
"""The user of a new server, and the password it has until it is changed."""
CHANGE = "ALTER CURRENT USER SET PASSWORD FROM $first TO $own"
PORTS = range(20_000, 32_000)
"""Below those a client is given: one that calls a server that is down must not be given its port, and so itself."""
NONE: Mapping[str, str] = MappingProxyType({})
SETTINGS = {
    "server.default_listen_address": "127.0.0.1",
    "server.http.enabled": "false",
    "server.https.enabled": "false",
    "dbms.usage_report.enabled": "false",
    "server.memory.pagecache.size": "64m",
    "db.tx_log.preallocate": "false",
    "db.tx_log.rotation.retention_policy": "keep_none",
}


@dataclass
class Neo4jServer:
    """A server process we own: `with Neo4jServer.start(folder) as server:`.

    Attributes:
        uri: Where it answers, `bolt://127.0.0.1:PORT`; the same as long as it is not stopped.
        home: The folder of its data, logs and settings.
        password: Of the user `neo4j`; None where anybody may in.
    """

    uri: str
    home: Path
    password: str | None = field(repr=False)
    _command: list[str] = field(repr=False)
    _process: Guarded = field(repr=False)

    @classmethod
    def start(
        cls,
        folder: Path,
        *,
        password: str | None = None,
        version: str = LONG_TERM,
        heap: str = "384m",
        settings: Mapping[str, str] = NONE,
    ) -> Self:
        """Return a server with nothing in it, which answers.

        Args:
            folder: Where its home is made, and removed by `stop`.
            password: What the user `neo4j` has to say, 8 characters or more; None lets anybody in.
            version: Of Neo4j; one after 5.x needs a Java 25 (see `agentmem.testing.neo4j.java`).
            heap: Of its Java, as after -Xmx.
            settings: As in neo4j.conf, beyond the usual ones or instead of them.

        Raises:
            NoServer: there is no Java, there are no jars, or it does not start.
        """
        home, port = folder / "neo4j", _free_port()
        command = [*java_command(version, heap), f"--home-dir={home}", f"--config-dir={home / 'conf'}"]
        written = SETTINGS | {
            "server.bolt.listen_address": f"127.0.0.1:{port}",
            "dbms.security.auth_enabled": "false" if password is None else "true",
            **settings,
        }
        (home / "conf").mkdir(parents=True)
        (home / "conf" / "neo4j.conf").write_text("".join(f"{name}={value}\n" for name, value in written.items()))
        server = cls(f"bolt://127.0.0.1:{port}", home, password, command, Guarded(command, home / CONSOLE))
        try:
            if password is not None:  # no command line shows it
                server._until_heard(CHANGE, FIRST, "system", first=FIRST, own=password)
            server._until_heard("RETURN 1", password)
        except BaseException:
            server.stop()
            raise
        return server

    @property
    def is_running(self) -> bool:
        """Whether its process lives; a frozen one does."""
        return self._process.is_running

    def kill(self) -> None:
        """Kill it at once (SIGKILL), as a power cut would; its data stay. May be called twice."""
        self._process.kill()

    def restart(self) -> None:
        """Kill it, and start it again on the same data and port; it answers when this returns.

        Raises:
            NoServer: it does not start.
        """
        self.kill()
        self._process = Guarded(self._command, self.home / CONSOLE)
        self._until_heard("RETURN 1", self.password)

    def freeze(self) -> None:
        """Let it hang (SIGSTOP): it takes connections and answers nothing."""
        self._process.signal(signal.SIGSTOP)

    def thaw(self) -> None:
        """Let it go on (SIGCONT)."""
        self._process.signal(signal.SIGCONT)

    def stop(self) -> None:
        """Kill it and remove its home. May be called twice."""
        self.kill()
        shutil.rmtree(self.home, ignore_errors=True)

    def driver(self) -> neo4j.Driver:
        """Return a driver of it, to be closed by the caller."""
        return self._driver(self.password)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()

    def _driver(self, password: str | None) -> neo4j.Driver:
        auth = None if password is None else (USER, password)
        return neo4j.GraphDatabase.driver(self.uri, auth=auth, connection_timeout=5)

    def _until_heard(self, statement: str, password: str | None, database: str | None = None, **values: str) -> None:
        """Send a statement until it is answered."""
        until = time.monotonic() + STARTING_S
        while True:
            try:
                with self._driver(password) as driver, driver.session(database=database) as session:
                    session.run(statement, values).consume()
                    return
            except ClientError:
                raise  # the answer is no
            except (DriverError, Neo4jError):
                time.sleep(LOOK_S)
            if not self.is_running or time.monotonic() > until:
                raise NoServer(f"the Neo4j server does not start: {self._said()}")

    def _said(self) -> str:
        """Return the beginning of what it wrote on its console, without the traces of Java."""
        lines = (self.home / CONSOLE).read_text(errors="replace").splitlines()
        return " ".join(line for line in lines if not line[:1].isspace())[:500]


def _free_port() -> int:
    while True:
        port = PORTS[secrets.randbelow(len(PORTS))]
        with socket.socket() as one:
            # Like the server itself: a port whose last connections still fade away is free.
            one.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                one.bind(("127.0.0.1", port))
            except OSError:
                continue
            return port
