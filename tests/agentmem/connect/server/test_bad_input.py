"""What cannot be used has a defined status and body, and changes nothing."""

from __future__ import annotations

import json
from collections.abc import Callable

import httpx
import pytest

from agentmem.testing.serving import MemoryServer

Ask = Callable[..., httpx.Client]
Error = Callable[[httpx.Response], tuple[int, str]]
MESSAGES = {
    "empty": {"content": "  "},
    "nothing": {},
    "unknown role": {"role": "wizard", "content": "Hi!"},
    "naive time": {"content": "Hi!", "at": "2026-01-01T00:00:00"},
    "no time": {"content": "Hi!", "at": "yesterday"},
    "before all time": {"content": "Hi!", "at": "0001-01-01T00:00:00+14:00"},
    "after all time": {"content": "Hi!", "at": "9999-12-31T23:59:59-14:00"},
    "no trust": {"content": "Hi!", "trust": "blind"},
    "number": {"content": 5},
    "long id": {"content": "Hi!", "id": "x" * 201},
    "too long": {"content": "x" * 2_000_001},
}


@pytest.mark.parametrize("message", MESSAGES.values(), ids=MESSAGES.keys())
def test_a_message_that_cannot_be_remembered_is_refused(ada: httpx.Client, error: Error, message: object) -> None:
    assert error(ada.post("/v1/memories", json=message)) == (422, "InvalidInput")
    assert ada.get("/v1/memories").json()["items"] == []


def test_of_a_list_with_one_bad_message_nothing_is_kept(ada: httpx.Client, error: Error) -> None:
    answer = ada.post("/v1/memories", json=[{"content": "Fine."}, {"content": ""}])

    assert error(answer) == (422, "InvalidInput")
    assert ada.get("/v1/memories").json()["items"] == []


def test_ten_megabytes_are_too_much(ada: httpx.Client, error: Error) -> None:
    assert error(ada.post("/v1/memories", json={"content": "x" * 10_000_000})) == (413, "TooLarge")


def test_ten_megabytes_that_were_not_announced_are_too_much(ada: httpx.Client, error: Error) -> None:
    chunks = (b"x" * 100_000 for _ in range(101))

    answer = ada.post("/v1/memories", content=chunks, headers={"Content-Type": "application/json"})

    assert error(answer) == (413, "TooLarge")


@pytest.mark.parametrize("body", [b"\x00\xff\xfe\x80", b'{"content":', b"", b"\xed\xa0\x80"])
def test_what_is_no_json_is_no_request(ada: httpx.Client, error: Error, body: bytes) -> None:
    answer = ada.post("/v1/memories", content=body, headers={"Content-Type": "application/json"})

    assert error(answer) in {(400, "BadRequest"), (422, "InvalidInput")}


def test_what_is_not_said_to_be_json_is_refused(ada: httpx.Client, error: Error) -> None:
    answer = ada.post("/v1/memories", content=b'{"content": "Hi!"}', headers={"Content-Type": "text/plain"})

    assert error(answer)[0] == 422


@pytest.mark.parametrize("text", ["a\x00b", "\ud800", "\u202e", "'; drop table node; --", '*"NEAR('])
def test_strange_texts_are_kept_and_can_be_asked_for(ada: httpx.Client, text: str) -> None:
    body, kind = json.dumps({"content": f"Mia says {text}"}).encode(), {"Content-Type": "application/json"}

    added = ada.post("/v1/memories", content=body, headers=kind)
    found = ada.post("/v1/memories/search", content=body.replace(b"content", b"query"), headers=kind)

    assert (added.status_code, found.status_code) == (201, 200)
    assert found.json()["recollections"]


@pytest.mark.parametrize("method", ["GET", "DELETE"])
@pytest.mark.parametrize("id_", ["nobody", "../../etc/passwd", "%00", "event%2Fnobody", "x" * 3000, ""])
def test_an_unknown_id_is_not_found(ada: httpx.Client, error: Error, method: str, id_: str) -> None:
    assert error(ada.request(method, f"/v1/memories/{id_}"))[0] in {404, 405}


@pytest.mark.parametrize(
    ("method", "rest"), [("GET", "/why"), ("GET", "/history"), ("POST", "/undo"), ("PATCH", ""), ("PUT", "")]
)
def test_nothing_can_be_done_with_an_unknown_id(ada: httpx.Client, error: Error, method: str, rest: str) -> None:
    body = {"text": "Hi!"} if method in {"PATCH", "PUT"} else None

    assert error(ada.request(method, f"/v1/memories/nobody{rest}", json=body)) == (404, "NotFound")


def test_deleting_twice_says_that_it_was_deleted(ada: httpx.Client) -> None:
    ada.post("/v1/memories", json={"id": "m1", "content": "Hi!"})
    ada.delete("/v1/memories/m1")

    again = ada.delete("/v1/memories/m1")

    assert again.status_code == 200
    assert (again.json()["events"], again.json()["absent"]) == ([], ["m1"])


def test_an_address_with_no_id_does_not_delete_everything(ada: httpx.Client, error: Error) -> None:
    ada.post("/v1/memories", json={"id": "m1", "content": "Hi!"})

    assert error(ada.delete("/v1/memories/")) == (404, "NotFound")
    assert len(ada.get("/v1/memories").json()["items"]) == 1


def test_of_a_broken_import_nothing_is_taken(ada: httpx.Client, shared: MemoryServer, ask: Ask, error: Error) -> None:
    ada.post("/v1/memories", json=[{"content": f"Number {number}."} for number in range(3)])
    export = ada.get("/v1/export").content
    eve = ask(shared, "eve, who imports")
    broken = [export[: len(export) // 2], export.replace(b"Number 1", b"Number 9"), b"", b"\x00\xff", b"{}\n"]

    answers = [error(eve.post("/v1/import", content=content)) for content in broken]

    assert answers == [(422, "InvalidInput")] * len(broken)
    assert eve.get("/v1/memories").json()["items"] == []


@pytest.mark.parametrize(
    "question",
    [{}, {"query": 5}, {"query": "x", "limit": 0}, {"query": "x", "min_score": 2}, {"query": "x", "as_of": 99},
     {"query": "x", "as_of": "2026-01-01T00:00:00"}, {"query": "x", "unheard": 1}, [], "x", None],
)  # fmt: skip
def test_a_question_that_makes_no_sense_is_refused(ada: httpx.Client, error: Error, question: object) -> None:
    assert error(ada.post("/v1/memories/search", json=question)) == (422, "InvalidInput")


def test_scopes_with_separators_are_scopes_of_their_own(shared: MemoryServer, ask: Ask) -> None:
    names = ["ada", "ada/../bob", "user:ada", "app:x/user:ada", "ada%2Fbob", "../ada", "Ada", "ada ", "ädä", "ada/"]
    for name in names:
        ask(shared).post("/v1/memories", params={"user": name}, json={"content": f"I am <{name}>."})

    for name in names:
        kept = ask(shared).get("/v1/memories", params={"user": name}).json()["items"]
        assert [item["text"] for item in kept] == [f"I am <{name}>."]


@pytest.mark.parametrize("user", ["", "x" * 300])
def test_a_user_that_cannot_be_is_refused(shared: MemoryServer, ask: Ask, error: Error, user: str) -> None:
    assert error(ask(shared).get("/v1/memories", params={"user": user})) == (400, "InvalidInput")


def test_a_user_in_no_known_encoding_is_refused(shared: MemoryServer, ask: Ask, error: Error) -> None:
    assert error(ask(shared, headers={"X-Agentmem-User": b"\xff\xfe"}).get("/v1/memories")) == (400, "InvalidInput")


def test_an_unknown_address_says_where_the_known_ones_are(ada: httpx.Client, error: Error) -> None:
    assert error(ada.get("/v2/memories")) == (404, "NotFound")
    assert error(ada.put("/v1/status")) == (405, "MethodNotAllowed")
