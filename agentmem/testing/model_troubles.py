"""What can befall a memory that asks a model, one line each: the rows of the fault table."""

from __future__ import annotations

from dataclasses import dataclass

from agentmem.testing import model_faults as faults
from agentmem.testing import model_lies as lies
from agentmem.testing.model_faults import Fault, rewrites

NOWHERE = "http://nowhere.invalid/v1"
"""A host that never resolves (RFC 2606)."""


PATIENT_S = 60.0


@dataclass(frozen=True)
class Trouble:
    """One thing that goes wrong, for as long as it lasts.

    Attributes:
        name: As it stands in the table.
        fault: What happens to every answer of the server.
        refused: Whether nobody listens at all.
        address: What is asked in place of the server.
        limit_s: How long the client waits for an answer.
        times: How many answers it happens to; None for all, while it lasts.
        lies: Whether the model answers in the right form, and wrongly: nothing tells a memory
            that it does, so what it says is kept as said by the model, until it is rebuilt.
    """

    name: str
    fault: Fault | None = None
    refused: bool = False
    address: str | None = None
    limit_s: float = PATIENT_S
    times: int | None = None
    lies: bool = False


def all_troubles(*, scale: float = 1.0, huge: int = 10_000_000) -> tuple[Trouble, ...]:
    """Return all rows.

    Args:
        scale: Of the latency that is above the time limit, and of that limit: 1 for 30 s and 20 s.
        huge: Characters of an answer that is far too long.
    """
    return (
        Trouble("connection refused", refused=True),
        Trouble("DNS failure", address=NOWHERE),
        Trouble("200 ms latency", faults.slow(0.2)),
        Trouble("30 s latency, limit 20 s", faults.slow(30 * scale), limit_s=20 * scale),
        Trouble("429 with Retry-After", faults.too_many_requests(20)),
        Trouble("500 for a minute, until mended", faults.server_error()),
        Trouble("disconnect mid-answer", faults.disconnect()),
        Trouble("truncated by max tokens", faults.cut_short()),
        Trouble("refusal", faults.refusal()),
        Trouble("content filter", faults.content_filter()),
        Trouble("empty choices", faults.no_choices()),
        Trouble("not JSON", faults.not_json()),
        Trouble("HTML page", faults.html_page()),
        Trouble("wrong schema", faults.says('{"answer": 42, "facts": "none", "links": {"n1": true}}')),
        Trouble("10 MB answer", faults.huge(huge)),
        Trouble("unknown aliases", rewrites(lies.unknown_aliases)),
        Trouble("negative or huge indices", rewrites(lies.wrong_indices)),
        Trouble("instructions in the answer", rewrites(lies.orders), lies=True),
        Trouble("answer in another language", rewrites(lies.another_language), lies=True),
        Trouble("unicode garbage", rewrites(lies.garbage), lies=True),
    )
