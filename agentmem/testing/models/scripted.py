"""A scripted model in this process: no socket, no client, and all that stands between a memory and a model's client.

Prompts are filled, answers come as JSON and are read and checked, calls are paid and their tokens counted:

>>> from agentmem.language.facts_task import FACTS
>>> from agentmem.language.rules import RuleLanguage
>>> from agentmem.testing.embedding import HashEmbedder
>>> from agentmem.testing.plain_grammar import read_plain
>>> language = scripted_language(RuleLanguage(HashEmbedder(), {"facts": [read_plain]}))
>>> language.ask(FACTS, text="The key is on the table.", action=None).facts[0].text
'key, is on, table'
>>> language.leaves, language.receipt().calls
(True, 1)
"""

from __future__ import annotations

from agentmem.language.chat.answering import ChatAnswers
from agentmem.language.chat.contract import Form, Reply, Request
from agentmem.language.contract import Language
from agentmem.language.model import ModelLanguage
from agentmem.testing.models.as_model import LanguageAsModel
from agentmem.testing.models.script import Answers, Asked, Script
from agentmem.testing.models.wire import usage_of

NAME = "scripted-model"


class ScriptedChat:
    """A chat model that says what its script says. May be used from many threads.

    Args:
        answers: One answer for all, several in order, or a function of what is `Asked`, as of a `ModelServer`.
    """

    id = NAME
    forms: tuple[Form, ...] = ("schema", "object", "text")

    def __init__(self, answers: Answers) -> None:
        self._script = Script(answers)

    def complete(self, request: Request) -> Reply:
        """Return the next answer, with a plain count of tokens.

        Raises:
            Unscripted: there is none left.
        """
        messages = [{"role": one.role, "content": one.text} for one in request.messages]
        asked = Asked("POST", "/v1/chat/completions", {}, {"model": self.id, "messages": messages}, at_s=0.0)
        said = self._script.answer(asked)
        took = usage_of(asked, said)
        return Reply(text=said.text, read=took["prompt_tokens"], written=took["completion_tokens"], model=self.id)

    def check(self) -> None:
        """Return: it can be asked."""


def scripted_language(right: Language) -> ModelLanguage:
    """Return a language with a scripted model that answers each question as `right` does; it embeds as that does."""
    model = LanguageAsModel(right)
    return ModelLanguage(model.told(ChatAnswers(ScriptedChat(model)), name=NAME), embedder=right.embedder)
