"""A Neo4j server of our own: Community, on a free loopback port, with its data in a folder."""

from __future__ import annotations

import os
import shutil
import signal
import socket
import subprocess
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import neo4j
from neo4j.exceptions import DriverError, Neo4jError

from agentmem.testing.neo4j.jars import CURE, OWN, VERSION, NoServer, jars

OPENED = ("java.base/java.nio", "java.base/java.io", "java.base/sun.nio.ch", "java.base/java.lang")
STARTING_S = 90.0
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
    """A server; started by `start`, or by `running` for as long as a block lasts.

    Attributes:
        folder: Where its data, log and settings are.
        port: Where it listens.
        password: Of the user `neo4j`; "" where anybody may in.
        settings: Beyond the usual ones, as in neo4j.conf.
        heap: Of its Java, as after -Xmx.
    """

    folder: Path
    port: int = 0
    password: str = field(default="", repr=False)
    settings: Mapping[str, str] = field(default_factory=dict)
    heap: str = "512m"

    def __post_init__(self) -> None:
        self.port = self.port or _free_port()
        self._process: subprocess.Popen[bytes] | None = None

    @property
    def uri(self) -> str:
        """Where it is."""
        return f"bolt://127.0.0.1:{self.port}"

    @property
    def is_running(self) -> bool:
        """Whether its process lives."""
        return self._process is not None and self._process.poll() is None

    @classmethod
    @contextmanager
    def running(cls, folder: Path, **options: object) -> Iterator[Neo4jServer]:
        """Give a server that answers, and end it with the block."""
        server = cls(folder, **options)  # type: ignore[arg-type]
        try:
            server.start()
            yield server
        finally:
            server.kill()

    def start(self) -> None:
        """Start it, on what is in its folder; it answers when this returns.

        Raises:
            NoServer: there is no Java or no jars, or it does not start.
        """
        java = shutil.which("java")
        if java is None:
            raise NoServer(f"there is no Java to run a Neo4j server with; {CURE}{OWN}")
        conf = self.folder / "conf"
        if not conf.is_dir():
            self._configure(java, conf)
        command = [
            *self._java(java, f"-Xmx{self.heap}", "-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1"),
            "org.neo4j.server.CommunityEntryPoint", f"--home-dir={self.folder}", f"--config-dir={conf}",
        ]  # fmt: skip
        with (self.folder / "console.log").open("ab") as log:
            self._process = subprocess.Popen(command, stdout=log, stderr=log, stdin=subprocess.DEVNULL)  # noqa: S603
        self._wait()

    def kill(self) -> None:
        """Kill it at once (SIGKILL), as a power cut would; may be called twice."""
        if self._process is not None:
            self._process.kill()
            self._process.wait()

    def restart(self) -> None:
        """Kill it, and start it again on the same data and port."""
        self.kill()
        self.start()

    def freeze(self) -> None:
        """Let it hang: it takes connections and answers nothing."""
        self._signal(signal.SIGSTOP)

    def thaw(self) -> None:
        """Let it go on."""
        self._signal(signal.SIGCONT)

    def driver(self) -> neo4j.Driver:
        """Return a driver of its own."""
        auth = ("neo4j", self.password) if self.password else None
        return neo4j.GraphDatabase.driver(self.uri, auth=auth, connection_timeout=2)

    def _signal(self, number: signal.Signals) -> None:
        assert self._process is not None
        self._process.send_signal(number)

    def _configure(self, java: str, conf: Path) -> None:
        conf.mkdir(parents=True)
        settings = SETTINGS | {
            "server.bolt.listen_address": f"127.0.0.1:{self.port}",
            "dbms.security.auth_enabled": str(bool(self.password)).lower(),
            **self.settings,
        }
        (conf / "neo4j.conf").write_text("".join(f"{name}={value}\n" for name, value in settings.items()))
        if self.password:
            # The password is one for this throw-away server: it may stand in the list of processes.
            command = [*self._java(java), "org.neo4j.cli.AdminTool", "dbms", "set-initial-password", self.password]
            places = os.environ | {"NEO4J_HOME": str(self.folder), "NEO4J_CONF": str(conf)}
            subprocess.run(command, env=places, check=True, capture_output=True)  # noqa: S603

    def _java(self, java: str, *options: str) -> list[str]:
        opened = [f"--add-opens={package}=ALL-UNNAMED" for package in OPENED]
        return [java, *options, *opened, "-cp", f"{jars(VERSION)}/*"]

    def _wait(self) -> None:
        until = time.monotonic() + STARTING_S
        while time.monotonic() < until and self.is_running:
            with self.driver() as driver:
                try:
                    driver.verify_connectivity()
                except (DriverError, Neo4jError):
                    time.sleep(0.2)
                else:
                    return
        self.kill()
        said = (self.folder / "console.log").read_text(errors="replace")[-500:]
        raise NoServer(f"the Neo4j server in {self.folder} does not start: {said}")


def _free_port() -> int:
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        port: int = one.getsockname()[1]
        return port
