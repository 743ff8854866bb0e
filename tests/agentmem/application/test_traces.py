"""What was deleted is not in the files of the store either."""

from __future__ import annotations

from pathlib import Path

import pytest

from agentmem import AgentMemory, Host

SECRET = "quokkaleaf"


def holds(folder: Path, word: str) -> list[str]:
    """Return which files hold a word, or one of the beginnings an index of words would keep of it."""
    return [file.name for file in folder.iterdir() if word[:6].encode() in file.read_bytes()]


@pytest.mark.parametrize("memory", ["episodic", "arigraph+bm25", "amem", "summary"])
def test_no_byte_of_it_is_left(tmp_path: Path, plugins: Host, memory: str) -> None:
    with AgentMemory(tmp_path / "chat.db", user="ada", memory=memory, host=plugins) as ada:
        ada.add([f"Fact {number}: I like tea." for number in range(30)])
        ada.add(f"My password is {SECRET}, and Mia lives in {SECRET}ville.", id="secret")
        ada.add([f"Fact {number}: I like rain." for number in range(30)])
        assert holds(tmp_path, SECRET)

        ada.delete("secret")

        assert holds(tmp_path, SECRET) == []
        assert len(ada.search("tea", limit=50)) > 5


def test_nor_of_a_user_who_was_deleted(tmp_path: Path, plugins: Host) -> None:
    with AgentMemory(tmp_path / "chat.db", user="ada", host=plugins) as ada:
        ada.add(f"My password is {SECRET}.")

        ada.delete_all()

        assert holds(tmp_path, SECRET) == []
