"""Memories to measure, and a file to measure them with."""

from __future__ import annotations

from pathlib import Path

import pytest

from agentmem.host import Host
from agentmem.transcripts.corpus import Corpus
from agentmem.transcripts.reading import read
from tests.agentmem.bench.talk import write_talk

MEMORIES = Path(__file__).with_name("forgetful.py")
"""A plugin file."""


@pytest.fixture
def file(tmp_path: Path) -> Path:
    """A file with two conversations that are the same but for their names."""
    return write_talk(tmp_path)


@pytest.fixture
def corpus(file: Path) -> Corpus:
    return read(file)


@pytest.fixture(scope="session")
def host() -> Host:
    """What is installed, and the memories of the tests."""
    return Host(also=[MEMORIES])
