"""A scope names a namespace, and no two the same."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from agentmem import AgentMemory, Host
from agentmem.errors import InvalidInput
from agentmem.graph.checks import check_namespace
from agentmem.scope import scope_of

Names = (
    st.none()
    | st.text(st.sampled_from("a:/%.\\ \n\x00\u2028é2f"), min_size=1, max_size=6)
    | st.text(min_size=1, max_size=6)
)


@given(one=st.tuples(Names, Names), other=st.tuples(Names, Names))
def test_two_scopes_share_a_namespace_only_if_they_are_the_same(
    one: tuple[str | None, str | None], other: tuple[str | None, str | None]
) -> None:
    names = [scope_of(app, user, None).namespace for app, user in (one, other)]

    assert (names[0] == names[1]) == (one == other)
    check_namespace(names[0])


@pytest.mark.parametrize("scope", [{"user": ""}, {"app": "", "user": "ada"}, {"user": "x" * 300}, {"user": "/" * 100}])
def test_a_name_that_cannot_be_used_is_refused(scope: dict[str, str], tmp_path: Path, plugins: Host) -> None:
    with pytest.raises(InvalidInput):
        AgentMemory(tmp_path / "chat.db", host=plugins, **scope)  # type: ignore[arg-type]

    assert list(tmp_path.iterdir()) == []


def test_a_namespace_and_a_user_are_not_both_given(tmp_path: Path, plugins: Host) -> None:
    with pytest.raises(InvalidInput, match="give one or the other"):
        AgentMemory(tmp_path / "chat.db", user="ada", namespace="ada", host=plugins)
