"""Each block of the page for chat applications runs, one after the other."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

PAGE = Path(__file__).parents[2] / "docs" / "chat.md"


def test_what_the_page_does_can_be_done(tmp_path: Path) -> None:
    blocks = re.findall(r"```python\n(.*?)```", PAGE.read_text(encoding="utf-8"), re.DOTALL)

    ran = subprocess.run(
        [sys.executable, "-c", "\n".join(blocks)], cwd=tmp_path, capture_output=True, text=True, check=False
    )

    assert ran.returncode == 0, ran.stderr
    assert "My sister Mia moved to Oslo last week." in ran.stdout.splitlines()[0]
    assert "['I work at a bakery.', 'I work at a school.']" in ran.stdout
    assert "I like tea." in ran.stdout
