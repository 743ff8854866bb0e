"""A Neo4j server of our own: Community, on a free loopback port, with its data in a folder."""

from __future__ import annotations

import secrets
import shutil
import signal
import socket
import subprocess
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from types import MappingProxyType, TracebackType
from typing import Self

import neo4j
from neo4j.exceptions import ClientError, DriverError, Neo4jError

from agentmem.testing.neo4j.absent import NoServer
from agentmem.testing.neo4j.java import LONG_TERM, java_command

STARTING_S = 120.0
LOOK_S = 0.2
FIRST = "neo4j"
"""The user of a new server, and its password until it is changed."""
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
    _process: subprocess.Popen[bytes] | None = field(default=None, repr=False)

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
        conf = home / "conf"
        command = [*java_command(version, heap), f"--home-dir={home}", f"--config-dir={conf}"]
        conf.mkdir(parents=True)
        written = SETTINGS | {
            "server.bolt.listen_address": f"127.0.0.1:{port}",
            "dbms.security.auth_enabled": "false" if password is None else "true",
            **settings,
        }
        (conf / "neo4j.conf").write_text("".join(f"{name}={value}\n" for name, value in written.items()))
        server = cls(f"bolt://127.0.0.1:{port}", home, password, command)
        try:
            server._run(is_new=True)
        except BaseException:
            server.stop()
            raise
        return server

    @property
    def is_running(self) -> bool:
        """Whether its process lives; a frozen one does."""
        return self._process is not None and self._process.poll() is None

    @property
    def pid(self) -> int | None:
        """The number of its process; None when it does not run."""
        return self._process.pid if self._process is not None and self.is_running else None

    def kill(self) -> None:
        """Kill it at once (SIGKILL), as a power cut would; its data stay. May be called twice."""
        if self._process is not None:
            self._process.kill()
            self._process.wait()

    def restart(self) -> None:
        """Kill it, and start it again on the same data and port; it answers when this returns.

        Raises:
            NoServer: it does not start.
        """
        self.kill()
        self._run()

    def freeze(self) -> None:
        """Let it hang (SIGSTOP): it takes connections and answers nothing."""
        self._signal(signal.SIGSTOP)

    def thaw(self) -> None:
        """Let it go on (SIGCONT)."""
        self._signal(signal.SIGCONT)

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
        auth = None if password is None else (FIRST, password)
        return neo4j.GraphDatabase.driver(self.uri, auth=auth, connection_timeout=5)

    def _signal(self, number: signal.Signals) -> None:
        assert self._process is not None
        self._process.send_signal(number)

    def _run(self, *, is_new: bool = False) -> None:
        with (self.home / "console.log").open("ab") as log:
            # S603: the command is ours.
            self._process = subprocess.Popen(self._command, stdout=log, stderr=log, stdin=subprocess.DEVNULL)  # noqa: S603
        until = time.monotonic() + STARTING_S
        while not self._answers(is_new=is_new):
            if not self.is_running or time.monotonic() > until:
                said = (self.home / "console.log").read_text(errors="replace")[-500:].strip()
                self.kill()
                raise NoServer.since(f"it does not start: {said}")
            time.sleep(LOOK_S)

    def _answers(self, *, is_new: bool) -> bool:
        """Return whether it does; a new server is then given its password, which no command line shows."""
        try:
            if is_new and self.password is not None:
                with self._driver(FIRST) as driver, driver.session(database="system") as session:
                    change = "ALTER CURRENT USER SET PASSWORD FROM $first TO $password"
                    session.run(change, first=FIRST, password=self.password).consume()
            else:
                with self.driver() as driver:
                    driver.verify_connectivity()
        except ClientError:
            raise  # it answers: no, for instance to a password that is too short
        except (DriverError, Neo4jError):
            return False
        return True


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
