"""The verbs of AgentMemory over HTTP."""

from __future__ import annotations

from collections.abc import Callable

import httpx

from agentmem.testing.serving import MemoryServer

MOVED = {"id": "m1", "content": "My sister Mia moved to Oslo last week."}


def test_what_is_added_is_found_with_where_it_comes_from(ada: httpx.Client) -> None:
    added = ada.post("/v1/memories", json=MOVED)

    found = ada.post("/v1/memories/search", json={"query": "Where does Mia live?"}).json()["recollections"]

    assert added.status_code == 201
    assert [event["id"] for event in added.json()["events"]] == ["m1"]
    assert "Oslo" in found[0]["text"]
    assert found[0]["sources"] == ["m1"]


def test_a_known_id_changes_nothing(ada: httpx.Client) -> None:
    ada.post("/v1/memories", json=MOVED)

    again = ada.post("/v1/memories", json=MOVED | {"content": "Something else."})

    assert (again.status_code, again.json()["events"]) == (200, [])
    assert ada.get("/v1/memories/m1").json()["text"] == MOVED["content"]


def test_a_list_of_openais_messages_is_taken_as_it_is(ada: httpx.Client) -> None:
    call = {"id": "c1", "type": "function", "function": {"name": "weather", "arguments": '{"city": "Oslo"}'}}
    said = [
        {"role": "user", "content": [{"type": "text", "text": "How is the weather?"}]},
        {"role": "assistant", "content": None, "tool_calls": [call]},
    ]

    added = ada.post("/v1/memories", json=said).json()["events"]

    assert [event["text"] for event in added] == ["How is the weather?", 'calls weather({"city": "Oslo"})']


def test_the_session_of_the_header_marks_what_is_added(ada: httpx.Client) -> None:
    ada.post("/v1/memories", json=MOVED, headers={"X-Agentmem-Session": "monday"})

    assert ada.get("/v1/memories/m1").json()["session"] == "monday"


def test_a_context_is_fenced_and_names_its_sources(ada: httpx.Client) -> None:
    ada.post("/v1/memories", json=MOVED)

    context = ada.post("/v1/memories/context", json={"query": "Where does Mia live?", "max_tokens": 200}).json()

    assert context["text"].startswith("<recalled>\n")
    assert "said in: m1" in context["text"]
    assert context["tokens"] <= 200


def test_pages_follow_each_other_until_the_last(ada: httpx.Client) -> None:
    ada.post("/v1/memories", json=[{"id": f"m{number}", "content": f"Number {number}."} for number in range(5)])

    pages, after = [], 0
    while after is not None:
        page = ada.get("/v1/memories", params={"limit": 2, "after": after}).json()
        pages.append([item["id"] for item in page["items"]])
        after = page["next"]

    assert pages == [["m0", "m1"], ["m2", "m3"], ["m4"]]


def test_a_correction_keeps_what_was_said_in_the_history(ada: httpx.Client) -> None:
    ada.post("/v1/memories", json=MOVED)

    corrected = ada.patch("/v1/memories/m1", json={"text": "My sister Mia moved to Porto."}).json()["events"][0]

    assert corrected["corrects"] == "m1"
    told = [version["text"] for version in ada.get("/v1/memories/m1/history").json()]
    assert told == [MOVED["content"], "My sister Mia moved to Porto."]
    assert [item["id"] for item in ada.get("/v1/memories").json()["items"]] == [corrected["id"]]


def test_why_and_undo_take_ids_with_slashes(ada: httpx.Client) -> None:
    ada.post("/v1/memories", json=MOVED)
    made = ada.post("/v1/memories/search", json={"query": "Mia"}).json()["recollections"][0]["id"]

    why = ada.get(f"/v1/memories/{made}/why").json()
    undone = ada.post("/v1/memories/m1/undo")

    assert "/" in made
    assert why["versions"][0]["since"]["event"] == "m1"
    assert undone.status_code == 200
    assert ada.get(f"/v1/memories/{made}").json()["until"] is not None


def test_deleting_is_verified(ada: httpx.Client) -> None:
    ada.post("/v1/memories", json=[MOVED, {"id": "m2", "content": "It rains."}])

    erased = ada.delete("/v1/memories/m1", params={"verify": True}).json()

    assert (erased["events"], erased["is_verified"], erased["left"]) == (["m1"], True, [])
    assert [item["id"] for item in ada.get("/v1/memories").json()["items"]] == ["m2"]


def test_deleting_all_leaves_nothing_of_this_user_and_all_of_the_others(
    shared: MemoryServer, ask: Callable[..., httpx.Client], ada: httpx.Client
) -> None:
    bob = ask(shared, "bob")
    for user in (ada, bob):
        user.post("/v1/memories", json=MOVED)

    erased = ada.delete("/v1/memories").json()

    assert erased["events"] == ["m1"]
    assert ada.get("/v1/memories").json()["items"] == []
    assert [item["id"] for item in bob.get("/v1/memories").json()["items"]] == ["m1"]


def test_the_past_can_be_asked_by_position_and_by_time(ada: httpx.Client) -> None:
    ada.post("/v1/memories", json=MOVED | {"at": "2026-01-01T00:00:00Z"})
    ada.post("/v1/memories", json={"id": "m2", "content": "Mia came back to Rome.", "at": "2026-02-01T00:00:00Z"})

    for moment in (1, "2026-01-15T00:00:00Z"):
        asked = {"query": "Where does Mia live?", "as_of": moment}
        found = ada.post("/v1/memories/search", json=asked).json()["recollections"]
        assert {source for one in found for source in one["sources"]} == {"m1"}


def test_a_diff_tells_what_is_new(ada: httpx.Client) -> None:
    ada.post("/v1/memories", json=[MOVED, {"id": "m2", "content": "It rains."}])

    changed = ada.get("/v1/diff", params={"since": 1}).json()

    assert "m2" in [one["id"] for one in changed["added"]]
    assert "m1" not in [one["id"] for one in changed["added"]]


def test_what_keeps_a_memory_in_shape_can_be_asked_for(ada: httpx.Client) -> None:
    ada.post("/v1/memories", json=MOVED)

    answers = [ada.post(f"/v1/{verb}") for verb in ("retry", "consolidate", "forget")]

    assert [answer.status_code for answer in answers] == [200, 200, 200]
    assert ada.get("/v1/status").json()["memories"][0]["set_aside"] == {}


def test_an_export_is_imported_by_another_user_once(
    shared: MemoryServer, ask: Callable[..., httpx.Client], ada: httpx.Client
) -> None:
    eve = ask(shared, "eve")
    ada.post("/v1/memories", json=MOVED)
    export = ada.get("/v1/export").content

    first, second = (eve.post("/v1/import", content=export).json()["events"] for _ in range(2))

    assert [event["id"] for event in first] == ["m1"]
    assert second == []
    assert [item["text"] for item in eve.get("/v1/memories").json()["items"]] == [MOVED["content"]]


def test_openapi_describes_every_verb_and_what_goes_wrong(
    shared: MemoryServer, ask: Callable[..., httpx.Client]
) -> None:
    described = ask(shared).get("/openapi.json").json()

    assert {"/v1/memories", "/v1/memories/search", "/v1/export", "/health", "/ready"} <= set(described["paths"])
    assert "Problem" in described["components"]["schemas"]
    assert {"404", "413", "422", "429", "503"} <= set(described["paths"]["/v1/memories/{id}"]["get"]["responses"])
