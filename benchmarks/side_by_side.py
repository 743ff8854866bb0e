"""Other memories beside ours: what they find, what they cost, and how large they are.

    python benchmarks/side_by_side.py run CONVERSATIONS --out DIR    # LoCoMo, or any file that `bench recall` takes
    python benchmarks/side_by_side.py run CONVERSATIONS --out DIR --peers "mem0;episodic" --turns 60 --first 1
    python benchmarks/side_by_side.py table --out DIR
    python benchmarks/side_by_side.py amem CHECKOUT --notes 2000     # of agiresearch/A-mem, or of WujiangXu/A-mem
    python benchmarks/side_by_side.py footprint                      # import time, size of an installation

Each peer is installed by pip, in a version that is pinned, into an environment of its own, in a cache folder or under
--environments. Nothing else is fetched, telemetry is off, and drivers refuse to call any other machine. A run that was
stopped goes on where it was; a peer that fails is shown, and does not stop the rest. `run --amem CHECKOUT` adds the
authors' A-MEM. How it is made fair: `peers/scripted.py`.
"""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

from agentmem.transcripts.reading import read
from peers import footprint, growth
from peers.comparison import Comparison
from peers.installed import cache
from peers.kept import Kept
from peers.roster import PEERS, authors_amem
from peers.table import tables


def main() -> None:
    """Do what the command line says."""
    asked = parser().parse_args()
    {"run": run, "table": show, "amem": grow, "footprint": measure}[asked.what](asked)


def parser() -> argparse.ArgumentParser:
    """Return what the command line may say."""
    top = argparse.ArgumentParser(description="Other memories beside ours.")
    top.add_argument("--environments", type=Path, default=cache(), help="where the peers are installed")
    commands = top.add_subparsers(dest="what", required=True)
    run_ = commands.add_parser("run", help="tell and ask every peer")
    run_.add_argument("conversations", type=Path)
    run_.add_argument("--out", type=Path, required=True, help="where results are kept")
    run_.add_argument("--peers", default=";".join(peer.name for peer in PEERS), help="their names, between semicolons")
    run_.add_argument("--turns", type=int, help="of each conversation; 0 for all")
    run_.add_argument("--amem", type=Path, help="a checkout of the authors' A-MEM, which is compared too")
    run_.add_argument("--first", type=int, help="so many conversations only")
    show_ = commands.add_parser("table", help="show what was measured")
    show_.add_argument("--out", type=Path, required=True)
    grow_ = commands.add_parser("amem", help="a write of the authors' A-MEM beside ours, as notes grow")
    grow_.add_argument("checkout", type=Path)
    grow_.add_argument("--notes", type=int, default=2000)
    grow_.add_argument("--minutes", type=float, default=10.0, help="after which theirs is told no more")
    commands.add_parser("footprint", help="import time, help time, size on disk, distributions")
    return top


def run(asked: argparse.Namespace) -> None:
    """Run what was not run yet, and show the table."""
    named = [name.strip() for name in asked.peers.split(";") if name.strip()]
    if unknown := set(named) - {peer.name for peer in PEERS}:
        sys.exit(f"no such peer: {', '.join(sorted(unknown))}; there are: {'; '.join(peer.name for peer in PEERS)}")
    comparison = Comparison(
        peers=[peer for peer in PEERS if peer.name in named] + ([authors_amem(asked.amem)] if asked.amem else []),
        conversations=read(asked.conversations).conversations[: asked.first],
        folder=asked.out,
        environments=asked.environments,
        turns=asked.turns,
    )
    for line in comparison.run(lambda what: None):  # noqa: ARG005 - a line a course says enough
        said = line["error"] or f"{line['turns']} turns, {len(line['questions'])} questions"
        print(f"{line['peer']}, {line['conversation']}: {said}; {line['seconds']:.0f} s", flush=True)
    show(asked)


def show(asked: argparse.Namespace) -> None:
    """Print the table of a folder."""
    print(tables(Kept(asked.out).lines))


def grow(asked: argparse.Namespace) -> None:
    """Print what a write costs as notes grow."""
    print(
        growth.told(growth.grown(authors_amem(asked.checkout), asked.notes, asked.environments, minutes=asked.minutes))
    )


def measure(asked: argparse.Namespace) -> None:
    """Print how large things are."""
    print(footprint.told(footprint.measured(asked.environments)))


if __name__ == "__main__":
    main()
