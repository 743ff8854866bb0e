"""All peers through all conversations, one after the other, each conversation in a process and a store of its own."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from agentmem.transcripts.corpus import Conversation
from peers.course import Moved, Sample, course, sample
from peers.driving import Driver, DriverFailed
from peers.installed import CannotInstall, python_of
from peers.kept import Kept, key
from peers.roster import Peer
from peers.scripted import ScriptedModel
from peers.served import Json


class Unavailable(Exception):
    """A peer cannot be run here; why."""


@dataclass(frozen=True)
class Comparison:
    """What is compared, on what.

    Attributes:
        peers: In this order.
        conversations: In this order.
        folder: Where results are kept.
        environments: Where environments are kept.
        turns: How many turns of each conversation are told; None for what each peer is usually told, 0 for all.
    """

    peers: Sequence[Peer]
    conversations: Sequence[Conversation]
    folder: Path
    environments: Path
    turns: int | None = None

    def run(self, moved: Moved) -> Iterator[Json]:
        """Run what was not run yet, and yield each course as it ends, failed ones too."""
        kept = Kept(self.folder)
        for peer in self.peers:
            turns = peer.turns if self.turns is None else self.turns
            left = [one for one in self.conversations if not kept.done(key(peer, one.name, turns))]
            if not left:
                continue
            for conversation in left:
                started = datetime.now(UTC)
                line: Json = {
                    "key": key(peer, conversation.name, turns),
                    "peer": peer.name,
                    "conversation": conversation.name,
                    "asked_turns": turns,
                    "error": "",
                    "started": started.isoformat(),
                }
                try:
                    line |= self._course(peer, sample(conversation, turns), moved)
                except (CannotInstall, Unavailable, DriverFailed) as why:
                    line |= {"error": str(why)}
                line |= {"seconds": (datetime.now(UTC) - started).total_seconds()}
                kept.add(line)
                yield line

    def _course(self, peer: Peer, of: Sample, moved: Moved) -> Json:
        """Take a peer through a conversation, with an empty store, and a server of its own where it needs one.

        Raises:
            CannotInstall, Unavailable, DriverFailed: as they say.
        """
        python = python_of(peer.environment, peer.needs, self.environments)
        with ExitStack() as stack:
            folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="agentmem-peers-")))
            model = stack.enter_context(ScriptedModel())
            server = stack.enter_context(neo4j()) if peer.is_on_neo4j else {}
            (store := folder / "store").mkdir()
            held = Path(server.get("home", store))
            before = _bytes(held)
            with Driver(python, peer.driver, home=folder / "home") as driver:
                done = course(driver, model, of, folder=store, options={**peer.options, **server}, moved=moved)
            return done | {"bytes": _bytes(held) - before}


@contextmanager
def neo4j() -> Iterator[dict[str, Any]]:
    """Give the address of a Neo4j server: the one AGENTMEM_TEST_NEO4J_URI names, or one that is started for it.

    Raises:
        Unavailable: there is none; why.
    """
    if uri := os.environ.get("AGENTMEM_TEST_NEO4J_URI"):
        password = os.environ.get("AGENTMEM_TEST_NEO4J_PASSWORD", "")
        yield {"uri": uri, "password": password}
        return
    from agentmem.testing.neo4j.absent import NoServer
    from agentmem.testing.neo4j.server import Neo4jServer

    with tempfile.TemporaryDirectory(prefix="agentmem-peers-neo4j-") as folder:
        try:
            server = Neo4jServer.start(Path(folder), heap="1g")
        except NoServer as why:
            raise Unavailable(str(why)) from None
        try:
            yield {"uri": server.uri, "password": "", "home": str(server.home)}
        finally:
            server.stop()


def _bytes(folder: Path) -> int:
    """Return how large a closed store is; of a Neo4j, what its server keeps."""
    return sum(file.stat().st_size for file in folder.rglob("*") if file.is_file())
