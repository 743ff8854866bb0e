"""The server of the example is reached from this machine only, and never starts without a password."""

import os
import re
import shutil
import subprocess
from pathlib import Path

import pytest

FILE = Path(__file__).parents[2] / "examples" / "neo4j" / "compose.yaml"


def configured(environment: dict[str, str]) -> subprocess.CompletedProcess[str]:
    if not shutil.which("docker"):
        pytest.skip(
            "needs the client of Docker with compose, though no engine: apt-get install docker.io docker-compose-v2"
        )
    return subprocess.run(
        ["docker", "compose", "--file", FILE, "config"],
        env={"PATH": os.environ["PATH"], "HOME": os.environ.get("HOME", "/"), **environment},
        capture_output=True, text=True, check=False,
    )  # fmt: skip


def test_without_a_password_it_does_not_start() -> None:
    ran = configured({})
    if "is not a docker command" in ran.stderr or "unknown" in ran.stderr:
        pytest.skip("this client of Docker has no compose")

    assert ran.returncode != 0
    assert "set NEO4J_PASSWORD" in ran.stderr


def test_with_one_it_listens_on_this_machine_only_and_keeps_its_data() -> None:
    text = FILE.read_text(encoding="utf-8")

    assert re.findall(r"^      - (\S+):\d+:\d+$", text, re.MULTILINE) == ["127.0.0.1", "127.0.0.1"]
    assert "- data:/data" in text
    assert "image: neo4j:5.26-community" in text
