"""Files of conversations: overheard, then asked about."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest

from agentmem.agent.environment import Environment
from agentmem.errors import InvalidInput, UnknownName, UnknownSetting
from agentmem.testing.environment_contract import EnvironmentContract
from agentmem_chat.family import ChatFamily

LINES: Sequence[dict[str, Any]] = (
    {"event": {"id": "e1", "at": "2026-01-05T09:00:00Z", "text": "I bought a kayak.", "speaker": "Ann",
               "session": "s1"}},
    {"event": {"id": "e2", "at": "2026-01-05T09:01:00Z", "text": "How nice!", "role": "assistant", "session": "s1"}},
    {"event": {"id": "e3", "at": "2026-02-05T09:00:00Z", "text": "The kayak is red.", "speaker": "Ann",
               "session": "s2"}},
    {"question": {"text": "What did Ann buy?", "answer": "a kayak"}},
    {"question": {"text": "What did Ann sell?", "category": "adversarial", "apart": True}},
    {"question": {"text": "What else?"}},
)  # fmt: skip


def written(folder: Path, lines: Sequence[dict[str, Any]] = LINES) -> str:
    (folder / "talk.jsonl").write_text("".join(json.dumps(line) + "\n" for line in lines))
    return f"chat:{folder / 'talk.jsonl'}"


def opened(spec: str, **options: Any) -> Environment:
    return ChatFamily().open(spec, {"seed": 1, **options})


class TestARecordedConversationKeepsTheContract(EnvironmentContract):
    @pytest.fixture(autouse=True)
    def _file(self, tmp_path: Path) -> None:
        self.spec = written(tmp_path)

    def new_environment(self) -> Environment:
        return opened(self.spec)

    def some_actions(self) -> Sequence[str]:
        return ["", "", "", "A kayak."]

    def actions_to_the_end(self) -> Sequence[str]:
        return ["", "", "", "A kayak.", "I do not know.", "Nothing."]


def test_what_was_said_is_overheard_and_questions_are_asked(tmp_path: Path) -> None:
    environment = opened(written(tmp_path))
    seen = [environment.reset(), *(environment.step("").observation for _ in range(6))]

    assert [one.is_overheard for one in seen] == [True, True, True, False, False, False, False]
    assert [one.role for one in seen][:3] == ["user", "assistant", "user"]
    assert [one.session for one in seen][:4] == ["s1", "s1", "s2", "questions"]
    assert str(seen[3].at) == "2026-02-05 10:00:00+00:00"


def test_only_questions_with_a_known_answer_are_scored(tmp_path: Path) -> None:
    environment = opened(written(tmp_path))
    environment.reset()
    answers = ["", "", "", "She bought a kayak.", "I do not know.", "A paddle."]

    rewards = [environment.step(answer).reward for answer in answers]

    assert rewards == [0, 0, 0, 1, 1, 0]
    assert environment.evaluate().max_score == 2
    assert environment.evaluate().won


def test_where_no_answer_is_known_nothing_is_scored(tmp_path: Path) -> None:
    environment = opened(written(tmp_path, [LINES[0], LINES[-1]]))
    environment.reset()
    environment.step("")
    environment.step("A kayak.")

    told = environment.evaluate()

    assert (told.normalized, told.max_score, told.won) == (None, 0, False)


def test_a_file_is_found_again_from_any_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    written(tmp_path)
    monkeypatch.chdir(tmp_path)
    spec = opened("chat:talk.jsonl").spec
    (tmp_path / "elsewhere").mkdir()
    monkeypatch.chdir("elsewhere")

    assert opened(spec.name).spec == spec


def test_a_locomo_file_is_played_in_its_own_times(tmp_path: Path) -> None:
    turns = [{"dia_id": "D1:1", "speaker": "Ann", "text": "I bought a kayak."}]
    sample = {
        "sample_id": "conv-1",
        "conversation": {"session_1_date_time": "1:56 pm on 8 May, 2023", "session_1": turns},
        "qa": [{"question": "What did Ann buy?", "answer": "kayak", "evidence": ["D1:1"], "category": 4}],
    }
    (tmp_path / "locomo.json").write_text(json.dumps([sample]))
    first = opened(f"chat:{tmp_path / 'locomo.json'}").reset()

    assert (first.speaker, str(first.at), first.is_overheard) == ("Ann", "2023-05-08 13:56:00+00:00", True)


def test_a_memorybank_file_is_played_with_both_sides(tmp_path: Path) -> None:
    history = {"2023-04-27": [{"query": "I sing.", "response": "Lovely!"}]}
    (tmp_path / "bank.json").write_text(json.dumps({"Emily": {"history": history}}))
    environment = opened(f"chat:{tmp_path / 'bank.json'}")

    seen = [environment.reset(), environment.step("").observation]

    assert [(one.text, one.role, one.speaker) for one in seen] == [
        ("I sing.", "user", "Emily"),
        ("Lovely!", "assistant", None),
    ]


def test_one_of_several_conversations_is_chosen_by_name(tmp_path: Path) -> None:
    event = {"id": "e", "at": "2026-01-05T09:00:00Z"}
    spec = written(tmp_path, [{"conversation": who, "event": {**event, "text": f"I am {who}."}} for who in ("a", "b")])

    assert opened(spec).reset().text == "I am a."
    assert opened(spec, conversation="b").reset().text == "I am b."
    with pytest.raises(UnknownName, match="no conversation named 'c'"):
        opened(spec, conversation="c")


def test_a_file_that_is_not_there_is_refused() -> None:
    with pytest.raises(InvalidInput, match=r"there is no file 'no\.jsonl' to talk about; give chat:FILE"):
        opened("chat:no.jsonl")


@pytest.mark.parametrize("spec", ["chat:", "chat:simulatd"])
def test_what_is_neither_a_file_nor_simulated_is_refused(spec: str) -> None:
    with pytest.raises(InvalidInput, match="or chat:simulated"):
        opened(spec)


def test_a_broken_line_is_named(tmp_path: Path) -> None:
    file = tmp_path / "talk.jsonl"
    file.write_text(json.dumps(LINES[0]) + '\n{"event": {\n')

    with pytest.raises(InvalidInput, match=r"talk\.jsonl:2 is not JSON"):
        opened(f"chat:{file}")


def test_an_option_of_the_simulated_user_is_refused_for_a_file(tmp_path: Path) -> None:
    with pytest.raises(UnknownSetting, match="no setting named 'turns'"):
        opened(written(tmp_path), turns=9)
