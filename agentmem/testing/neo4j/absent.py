"""There is no server to test on, and how to get one."""

from __future__ import annotations

OWN = "AGENTMEM_TEST_NEO4J_URI"
"""Environment variable: a server to test on. Stores of tests are made and erased in it."""


class NoServer(Exception):
    """No server can be started here; the message says how to get one."""

    @classmethod
    def since(cls, reason: str) -> NoServer:
        """Return the error for what is missing."""
        return cls(
            f"no Neo4j server to test on, since {reason}; install a Java and Maven "
            f"(apt-get install openjdk-17-jre-headless maven), or name a server of your own in {OWN}"
        )
