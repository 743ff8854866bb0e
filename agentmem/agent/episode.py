"""One game played by one policy with one memory, recorded: what `agentmem play` does, as one call."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import ExitStack
from datetime import UTC, datetime
from pathlib import Path
from types import TracebackType
from typing import Annotated, Any, Literal, Self

from pydantic import Field

from agentmem.agent.environment import Defaults, EvalInfo, HasNotes, defaults_of
from agentmem.agent.loop import Step, play
from agentmem.agent.policy import check_plays
from agentmem.agent.trajectory import Header, Recorder, refuse_taken, versions
from agentmem.agent_memory import AgentMemory
from agentmem.events import Value
from agentmem.graph.contract import Graph, Node, Where
from agentmem.graph.uri import without_password
from agentmem.host import Host
from agentmem.language.contract import Language, Receipt, TellsTime
from agentmem.spending.session import Session
from agentmem.stack import open_stack
from agentmem.thinking import Thinking, closing_language

Ended = Literal["over", "step limit", "interrupted", "failed"]


class Setup(Thinking):
    """What to play, with what, and where to keep it; and what is thought with, as in `Thinking`.

    Attributes:
        game: As typed: `cook:4`, `chat:simulated`, or a path.
        memory, memory_settings: The memory, by name; several as `episodic+arigraph`. "": what the game names.
        policy, policy_settings: Who decides, by name. "": whom the game names.
        seed: Also makes the game, where it is generated.
        max_steps: The most actions. 0: as many as the game names.
        goal: Replaces the game's own; None keeps it.
        goal_style: "brief" cuts the route out of the game's objective, "full" leaves it.
        game_settings: What else the game is opened with, as the number of turns of a simulated conversation.
        show_valid_actions: Whether the game tells what may be done; then nothing else can be chosen.
        store: Where the memory is kept.
        namespace: Whose memory, in the store. None is the episode's own, named as
            it is: what an older one remembers of another game would be believed.
        trajectory: The file the episode is recorded in; it must not exist yet.
        name: Of this run; ids of its events begin with it, so two runs into one
            namespace need two names.
        stands_in: Whether the host answers what the memory cannot, as `AgentMemory` says; switched off to measure it.
    """

    game: str
    store: str
    trajectory: Path
    name: str
    memory: str = ""
    memory_settings: dict[str, Any] = Field(default_factory=dict)
    policy: str = ""
    policy_settings: dict[str, Any] = Field(default_factory=dict)
    seed: int = 1
    max_steps: Annotated[int, Field(ge=0)] = 0
    goal: str | None = None
    goal_style: Literal["brief", "full"] = "brief"
    game_settings: dict[str, Any] = Field(default_factory=dict)
    show_valid_actions: bool = False
    namespace: str | None = None
    stands_in: bool = True

    @property
    def world(self) -> dict[str, Any]:
        """What the environment is opened with."""
        options: dict[str, Any] = {"seed": self.seed, **self.game_settings}
        options |= {} if self.goal is None else {"goal": self.goal}
        options |= {"goal_style": "full"} if self.goal_style == "full" else {}
        return options | ({"show_valid_actions": True} if self.show_valid_actions else {})

    def filled(self, defaults: Defaults) -> Setup:
        """Return this setup with what was not chosen taken from the defaults of the game's family."""
        chosen = {name: value for name, value in defaults if not getattr(self, name)}
        return self.model_copy(update=chosen)

    @property
    def shown_store(self) -> str:
        """Where the memory is kept, as it may be shown: no password is in it."""
        return without_password(self.store)

    @property
    def remembered_in(self) -> str:
        """The namespace that is used: the given one, or the episode's own."""
        return self.name if self.namespace is None else self.namespace


class Held(Value):
    """How many nodes with one label a memory holds: current ones, and retired ones, which are kept."""

    label: str
    current: int
    retired: int


class Result(Value):
    """How an episode went.

    Attributes:
        ended: What ended it.
        evaluation: Score, steps, won or lost.
        receipt: What memory and policy cost, all together; and how much was set aside, or waits, in the end.
        held: What the memory holds in this namespace, by label.
        set_aside: Ids of events the memory could not take in.
        waiting: Entries the memory has yet to take in, since the language was out.
        waits: What it was out with, in words.
        outdated: Id of the newest of what is known to hold no longer; None if there is none.
    """

    ended: Ended
    evaluation: EvalInfo
    receipt: Receipt
    held: tuple[Held, ...]
    set_aside: tuple[str, ...]
    waiting: int = 0
    waits: str = ""
    outdated: str | None


class Episode:
    """An episode, opened; iterate to play it, leave the `with` to end its record.

    ```
    with Episode(Setup(game="cook:1", ...)) as episode:
        for step in episode:
            print(step.decision)
    print(episode.result.evaluation.score)
    ```

    Memory, policy and game are checked before any file is made.

    Args:
        setup: What to play.
        host: Where plugins come from; by default all that are installed.
        language: One that is open already, and stays so; None opens the one of `setup`.
        session: What is spent of together with others; None for the budget of `setup` alone.

    Raises:
        UnknownName, UnknownSetting, InvalidInput, MissingExtra, EnvironmentFailed, LanguageError,
            PluginError, StoreError: with the cure; nothing was recorded.
    """

    def __init__(
        self,
        setup: Setup,
        host: Host | None = None,
        *,
        language: Language | None = None,
        session: Session | None = None,
    ) -> None:
        host = Host() if host is None else host
        self.setup = setup = setup.filled(defaults_of(host.family(setup.game)))
        refuse_taken(setup.trajectory)
        memory = open_stack(setup.memory, setup.memory_settings, host)
        self._policy = host.policy(setup.policy, setup.policy_settings)
        given, language = language, language or setup.open_language(host)
        with ExitStack() as opened:
            self._environment = host.environment(setup.game, setup.world)
            opened.callback(self._environment.close)
            check_plays(self._policy, self._environment.spec.kind)
            self.memory = AgentMemory(
                setup.store,
                namespace=setup.remembered_in,
                memory=memory,
                language=language,
                host=host,
                budget=session or setup.budget,
                stands_in=setup.stands_in,
            )
            if given is None:
                opened.enter_context(closing_language(language))
            opened.callback(self.memory.close)
            self._recorder = Recorder(setup.trajectory, self._header())
            opened.callback(self._recorder.close)
            self._opened = opened.pop_all()
        self._spent_before = language.receipt()
        self._set_aside: list[str] = []
        self._ended: Ended = "interrupted"
        self._result: Result | None = None

    def __iter__(self) -> Iterator[Step]:
        """Yield steps; each is in the trajectory before it is yielded."""
        setup = self.setup
        steps = play(
            self._environment,
            self._policy,
            self.memory,
            max_steps=setup.max_steps,
            episode=setup.name,
            clock=_clock(self.memory.language),
        )
        for number, step in enumerate(steps):
            self._recorder.step(step)
            self._set_aside += step.set_aside
            if step.done or number == setup.max_steps:
                self._ended = "over" if step.done else "step limit"
            yield step

    def evaluation(self) -> EvalInfo:
        """Return how it went so far; for whoever watches, never for the policy."""
        return self._environment.evaluate()

    @property
    def notes(self) -> Sequence[str]:
        """What whoever watches should know of the environment; the policy is not told."""
        return self._environment.notes if isinstance(self._environment, HasNotes) else ()

    @property
    def is_summed_up(self) -> bool:
        """Whether there is a `result`; not before the `with` is left, nor when the world could not tell how it went."""
        return self._result is not None

    @property
    def result(self) -> Result:
        """How it went; once the `with` is left."""
        assert self._result is not None, "leave the `with` first"
        return self._result

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if kind is not None:
            self._ended = "interrupted" if issubclass(kind, KeyboardInterrupt) else "failed"
        try:
            with self._opened:
                self._conclude()
        except Exception:
            if error is None:
                raise  # else what broke first is told: this is likely to be its consequence

    def _conclude(self) -> None:
        """Record how it ended, and sum it up."""
        try:
            evaluation = self._environment.evaluate()
        except Exception:
            self._recorder.end("failed", None)
            raise
        self._recorder.end(self._ended, evaluation)
        names = [memory.name for memory in self.memory.stack.memories]
        standing, spent = self.memory.status(), self.memory.language.receipt().since(self._spent_before)
        waiting = standing.entries - standing.folded
        self._result = Result(
            ended=self._ended,
            evaluation=evaluation,
            receipt=spent.model_copy(update={"set_aside": len(self._set_aside), "deferred": waiting}),
            held=held(self.memory.graph, *names),
            set_aside=tuple(self._set_aside),
            waiting=waiting,
            waits=next((one.waits for one in standing.memories if one.waits), ""),
            outdated=outdated(self.memory.graph, *names),
        )

    def _header(self) -> Header:
        setup = self.setup
        return Header(
            episode=setup.name,
            spec=self._environment.spec,
            memory=setup.memory,
            memory_settings=setup.memory_settings,
            policy=setup.policy,
            policy_settings=setup.policy_settings,
            language=setup.language,
            max_steps=setup.max_steps,
            versions=versions(),
        )


def _clock(language: Language) -> Callable[[], datetime]:
    """Return what tells the time: in a replay, what it was."""
    return language.now if isinstance(language, TellsTime) else lambda: datetime.now(UTC)


def held(graph: Graph, *memories: str) -> tuple[Held, ...]:
    """Return how many nodes `memories` hold in this graph, by label; past versions of a node are not counted."""
    nodes = _nodes(graph, memories)
    current = Counter(node.label for node in nodes if node.retired is None)
    retired = Counter(node.label for node in nodes if node.retired is not None)
    labels = sorted({*current, *retired})
    return tuple(Held(label=label, current=current[label], retired=retired[label]) for label in labels)


def outdated(graph: Graph, *memories: str) -> str | None:
    """Return the id of the node that `memories` retired last; None where they never retired one."""
    retired = [(node.retired, node.id) for node in _nodes(graph, memories) if node.retired is not None]
    return max(retired)[1] if retired else None


def _nodes(graph: Graph, memories: Iterable[str]) -> list[Node]:
    """Return all that `memories` hold or held, without past versions."""
    found = [node for memory in memories for node in graph.scan(Where(memory=memory, retired=True))]
    return [node for node in found if "version_of" not in node.props]
