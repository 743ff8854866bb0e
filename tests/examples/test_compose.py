"""The server of the example is reached from this machine only, and never starts without a password."""

import re
from pathlib import Path

FILE = Path(__file__).parents[2] / "examples" / "neo4j" / "compose.yaml"


def test_it_listens_on_this_machine_only_keeps_its_data_and_wants_a_password() -> None:
    text = FILE.read_text(encoding="utf-8")

    assert re.findall(r"^      - (\S+):\d+:\d+$", text, re.MULTILINE) == ["127.0.0.1", "127.0.0.1"]
    assert "NEO4J_AUTH: neo4j/${NEO4J_PASSWORD:?" in text
    assert "- data:/data" in text
    assert "image: neo4j:5.26-community" in text
