"""What the paper's program cannot do, or does wrongly, and this must not. F2 and F3: `test_segmentation.py`."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import pytest

from agentmem.agent_memory import AgentMemory
from agentmem.errors import LanguageUnavailable, UnknownSetting
from agentmem.graph.contract import Where
from agentmem.host import Host
from agentmem.language.rules import RuleLanguage
from agentmem.testing.embedding import HashEmbedder
from agentmem.testing.languages import PretendModel
from agentmem_emllm.memory import EMLLM
from agentmem_emllm.settings import EMLLMSettings

STREAM = ("a boat", "the boat", "my boat", "one boat", "any boat", "boat", "a boat!", "the boat")


class Scoring(PretendModel):
    """A model that gives log-probabilities by a script, and says what it was shown."""

    def __init__(self, scores: dict[str, float]) -> None:
        super().__init__(RuleLanguage(HashEmbedder()))
        self.scores = scores
        self.read: list[Sequence[str]] = []
        self.is_out = False

    def surprise(self, texts: Sequence[str]) -> list[float]:
        if self.is_out:
            raise LanguageUnavailable("pulled the plug")
        self.read.append(texts)
        return [self.scores.get(text, 1.0) for text in texts]


def begins(memory: AgentMemory) -> list[str]:
    return [step.text for step in memory.graph.scan(Where(label="Step")) if "begins" in step.props]


def test_events_are_found_without_a_model_and_nothing_is_asked_of_one(
    open_memory: Callable[..., AgentMemory], tell: Callable[..., None]
) -> None:
    """F1: the program needs the probabilities, keys and values of the model that reads."""
    memory = open_memory()

    tell(memory, *STREAM, "oven and bread")

    assert begins(memory) == ["oven and bread"]
    assert (memory.language.receipt().asked, memory.language.receipt().calls) == (0, 0)


def test_a_language_that_gives_log_probabilities_says_what_is_surprising(
    open_memory: Callable[..., AgentMemory], tell: Callable[..., None]
) -> None:
    """F1: and where they can be had, they are used, over the steps just before."""
    model = Scoring({"boat": 9.0})
    memory = open_memory(language=model)

    tell(memory, *STREAM)

    assert begins(memory) == ["boat"]
    assert model.read[4] == list(STREAM[1:6])


def test_the_embeddings_are_asked_instead_where_that_is_set(
    open_memory: Callable[..., AgentMemory], tell: Callable[..., None]
) -> None:
    model = Scoring({"boat": 9.0})
    memory = open_memory(language=model, surprise="embedding")

    tell(memory, *STREAM)

    assert begins(memory) != ["boat"]
    assert model.read == []


def test_an_outage_of_the_scoring_model_only_delays(
    open_memory: Callable[..., AgentMemory], tell: Callable[..., None]
) -> None:
    model = Scoring({"boat": 9.0})
    memory = open_memory(language=model)
    model.is_out = True
    tell(memory, *STREAM)
    assert memory.status().folded == 1  # the first step has nothing to be a surprise after

    model.is_out = False
    memory.catch_up()

    assert begins(memory) == ["boat"]


def test_each_question_is_held_to_its_own_limit(
    open_memory: Callable[..., AgentMemory], tell: Callable[..., None]
) -> None:
    """F4: the budget of a batch was that of its first item."""
    memory = open_memory(most=2)
    tell(memory, *STREAM)

    assert [len(memory.search("boat", limit=limit)) for limit in (1, 3, 5, 8, 50)] == [1, 3, 5, 8, 8]


def test_refinement_and_contiguity_are_on_as_in_the_paper() -> None:
    """F5: every configuration shipped turned both off."""
    defaults = EMLLMSettings()

    assert (defaults.refinement, defaults.contiguity) == ("modularity", 0.3)
    assert (defaults.gamma, defaults.representatives, defaults.least, defaults.most) == (1.0, 4, 2, 16)


def test_settings_are_read_from_the_command_line() -> None:
    memory = Host().memory("emllm", {"gamma": "1.5", "refinement": "none", "places": "true"})

    assert isinstance(memory, EMLLM)
    assert memory.settings == EMLLMSettings(gamma=1.5, refinement="none", places=True)


@pytest.mark.parametrize(("name", "value"), [("gama", "1"), ("contiguity", "1"), ("most", "0"), ("surprise", "nobody")])
def test_a_setting_that_cannot_be_is_refused_by_name(name: str, value: str) -> None:
    with pytest.raises(UnknownSetting, match=name):
        Host().memory("emllm", {name: value})


def test_a_least_above_the_most_is_refused() -> None:
    with pytest.raises(UnknownSetting, match="least is 9 and most 3"):
        Host().memory("emllm", {"least": "9", "most": "3"})
