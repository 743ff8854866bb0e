"""What memories think with, as it is typed: which language, which embedder, and whether it is recorded."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from agentmem.errors import InvalidInput
from agentmem.events import Value
from agentmem.host import Host
from agentmem.language.answers import MadeOfAnswers
from agentmem.language.contract import Checks, Closes, Language, OnFailure, RemoteEmbedder
from agentmem.language.recording.recorder import recorded
from agentmem.spending.budget import budgets_of


class Thinking(Value):
    """What memories think with.

    Attributes:
        language: Who answers their tasks: `rules`, `openai:MODEL`, `replay:FILE` ...
        embedder: What turns texts into vectors, by name; None for the default one.
        on_failure: What is done where a model fails: the event waits or is set aside ("defer"), or
            the "rules" answer. A replay does what was done when it was recorded.
        record: A cassette to write down everything in, to be replayed; None for none.
        budget: What may be spent, as `calls=100,day.tokens=50000`; None for anything.
    """

    language: str = "rules"
    embedder: str | None = None
    on_failure: OnFailure = "defer"
    record: Path | None = None
    budget: str | None = None

    @property
    def asks_a_model(self) -> bool:
        """Whether a model or an embedder may be called: not rules alone, nor a recording."""
        return not self.language.startswith("replay") and (self.language != "rules" or self.embedder is not None)

    def open_language(self, host: Host) -> Language:
        """Return the language, known to be usable; no file was made, and nothing was asked.

        Raises:
            UnknownName, InvalidInput: it cannot be built, cannot do what is wanted, or not be
                recorded there; or the budget makes no sense, or allows no call.
            LanguageUnavailable, LanguageMisconfigured: the model cannot be asked.
        """
        budgets = budgets_of(self.budget)
        language = host.language(self.language, self.embedder, on_failure=self.on_failure)
        if language.leaves:
            budgets.check_can_ask(language.name)
        if self.record is not None:
            if self.language == f"replay:{self.record}":
                raise InvalidInput(f"{self.record} is replayed, so it cannot be recorded in; give another file")
            language = recorded(language, self.record)
        for one in (language, language.embedder):
            if isinstance(one, Checks):
                one.check()
        return language

    @contextmanager
    def opened(self, host: Host) -> Iterator[Language]:
        """Give the language, and close it afterwards; raises as `open_language`."""
        with closing_language(self.open_language(host)) as language:
            yield language

    @contextmanager
    def languages(self, host: Host) -> Iterator[Callable[[], Language]]:
        """Give what makes languages that share nothing but who answers: one for each memory that is measured.

        So no memory finds what another has paid for, and all of them are one recording.

        Raises:
            AgentmemError: as `open_language`.
        """
        first = self.open_language(host)
        if not isinstance(first.embedder, RemoteEmbedder):
            first.embedder.embed(["loads what the embedder reads, so that no memory is charged for it"])
        with closing_language(first):
            if isinstance(first, MadeOfAnswers):
                made = first.through
                yield lambda: made(lambda answers: answers)
            else:
                yield lambda: self.open_language(host)


@contextmanager
def closing_language(language: Language) -> Iterator[Language]:
    """Give the language; close it and its embedder afterwards, where they can be closed."""
    try:
        yield language
    finally:
        for held in (language, language.embedder):
            if isinstance(held, Closes):
                held.close()
