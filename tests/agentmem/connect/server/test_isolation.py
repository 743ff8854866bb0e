"""No way of reading gives anybody what is another's, whatever users are called."""

from __future__ import annotations

import uuid
from collections.abc import Iterator

import httpx
from hypothesis import given, settings
from hypothesis import strategies as st

from agentmem.testing.serving import MemoryServer

NAMES = st.text(st.characters(exclude_categories=["Cs"]), min_size=1, max_size=20) | st.sampled_from(
    ["ada", "ada/", "%", "%2F", "user:ada", "app:x/user:ada", "default", "..", "Ada", "ada\x00", "*", "a' or 1=1"]
)


def told(client: httpx.Client, user: str, canary: str) -> Iterator[str]:
    """Yield what each way of reading gives a user, who knows somebody else's id and words."""
    for method, path, body in [
        ("POST", "/v1/memories/search", {"query": canary}),
        ("POST", "/v1/memories/context", {"query": canary}),
        ("GET", "/v1/memories", None),
        ("GET", "/v1/memories?memory=episodic", None),
        ("GET", f"/v1/memories/id-{canary}", None),
        ("GET", f"/v1/memories/episodic/Moment/id-{canary}", None),
        ("GET", f"/v1/memories/id-{canary}/why", None),
        ("GET", f"/v1/memories/id-{canary}/history", None),
        ("GET", "/v1/diff?since=0", None),
        ("GET", "/v1/status", None),
        ("GET", "/v1/export", None),
    ]:
        answer = client.request(method, httpx.URL(path).copy_add_param("user", user), json=body)
        yield answer.text if answer.status_code == 200 else ""


@settings(max_examples=25)
@given(names=st.lists(NAMES, min_size=2, max_size=3, unique=True))
def test_what_one_user_says_no_other_is_told(shared: MemoryServer, names: list[str]) -> None:
    canary = f"canary{uuid.uuid4().hex}"
    first, *others = names
    with httpx.Client(base_url=shared.url, timeout=60) as client:
        said = {"id": f"id-{canary}", "content": f"The word is {canary}."}
        client.post("/v1/memories", params={"user": first}, json=said).raise_for_status()

        assert sum(canary in text for text in told(client, first, canary)) >= 9
        for other in others:
            assert not [text for text in told(client, other, canary) if canary in text]
