"""Play a game with two memories and compare: the agent is the same, only what it recalls differs."""

import tempfile
from pathlib import Path

from agentmem.agent.episode import Episode, Setup

for memory in ("arigraph", "window"):
    folder = Path(tempfile.mkdtemp(prefix=f"{memory}-"))
    setup = Setup(
        game="coin:10",
        memory=memory,
        name=f"coin-{memory}",
        store=str(folder / "memory.db"),
        trajectory=folder / "trajectory.jsonl",
    )
    with Episode(setup) as episode:
        actions = [step.decision.action for step in episode if step.decision]
    how = episode.result.evaluation
    print(f"{memory:10} score {how.score:g} of {how.max_score:g} in {how.steps} steps; last: {actions[-1]}")
