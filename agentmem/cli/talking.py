"""A conversation on a terminal: what is typed is said, or a command that begins with a slash."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator, Sequence
from typing import TYPE_CHECKING

from rich.text import Text

from agentmem.cli.output import console, one_line, printable
from agentmem.cli.why import told
from agentmem.errors import AgentmemError, InvalidInput, UnknownName
from agentmem.graph.uri import without_password

if TYPE_CHECKING:
    from agentmem.agent.conversation import Conversation, Reply
    from agentmem.agent_memory import AgentMemory

SHOWN = 5
"""What was recalled, below an answer; and what /memories lists, unless it is told how many."""
BEFORE = 200
"""Messages of this user that the arrow keys bring back."""


class Talk:
    """One conversation at a terminal, or off it.

    Args:
        conversation: What is said goes there.
        memory: Its memory, for what the commands ask.
    """

    def __init__(self, conversation: Conversation, memory: AgentMemory) -> None:
        self._conversation, self._memory = conversation, memory
        self._out = console()
        self._listed: list[str] = []
        self._before = memory.language.receipt()
        self._last: str | None = None
        self._commands: dict[str, tuple[Callable[[str], None], str, str]] = {
            "memories": (self._memories, "[WORDS]", "what is remembered: the newest, or what fits the words"),
            "why": (self._why, "[N]", "where something comes from: a number shown, or an id"),
            "correct": (self._correct, "N TEXT", "say what it should have been; the old one no longer holds"),
            "forget": (self._forget, "N", "erase something, and all that came of it"),
            "undo": (self._undo, "", "take back what the last message changed"),
            "cost": (self._cost, "", "what models were asked since you came"),
            "help": (self._help, "", "this list"),
            "quit": (self._quit, "", "leave; Ctrl-D does too"),
        }

    def run(self) -> None:
        """Talk until the input ends, or `/quit`."""
        self._greet()
        for line in self._lines():
            if not line.strip():
                continue
            try:
                self._take(line.strip())
            except EOFError:
                return
            except AgentmemError as error:
                self._tell(f"agentmem: {one_line(str(error))}", style="red")

    def _take(self, line: str) -> None:
        if not line.startswith("/") or line.startswith("//"):
            self._say(line.removeprefix("/") if line.startswith("//") else line)
            return
        name, _, rest = line[1:].partition(" ")
        if name not in self._commands:
            raise UnknownName.among("command", name, self._commands, cure="/help; // begins a message with a slash")
        self._commands[name][0](rest.strip())

    def _say(self, text: str) -> None:
        reply = self._conversation.say(text)
        self._last = reply.said.id
        self._tell(reply.text)
        self._sources(reply)

    def _sources(self, reply: Reply) -> None:
        """Tell what an answer was taken from; or what was recalled for it, where it does not say."""
        if reply.used:
            self._list([(one.id, one.text) for one in reply.used[:SHOWN]])

    def _memories(self, words: str) -> None:
        if words:
            found = [(one.id, one.text) for one in self._memory.search(words, limit=SHOWN)]
        else:
            last = self._memory.status().entries
            newest = self._memory.get_all(after=max(0, last - BEFORE), limit=BEFORE)
            found = [(one.id, one.text) for one in newest if one.role == "user"][-2 * SHOWN :]
        self._list(found, nothing="nothing yet" if not words else "nothing fits")

    def _why(self, which: str) -> None:
        for line in told(self._memory.why(self._meant(which or "1"))):
            self._tell(line, style="dim")

    def _correct(self, given: str) -> None:
        which, _, text = given.partition(" ")
        new = self._memory.update(self._meant(which), text.strip())
        self._tell(f"corrected: {one_line(new.events[0].text)}", style="dim")

    def _forget(self, which: str) -> None:
        erased = self._memory.delete(self._meant(which), verify=True)
        kept = f"; {len(erased.left)} other notes say the same" if erased.left else "; nothing of it is left"
        self._tell(f"forgotten: {len(erased.events) or 'it was gone already'}{kept}", style="dim")

    def _undo(self, _: str) -> None:
        if self._last is None:
            raise InvalidInput("there is nothing to undo: say something first")
        self._memory.undo(self._last)
        self._tell("undone: no memory holds what your last message changed; it is in the journal still", style="dim")

    def _cost(self, _: str) -> None:
        spent = self._memory.language.receipt().since(self._before)
        self._tell(f"{spent.calls} calls, {spent.tokens} tokens, {spent.milliseconds / 1000:.1f} s", style="dim")

    def _help(self, _: str) -> None:
        for name, (_command, arguments, about) in self._commands.items():
            self._tell(f"{f'/{name} {arguments}':<20} {about}", style="dim")
        self._tell("Esc, then Enter      begins a new line within a message", style="dim")

    def _quit(self, _: str) -> None:
        raise EOFError

    def _meant(self, which: str) -> str:
        """Return the id of something that was listed, by its number; or an id as it is."""
        if not which:
            raise InvalidInput("say which one, by the number shown before it, or its id")
        if not which.isdigit():
            return which
        if not 1 <= int(which) <= len(self._listed):
            raise InvalidInput(f"there is no number {which} here; list some with /memories")
        return self._listed[int(which) - 1]

    def _list(self, found: Sequence[tuple[str, str]], *, nothing: str = "") -> None:
        self._listed = [id_ for id_, _ in found]
        for number, (id_, text) in enumerate(found, 1):
            self._tell(f"  [{number}] {one_line(text, limit=160)}   {one_line(id_, limit=60)}", style="dim")
        if not found and nothing:
            self._tell(nothing, style="dim")

    def _greet(self) -> None:
        status = self._memory.status()
        where = f"{without_password(self._memory.store.uri)}, {status.namespace}"
        self._tell(f"remembering in {where}: entries: {status.entries}. /help", style="dim")

    def _tell(self, text: str, *, style: str = "") -> None:
        self._out.print(Text("\n".join(printable(line) for line in text.splitlines()), style=style))

    def _lines(self) -> Iterator[str]:
        """Yield what is typed, as long as there is something."""
        if not (sys.stdin.isatty() and sys.stdout.isatty()):
            yield from sys.stdin
            return
        yield from _typed([one.text for one in self._memory.get_all(limit=BEFORE) if one.role == "user"])


def _typed(before: Sequence[str]) -> Iterator[str]:
    """Yield messages typed on a terminal, with editing; nothing is written down but by the memory."""
    from prompt_toolkit import PromptSession
    from prompt_toolkit.history import InMemoryHistory
    from prompt_toolkit.key_binding import KeyBindings

    keys = KeyBindings()
    keys.add("enter")(lambda event: event.current_buffer.validate_and_handle())
    keys.add("escape", "enter")(lambda event: event.current_buffer.insert_text("\n"))
    session: PromptSession[str] = PromptSession(
        history=InMemoryHistory(list(before)), key_bindings=keys, multiline=True, prompt_continuation="  "
    )
    while True:
        try:
            yield session.prompt("> ")
        except KeyboardInterrupt:
            continue
        except EOFError:
            return
