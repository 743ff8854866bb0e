"""Each block of the page for chat applications runs, one after the other."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path

from agentmem.testing.models.server import ModelServer

PAGE = Path(__file__).parents[2] / "docs" / "chat.md"


def test_what_the_page_does_can_be_done(tmp_path: Path) -> None:
    blocks = re.findall(r"```python\n(.*?)```", PAGE.read_text(encoding="utf-8"), re.DOTALL)

    with ModelServer("In Oslo.") as server:
        at_hand = {**os.environ, "OPENAI_BASE_URL": server.url, "OPENAI_API_KEY": "none"}
        ran = subprocess.run(
            [sys.executable, "-c", "\n".join(blocks)],
            cwd=tmp_path, env=at_hand, capture_output=True, text=True, check=False,
        )  # fmt: skip

    assert ran.returncode == 0, ran.stderr
    assert "My sister Mia moved to Oslo last week." in ran.stdout.splitlines()[0]
    assert "['I work at a bakery.', 'I work at a school.']" in ran.stdout
    assert "I like tea." in ran.stdout
    assert "\nIn Oslo.\n" in ran.stdout
    assert "AKIA" not in ran.stdout
    assert "'quarantined')" in ran.stdout
