"""`agentmem keys`: a key is shown once, listed without its secret, and revoked."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

from agentmem.connect.server.keys import KeyFile


def test_a_key_is_made_listed_and_revoked(agentmem: Callable[..., Any]) -> None:
    made = agentmem("keys", "add", "keys.jsonl", "--app", "chat", "--user", "ada", "--expires", "2999-01-31")
    shown = made.out.strip()
    listed = json.loads(agentmem("keys", "list", "keys.jsonl", "--json").out)[0]

    assert made.code == 0
    assert KeyFile("keys.jsonl").find(shown).expires == datetime(2999, 1, 31, tzinfo=UTC)
    assert (listed["app"], listed["user"], listed["may"], listed["state"]) == (
        "chat",
        "ada",
        "look and change",
        "valid",
    )
    assert shown.split("_", 2)[2] not in str(listed)

    assert agentmem("keys", "revoke", "keys.jsonl", listed["id"]).code == 0
    assert "revoked" in agentmem("keys", "list", "keys.jsonl").out


def test_a_key_for_nobody_is_refused_in_one_sentence(agentmem: Callable[..., Any]) -> None:
    for wrong in ((), ("--user", "ada", "--any-user"), ("--user", "ada", "--expires", "soon")):
        ran = agentmem("keys", "add", "keys.jsonl", *wrong)
        assert ran.code == 2
        assert ran.err.count("\n") == 1


def test_a_file_that_is_not_there_says_how_one_is_made(agentmem: Callable[..., Any]) -> None:
    ran = agentmem("keys", "list", "none.jsonl")

    assert ran.code == 2
    assert "agentmem keys add none.jsonl" in ran.err
