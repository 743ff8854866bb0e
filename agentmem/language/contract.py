"""The port to language: tasks with typed answers, and embeddings.

A memory asks a `Task` and never knows who answers: rules, a model, or a
recording. Everything is counted in a `Receipt`.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from hashlib import blake2b
from typing import Any, Generic, Literal, NamedTuple, Protocol, TypeVar, runtime_checkable

from pydantic import BaseModel

from agentmem.events import Value
from agentmem.vectors import Vectors

Out = TypeVar("Out", bound=BaseModel)
OnFailure = Literal["defer", "rules"]
"""After an outage or a bad answer: the event waits or is set aside, or the rules answer instead."""
Rule = Callable[..., BaseModel | None]
"""Answers a task from its inputs, or returns None: "this text is not mine"."""


@dataclass(frozen=True)
class Task(Generic[Out]):
    """One thing language is asked to do.

    Attributes:
        name: Dotted, `arigraph.outdated`; rules and recordings know it by this.
        output: The shape of an answer; anything else is a bad answer.
        prompt: The prompt for a model, with an `{input}` placeholder for each input: the
            content of a text file beside the code. Other braces, as in JSON, stay as they are.
        rules: Answers without a model; the last resort after the rules that
            plugins offer through the hook `agentmem_rules`.
        for_rules: Inputs that the rules need, and a model is not shown.
    """

    name: str
    output: type[Out]
    prompt: str
    rules: Callable[..., Out]
    for_rules: tuple[str, ...] = ()

    @property
    def prompt_hash(self) -> str:
        """Eight hex digits of the prompt: what an answer was caused by, beside its inputs."""
        return blake2b(self.prompt.encode(), digest_size=4).hexdigest()


class Receipt(Value):
    """What an operation cost: nothing in it is a guess.

    Attributes:
        asked: Questions put to the language, answered by whomever.
        calls: Calls that left, for a model or for vectors (0 with rules and the embedder that comes along).
        tokens: Tokens those calls read and wrote, as the provider counted.
        embedded: Texts turned into vectors.
        cached: Answers and vectors taken from what was computed before.
        deferred: Events that wait because the language was unavailable.
        set_aside: Events the language or a plugin could not handle; kept, listed.
        by_rules: Answers the rules gave in place of the model.
        milliseconds: Wall time in the language.
    """

    asked: int = 0
    calls: int = 0
    tokens: int = 0
    embedded: int = 0
    cached: int = 0
    deferred: int = 0
    set_aside: int = 0
    by_rules: int = 0
    milliseconds: float = 0.0

    def __add__(self, other: Receipt) -> Receipt:
        """Return the two receipts as one."""
        return Receipt(**{name: getattr(self, name) + getattr(other, name) for name in _COUNTS})

    def since(self, before: Receipt) -> Receipt:
        """Return what was spent between two running totals, `before` being the older."""
        return Receipt(**{name: getattr(self, name) - getattr(before, name) for name in _COUNTS})


_COUNTS = tuple(Receipt.model_fields)


class Embedder(Protocol):
    """Turns texts into unit vectors; the same text always into the same one. May be used from many threads.

    Attributes:
        id: Names model and version, and holds no key: a namespace remembers it, and refuses another.
        dim: Numbers of a vector; 0 where only the model knows, and has not been asked yet.
    """

    id: str
    dim: int

    def embed(self, texts: Sequence[str]) -> Vectors:
        """Return one unit vector per text, shape (n, dim), float32.

        A text with nothing to embed gets the zero vector.
        """
        ...


class CountedVectors(NamedTuple):
    """Vectors, shape (n, dim), and what it took: calls that left, and the tokens they read as the provider counted."""

    vectors: Vectors
    calls: int
    tokens: int


@runtime_checkable
class RemoteEmbedder(Embedder, Protocol):
    """An embedder that may leave the machine: never asked inside a transaction, calls counted; and it may be out.

    Attributes:
        leaves: Whether it does.
    """

    leaves: bool

    def embed_counted(self, texts: Sequence[str]) -> CountedVectors:
        """Return what `embed` returns, and what it took.

        Raises:
            LanguageUnavailable: nobody answered; ask again later.
            LanguageMisconfigured: the key, the model or the address is wrong, or the model is another one than it was.
            BadAnswer: what came back for these texts is no vector.
        """
        ...


@runtime_checkable
class WordEmbedder(Embedder, Protocol):
    """An embedder that puts the vector of a text together from those of its words.

    So single words are embedded in microseconds, no call leaves, and their vectors
    tell which words are alike. A memory may ask for it, and must do without it.
    """

    by_words: Literal[True]


class Language(Protocol):
    """Answers tasks and embeds texts.

    One that makes calls has each of them paid (`agentmem.language.paying.metering.paid`); no budget holds one that
    does not.

    Attributes:
        name: As typed after `--language`.
        embedder: What `embed` uses; a namespace keeps vectors of one embedder only.
        leaves: Whether an answer may take a call to a model; `may_leave` tells of its vectors too.
    """

    name: str
    leaves: bool
    embedder: Embedder

    def ask(self, task: Task[Out], /, **inputs: Any) -> Out:
        """Return the answer, validated.

        Raises:
            LanguageUnavailable: nobody answered; ask again later.
            BadAnswer: the answer cannot be used, even after a repair.
            PluginError: the prompt has a placeholder for none of the inputs, or none for one of them.
        """
        ...

    def prefetch(self, task: Task[Out], many: Sequence[Mapping[str, Any]], /) -> None:
        """Answer many at once, ahead of the `ask` with the same inputs.

        What fails here fails again, the same way, when it is asked.
        """
        ...

    def embed(self, texts: Sequence[str]) -> Vectors:
        """Return unit vectors, shape (n, dim); texts known already are not embedded again."""
        ...

    def receipt(self) -> Receipt:
        """Return the running total since this language was opened."""
        ...


@runtime_checkable
class Checks(Protocol):
    """Can find out whether it can be asked: an optional power of a language, and of who answers for it."""

    def check(self) -> None:
        """Return if it can; nothing is answered, and nothing has to be paid.

        Raises:
            LanguageUnavailable, LanguageMisconfigured: with the cure.
        """
        ...


@runtime_checkable
class Closes(Protocol):
    """Holds something: an optional power of a language, an embedder or a chat model, used by whoever opened it."""

    def close(self) -> None:
        """Let it go; may be called twice."""
        ...


@runtime_checkable
class Clears(Protocol):
    """A language that keeps texts, vectors and answers in the memory of this process: an optional power."""

    def clear(self) -> None:
        """Let all of that go, so that nothing is left of a text that was deleted; what it spent stays counted."""
        ...


@runtime_checkable
class FallsToRules(Protocol):
    """A language in whose place the rules can answer: an optional power.

    `on_failure` may be set until the first question is asked.
    """

    on_failure: OnFailure


@runtime_checkable
class TellsTime(Protocol):
    """A language that is recorded, or was, with the times of what happened: an optional power.

    For whoever makes events, as a game does; a memory has its time from those, and asks nobody.
    """

    def now(self) -> datetime:
        """Return the time, aware; in a replay, what was returned then."""
        ...


@runtime_checkable
class GivesLogProbabilities(Protocol):
    """A language that can also say how likely a text was: an optional power, asked for with `isinstance`."""

    def surprise(self, texts: Sequence[str]) -> list[float]:
        """Return for each text its mean -log p per token, in nats, given the texts before it; the first given nothing.

        Raises:
            LanguageUnavailable: nobody answered; ask again later.
        """
        ...


def may_leave(language: Language) -> bool:
    """Return whether asking or embedding may take a call: if so, the host does neither inside a transaction.

    Apart from `Language.leaves`, by which a memory tells a model from rules: rules stay
    rules, and derive the same graph, wherever the vectors come from.
    """
    # by the attribute alone: one that leaves and does not count is no less slow, nor less often out
    return language.leaves or bool(getattr(language.embedder, "leaves", False))
