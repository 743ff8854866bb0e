"""What a grid was run with: settings, versions, machine, and what was asked for."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from datetime import UTC

from agentmem.bench.report.cells import Fact, said_settings, said_thinking
from agentmem.bench.results import Results


def facts(results: Results) -> Iterator[tuple[str, list[Fact]]]:
    """Yield the parts of it that there are, each a head and its facts."""
    manifest = results.manifest
    memories = {
        one.cell.called: f"{one.cell.memory}: {said_settings(one.cell.settings)}"
        for one in results.finished
        if one.cell.settings
    }
    thinking = {said_thinking(one.cell) for one in results.finished}
    workers = {one.worker.partition("/")[0] for one in results.finished}
    begun = {"begun": f"{manifest.created.astimezone(UTC):%Y-%m-%d %H:%M:%S} UTC", "hosts": ", ".join(sorted(workers))}
    parts: dict[str, Mapping[str, object]] = {
        "Settings of the memories": {**memories, "all others" if memories else "all": "as they come"},
        "Run": {"cells asked for": len(manifest.keys), "thought with": "; ".join(sorted(thinking)), **begun},
        "Machine": manifest.machine,
        "Versions": manifest.versions,
        "Asked for": manifest.grid,
    }
    for name, said in parts.items():
        if said:
            yield name, [(key, _said(value)) for key, value in said.items() if value not in ("", None)]


def _said(value: object) -> str:
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False, default=str)
