"""The command line: every command calls a public function and shows what it gives."""

from __future__ import annotations

from agentmem.cli.entry import main

__all__ = ["main"]
