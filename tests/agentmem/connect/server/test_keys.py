"""A key opens the memory it is bound to, and no other, as long as it holds."""

from __future__ import annotations

import stat
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

import httpx
import pytest
from hypothesis import given
from hypothesis import strategies as st

from agentmem.connect.server.keys import KeyFile
from agentmem.connect.server.limits import Rate
from agentmem.errors import InvalidInput, TooManyRequests, UnknownKey, UnknownName
from agentmem.testing.serving import MemoryServer

Serve = Callable[..., MemoryServer]
Ask = Callable[..., httpx.Client]
Error = Callable[[httpx.Response], tuple[int, str]]
HI = {"id": "m1", "content": "Hi, it is me."}


def test_a_key_opens_the_memory_of_its_user_and_no_other(serve: Serve, ask: Ask, keys: KeyFile) -> None:
    (ada, _), (bob, _), (other, _) = (
        keys.add(app=app, user=user) for app, user in [("a", "ada"), ("a", "bob"), ("b", "ada")]
    )
    server = serve("--keys", str(keys.path))

    ask(server, key=ada).post("/v1/memories", json=HI)

    held = {key: ask(server, key=key).get("/v1/memories").json()["items"] for key in (ada, bob, other)}
    assert [len(held[key]) for key in (ada, bob, other)] == [1, 0, 0]


def test_without_a_key_that_holds_nobody_gets_in(serve: Serve, ask: Ask, keys: KeyFile, error: Error) -> None:
    ada, revoked = keys.add(user="ada")
    soon, _ = keys.add(user="ada", expires=datetime.now(UTC) + timedelta(seconds=1))
    bob, _ = keys.add(user="bob")
    mixed = "_".join((*ada.split("_")[:2], bob.split("_", 2)[2]))
    server = serve("--keys", str(keys.path))
    assert ask(server, key=ada).get("/v1/status").status_code == 200

    keys.revoke(revoked.id)
    server.wait_for(lambda: datetime.now(UTC) > keys.listed()[1].expires)  # type: ignore[operator]

    for wrong in (None, "_", "x", "amk_", "amk__", f"{bob}x", bob[:-1], bob.upper(), mixed, ada, soon, "ä"):
        answer = ask(server, key=wrong).get("/v1/status")
        assert error(answer) == (401, "UnknownKey")
        assert answer.headers["WWW-Authenticate"] == "Bearer"
    assert ask(server, headers={"Authorization": f"Basic {bob}"}).get("/v1/status").status_code == 401
    assert ask(server).get("/health").json() == {"status": "alive"}
    assert ask(server, key=bob).get("/v1/status").status_code == 200


def test_a_key_for_any_user_opens_who_is_named_within_its_app(
    serve: Serve, ask: Ask, keys: KeyFile, error: Error
) -> None:
    (any_a, _), (any_b, _) = keys.add(app="a", any_user=True), keys.add(app="b", any_user=True)
    server = serve("--keys", str(keys.path))

    ask(server, "ada", key=any_a).post("/v1/memories", json=HI)

    assert error(ask(server, key=any_a).get("/v1/memories")) == (400, "InvalidInput")
    for user, key, count in [("ada", any_a, 1), ("bob", any_a, 0), ("ada", any_b, 0), ("ada/app:a", any_b, 0)]:
        assert len(ask(server, user, key=key).get("/v1/memories").json()["items"]) == count


def test_a_key_for_one_user_does_not_open_another(serve: Serve, ask: Ask, keys: KeyFile, error: Error) -> None:
    key, _ = keys.add(user="ada")
    server = serve("--keys", str(keys.path))

    assert error(ask(server, "bob", key=key).get("/v1/memories")) == (403, "Refused")
    assert ask(server, "ada", key=key).get("/v1/memories").status_code == 200


def test_a_read_only_key_changes_nothing(serve: Serve, ask: Ask, keys: KeyFile, error: Error) -> None:
    (full, _), (looks, _) = keys.add(user="ada"), keys.add(user="ada", read_only=True)
    server = serve("--keys", str(keys.path))
    reader = ask(server, key=looks)
    ask(server, key=full).post("/v1/memories", json=HI)

    changes = [
        ("POST", "/v1/memories", HI), ("PATCH", "/v1/memories/m1", {"text": "No."}),
        ("DELETE", "/v1/memories/m1", None), ("DELETE", "/v1/memories", None),
        ("POST", "/v1/memories/m1/undo", None), ("POST", "/v1/import", None),
        ("POST", "/v1/retry", None), ("POST", "/v1/consolidate", None), ("POST", "/v1/forget", None),
    ]  # fmt: skip
    for method, path, body in changes:
        assert error(reader.request(method, path, json=body)) == (403, "Refused")
    assert reader.get("/v1/memories/m1").json()["text"] == HI["content"]
    assert reader.post("/v1/memories/search", json={"query": "me"}).json()["recollections"]
    assert reader.get("/v1/export").status_code == 200


def test_who_asks_too_often_is_told_when_to_come_back(serve: Serve, ask: Ask, keys: KeyFile, error: Error) -> None:
    (often, _), (seldom, _) = keys.add(user="ada"), keys.add(user="bob")
    server = serve("--keys", str(keys.path), "--rate", "0.01")

    answers = [ask(server, key=often).get("/v1/status") for _ in range(2)]

    assert answers[0].status_code == 200
    assert error(answers[1]) == (429, "TooManyRequests")
    assert 1 <= int(answers[1].headers["Retry-After"]) <= 100
    assert ask(server, key=seldom).get("/v1/status").status_code == 200


def test_keys_that_cannot_be_read_any_more_open_nothing(serve: Serve, ask: Ask, keys: KeyFile, error: Error) -> None:
    key, _ = keys.add(user="ada")
    server = serve("--keys", str(keys.path))

    keys.path.write_text("broken\n")

    assert error(ask(server, key=key).get("/v1/status")) == (503, "StoreUnavailable")


def test_the_file_keeps_no_key_and_is_its_owners_alone(keys: KeyFile) -> None:
    shown, _ = keys.add(app="chat", user="ada")

    assert shown.split("_", 2)[2] not in keys.path.read_text()
    assert stat.S_IMODE(keys.path.stat().st_mode) == 0o600


def test_two_that_make_keys_at_once_make_two(keys: KeyFile) -> None:
    keys.add(user="ada")
    KeyFile(keys.path).add(user="bob")

    assert [key.user for key in keys.listed()] == ["ada", "bob"]


@pytest.mark.parametrize(
    "wrong",
    [{}, {"user": "ada", "any_user": True}, {"user": ""}, {"user": "x" * 300},
     {"user": "ada", "expires": datetime(2020, 1, 1, tzinfo=UTC)}, {"user": "ada", "expires": datetime(2999, 1, 1)}],  # noqa: DTZ001
)  # fmt: skip
def test_a_key_that_makes_no_sense_is_not_made(keys: KeyFile, wrong: dict[str, object]) -> None:
    with pytest.raises(InvalidInput):
        keys.add(**wrong)  # type: ignore[arg-type]

    assert not keys.path.exists()


def test_a_file_of_something_else_is_left_as_it_is(tmp_path: Path) -> None:
    (tmp_path / "notes.txt").write_text("milk\n")

    with pytest.raises(InvalidInput, match="line 1"):
        KeyFile(tmp_path / "notes.txt").add(user="ada")

    assert (tmp_path / "notes.txt").read_text() == "milk\n"


def test_revoking_what_is_not_there_names_what_is(keys: KeyFile) -> None:
    _, key = keys.add(user="ada")

    with pytest.raises(UnknownName, match="did you mean"):
        keys.revoke(key.id[:-1])


@given(shown=st.text())
def test_no_text_is_taken_for_a_key(tmp_path_factory: pytest.TempPathFactory, shown: str) -> None:
    keys = KeyFile(tmp_path_factory.mktemp("keys") / "keys.jsonl")
    keys.add(user="ada")

    with pytest.raises(UnknownKey):
        keys.find(shown)


def test_a_bucket_fills_again() -> None:
    now = 0.0
    rate = Rate(2, clock=lambda: now)
    for _ in range(4):
        rate.take("ada")

    with pytest.raises(TooManyRequests, match=r"try again in 0\.5 s"):
        rate.take("ada")
    rate.take("bob")
    now = 0.5
    rate.take("ada")
