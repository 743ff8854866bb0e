"""Everything that can be played here, opened by what the user types."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from agentmem.agent.environment import Environment
from agentmem.errors import EnvironmentFailed, InvalidInput
from agentmem_textworld import generation, levels, zmachine
from agentmem_textworld.game import Game
from agentmem_textworld.jericho import Jericho
from agentmem_textworld.options import Options
from agentmem_textworld.options import parse as parse_options
from agentmem_textworld.simulator import Simulator

STORY = re.compile(r".*\.(?:z[1-8]|zblorb|gblorb|ulx)", re.IGNORECASE | re.DOTALL)
"""Names of story files; also of kinds that cannot be played here, so that this can be said."""

NO_OBJECTIVE = "{} has no .json beside it: it is played without the game's objective; give one with --goal"


class TextWorldFamily:
    """An `EnvironmentFamily`: generated games by name (`cook:4`), and story files by path."""

    def claims(self, spec: str) -> bool:
        """Return whether `spec` is one of ours, or a folder, which `open` refuses in words.

        >>> [TextWorldFamily().claims(spec) for spec in ("cook:4", "zork1.z5", "chat.jsonl")]
        [True, True, False]
        """
        return levels.is_ours(spec) or STORY.fullmatch(spec) is not None or (spec != "" and Path(spec).is_dir())

    def open(self, spec: str, options: Mapping[str, Any]) -> Environment:
        """Return the game, made or loaded as needed.

        A story file with a `.json` of the same name beside it is TextWorld's own
        and played in this process; any other one in a process apart.

        Raises:
            InvalidInput: no such name, level, file or option; says what there is.
            MissingExtra: TextWorld is not installed.
            EnvironmentFailed: the game cannot be made, or is not whole.
        """
        chosen = parse_options(options)
        if not _is_path(spec):
            return _opened(generation.made(levels.parse(spec), seed=chosen.seed), name=spec, options=chosen)
        path = Path(spec).expanduser().absolute()
        return _opened(path, name=str(path), options=chosen)  # found from any folder, when it is played again

    def check(self, spec: str, options: Mapping[str, Any]) -> None:
        """Refuse a file, level or option that `open` refuses; no game is made. Raises as it does."""
        chosen = parse_options(options)
        if _is_path(spec):
            _story(Path(spec).expanduser().absolute(), chosen)
        else:
            levels.parse(spec)
            generation.textworld_version()

    def is_fixed(self, spec: str) -> bool:
        """Return whether it is a file with a game of TextWorld's own; others throw dice while they are played."""
        return _is_path(spec) and _is_textworlds(Path(spec).expanduser())

    def catalogue(self) -> Sequence[Mapping[str, Any]]:
        """Return one row per level on offer: name, about, seconds to make it once, seeds kept in the cache."""
        return [_row(levels.parse(name)) for name in levels.OFFERED]


def _is_path(spec: str) -> bool:
    return not levels.is_ours(spec) and (STORY.fullmatch(spec) is not None or "/" in spec or Path(spec).exists())


def _is_textworlds(path: Path) -> bool:
    return path.suffix == ".z8" and path.with_suffix(".json").is_file()


def _opened(path: Path, *, name: str, options: Options) -> Game:
    fingerprint = zmachine.fingerprint(_story(path, options))
    is_ours = _is_textworlds(path)
    world = Simulator(path, show_valid_actions=options.show_valid_actions) if is_ours else Jericho(path)
    lacks_objective = path.suffix == ".z8" and not is_ours and options.goal is None
    notes = [NO_OBJECTIVE.format(path)] if lacks_objective else []
    return Game(world, name=name, options=options, fingerprint=fingerprint, notes=notes)


def _story(path: Path, options: Options) -> bytes:
    """Return a story that can be played so; raises as `TextWorldFamily.open`."""
    story = zmachine.read(path)
    if not _is_textworlds(path) and options.show_valid_actions:
        raise InvalidInput(f"'{path}' cannot show valid actions, only TextWorld's games can; leave the option out")
    if _is_textworlds(path) and not zmachine.is_intact(story):
        raise EnvironmentFailed(f"'{path}' is damaged: its checksum is not that of its content; copy or make it again")
    return story


def _row(level: levels.Level) -> Mapping[str, Any]:
    return {
        "name": level.name,
        "about": level.about,
        "seconds": level.seconds,
        "cached_seeds": generation.kept_seeds(level),
    }
