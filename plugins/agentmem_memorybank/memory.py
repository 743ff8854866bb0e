"""MemoryBank: turns in days, told in summaries and portraits, that fade unless they are recalled."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, datetime

from agentmem.events import EVENT_PREFIX, Event, Query, Recollection
from agentmem.graph.changes import Changes
from agentmem.graph.contract import Json, Node, Where
from agentmem.graph.view import MemoryGraph
from agentmem.language.contract import Language
from agentmem.shape import Group, Item
from agentmem.vectors import Vectors
from agentmem_memorybank.consolidation import Bank, consolidate
from agentmem_memorybank.forgetting import days_between, is_forgotten, retention, safe_until
from agentmem_memorybank.settings import MemoryBankSettings
from agentmem_memorybank.telling import in_words

FADING = ("Turn", "DaySummary")
"""The labels of what has a strength: it is strengthened when used, and otherwise forgotten."""
KIND_OF = {"Turn": "event", "DaySummary": "summary", "Summary": "summary", "Portrait": "profile"}
"""The kind of recollection that each label is."""
WORDS = {
    "Turn": "a turn",
    "DaySummary": "the summary of the day",
    "DayPortrait": "a portrait of the day",
    "Summary": "the summary of all days",
    "Portrait": "a portrait",
}
"""What each label is, for people."""


class MemoryBank:
    """MemoryBank (Zhong et al., 2023, arXiv 2305.10250): days told in summaries and portraits; what is not used fades.

    ```
    (Turn)-[OF]->(Event)     (Turn)-[ON]->(Day)<-[OF]-(DaySummary)     (Summary)   one, of all days
    (Turn)-[NEXT]->(Turn)                 (Day)<-[OF]-(DayPortrait)    (Portrait)  one of each person
    ```

    What hangs on a day points to it, so that undoing an event takes its turn, and no day others hang on.
    """

    name = "memorybank"

    def __init__(self, settings: MemoryBankSettings | None = None) -> None:
        self.settings = settings or MemoryBankSettings()

    def prepare(self, events: Sequence[Event], language: Language) -> None:
        """Embed the turns in one call."""
        language.embed([event.dated for event in events])

    def write(self, event: Event, graph: MemoryGraph, language: Language) -> Changes:
        """Propose the turn, on its day, behind the turn before it if that is of the same day. No task is asked."""
        changes = graph.changes()
        vector = language.embed([event.dated])[0]
        at, day = event.at.isoformat(), event.at.date().isoformat()
        props: dict[str, Json] = {"event": event.id, "position": event.position, "day": day, "at": at}
        props |= {"strength": 1, "recalled": at}
        turn = changes.add("Turn", event.dated, props=props, vector=vector if vector.any() else None)
        changes.link(turn, "OF", event.node)
        changes.link(turn, "ON", changes.add("Day", in_words(day), key=day))
        newest = [node.id for node in graph.events(last=2)]
        if newest[-1] == event.node:  # else it is written late, and its neighbours have long had others
            for before in _turns_of(newest[:-1], graph):
                if before.props["day"] == day:
                    changes.link(before.id, "NEXT", turn)
        return changes

    def recall(self, query: Query, graph: MemoryGraph, language: Language) -> list[Recollection]:
        """Return what is pinned, then turns and day summaries near the query, each turn with its chunk.

        A query's entities are words of it: in a game, what is in sight is what a message is in a chat.
        """
        vector = language.embed([" ".join([query.text, *query.entities])])[0]
        first = _pinned(query, vector, graph, self.settings)
        room = query.limit - len(first) if vector.any() else 0
        return first + _pieces(query, vector, graph, room=room, chunk_size=self.settings.chunk_size)

    def reinforce(self, used: Sequence[str], graph: MemoryGraph, now: datetime) -> Changes:
        """Propose S + 1 and t = 0 for the turns and day summaries among `used`, once each.

        An event stands for its turn. What was forgotten between its recall and now holds
        again: it was used, so it is remembered. Portraits and the global summary have no strength.
        """
        changes = graph.changes()
        nodes = {one for one in used if one.startswith(f"{self.name}/")}
        events = {EVENT_PREFIX + one.removeprefix(EVENT_PREFIX) for one in used if one not in nodes}
        current = graph.get(sorted(nodes)) + _turns_of(sorted(events), graph)
        forgotten = _forgotten(nodes, events, current, graph)
        for node in forgotten:
            changes.restore(node.id)
        for node in {node.id: node for node in (*current, *forgotten) if node.label in FADING}.values():
            recalled = max(_recalled(node), now.astimezone(UTC)).isoformat()
            changes.revise(node.id, props={"strength": _strength(node) + 1, "recalled": recalled})
        return changes

    def consolidate(self, graph: MemoryGraph, language: Language, now: datetime) -> Changes:  # noqa: ARG002
        """Propose summaries and portraits of the days with something new, and then of all days."""
        return consolidate(Bank(graph, language, self.settings))

    def forget(self, graph: MemoryGraph, now: datetime) -> Changes:
        """Propose to archive the turns and day summaries of which too little is left; `reinforce` brings them back."""
        changes = graph.changes()
        # a turn's `at` is when it was written or last recalled; what is too young need not be read
        for where in (Where(label="Turn", until=safe_until(now, self.settings)), Where(label="DaySummary")):
            for node in graph.scan(where):
                item, days = str(node.props.get("event", node.props["day"])), days_between(_recalled(node), now)
                if is_forgotten(item, days=days, strength=_strength(node), settings=self.settings):
                    changes.archive(node.id)
        return changes

    def show(self, graph: MemoryGraph, now: datetime) -> Sequence[Group]:
        """Return what is told of all days, then each day with its summary, portraits and turns, forgotten ones too."""
        of_all = [node for label in ("Summary", "Portrait") for node in graph.scan(Where(label=label))]
        groups = [Group(title="all days", items=tuple(self._item(node, now) for node in of_all))] if of_all else []
        days: dict[str, list[Node]] = {}
        for label in ("DaySummary", "DayPortrait", "Turn"):
            for node in _with_forgotten(label, graph):
                days.setdefault(str(node.props["day"]), []).append(node)
        for day, nodes in sorted(days.items()):
            nodes.sort(key=_place_in_day)
            about: dict[str, Json] = {
                "turns": sum(node.label == "Turn" for node in nodes),
                "forgotten": sum(node.retired is not None for node in nodes),
            }
            groups.append(Group(title=in_words(day), about=about, items=tuple(self._item(node, now) for node in nodes)))
        return groups

    def _item(self, node: Node, now: datetime) -> Item:
        about: dict[str, Json] = {"is": WORDS[node.label]}
        if node.label in FADING:
            strength, days = _strength(node), days_between(_recalled(node), now)
            left = retention(days, strength, tau=self.settings.tau)
            about |= {"strength": strength, "retention": round(left, 3), "forgotten": node.retired is not None}
        return Item(id=node.id, text=node.text, about=about)


def _pinned(query: Query, vector: Vectors, graph: MemoryGraph, settings: MemoryBankSettings) -> list[Recollection]:
    """Return the global summary and portraits, those most like the question first, up to their share of the limit."""
    room = int(query.limit * settings.pinned_share)
    pins = {"Summary": settings.pin_summary, "Portrait": settings.pin_portraits}
    labels = [label for label, is_on in pins.items() if is_on and room]
    hits = [hit for label in labels for hit in graph.nearest(vector, Where(label=label), limit=room)]
    kept = sorted((hit for hit in hits if _is_wanted(hit.node, query)), key=lambda hit: (-hit.score, hit.node.id))
    return [_recollection(node, 1.0, {"vector": cosine}, is_pinned=True) for node, cosine in kept[:room]]


def _pieces(query: Query, vector: Vectors, graph: MemoryGraph, *, room: int, chunk_size: int) -> list[Recollection]:
    """Return up to `room` turns and day summaries by their likeness to the question, with their chunks, best first.

    A neighbour is a recollection of its own, behind the turn it was taken along with and with its
    score: so it has one source, can be reinforced by itself, and reads as it was seen.
    """
    if not room:
        return []
    most = room + len(query.exclude)
    hits = [hit for label in ("Turn", "DaySummary") for hit in graph.nearest(vector, Where(label=label), limit=most)]
    near = [hit for hit in hits if max(0.0, hit.score) >= query.min_score and _is_wanted(hit.node, query)]
    near = sorted(near, key=lambda hit: (-hit.score, hit.node.id))[:room]
    chunks = _grown([hit.node for hit in near], graph, size=chunk_size)
    found: dict[str, Recollection] = {}
    for (node, cosine), neighbours in zip(near, chunks, strict=True):
        found.setdefault(node.id, _recollection(node, cosine, {"vector": cosine}))
        for one in neighbours:
            if _is_wanted(one, query):
                found.setdefault(one.id, _recollection(one, cosine, {"chunk": cosine}))
    return list(found.values())[:room]


def _grown(nodes: Sequence[Node], graph: MemoryGraph, *, size: int) -> list[list[Node]]:
    """Return for each turn the neighbours of its day that fit with it into `size` characters, the nearest first.

    As in the authors' program: in turns the next one behind and the next one before,
    until one would be too much. Where a turn was forgotten, the chunk ends.
    """
    chunks: list[list[Node]] = [[] for _ in nodes]
    room = [size - len(node.text) for node in nodes]
    ends: dict[int, tuple[Node | None, Node | None]] = {
        place: (node, node) for place, node in enumerate(nodes) if node.label == "Turn" and room[place] > 0
    }
    while ends:
        behind, before = _neighbours([end for pair in ends.values() for end in pair if end], graph)
        ends = {p: (last and behind.get(last.id), first and before.get(first.id)) for p, (last, first) in ends.items()}
        for place, pair in ends.items():
            for one in filter(None, pair):
                room[place] -= len(one.text)
                if room[place] < 0:
                    break
                chunks[place].append(one)
        ends = {place: pair for place, pair in ends.items() if room[place] > 0 and any(pair)}
    return chunks


def _sources_of(node: Node) -> tuple[str, ...]:
    """Return the ids of the events a node comes from."""
    named = node.props.get("sources", [node.props.get("event")])
    assert isinstance(named, list)
    return tuple(map(str, named))


def _neighbours(turns: Iterable[Node], graph: MemoryGraph) -> tuple[Mapping[str, Node], Mapping[str, Node]]:
    """Return for turns the one right behind each, and the one right before, by id."""
    edges = graph.edges([turn.id for turn in turns], types=["NEXT"])
    nodes = {node.id: node for node in graph.get(sorted({end for edge in edges for end in (edge.source, edge.target)}))}
    pairs = [(edge.source, edge.target) for edge in edges if edge.source in nodes and edge.target in nodes]
    return {one: nodes[other] for one, other in pairs}, {other: nodes[one] for one, other in pairs}


def _is_wanted(node: Node, query: Query) -> bool:
    """Return whether something a node comes from is not excluded."""
    return not set(query.exclude).issuperset(_sources_of(node))


def _recollection(node: Node, score: float, parts: Mapping[str, float], *, is_pinned: bool = False) -> Recollection:
    return Recollection(
        id=node.id,
        kind=KIND_OF[node.label],
        text=node.text,
        score=max(0.0, min(1.0, score)),
        parts=dict(parts),
        sources=_sources_of(node),
        memory=node.memory,
        at=datetime.fromisoformat(str(node.props["at"])),
        position=int(str(node.props["position"])),
        pinned=is_pinned,
    )


def _turns_of(events: Sequence[str], graph: MemoryGraph) -> list[Node]:
    """Return the turns of event nodes, those that are held."""
    edges = graph.edges(events, types=["OF"], direction="in") if events else []
    return graph.get([edge.source for edge in edges]) if edges else []


def _forgotten(nodes: set[str], events: set[str], current: Sequence[Node], graph: MemoryGraph) -> list[Node]:
    """Return what is meant by `nodes` and `events` and was forgotten. Only if one is not current is it looked for."""
    lost = nodes - {node.id for node in current}
    known = {event.id for event in graph.get(sorted(events))}
    lost_events = known - {f"{EVENT_PREFIX}{node.props.get('event')}" for node in current}
    if not lost and not lost_events:
        return []
    archived = graph.retired(Where(props={"archived": ("=", True)}))
    return [n for n in archived if n.id in lost or f"{EVENT_PREFIX}{n.props.get('event')}" in lost_events]


def _with_forgotten(label: str, graph: MemoryGraph) -> list[Node]:
    where = Where(label=label)
    return [*graph.scan(where), *(node for node in graph.retired(where) if node.props.get("archived"))]


def _place_in_day(node: Node) -> int:
    """Return where a node stands in its day: what tells of the day first, then the turns as they came."""
    return int(str(node.props["position"])) if node.label == "Turn" else 0


def _strength(node: Node) -> int:
    return int(str(node.props["strength"]))


def _recalled(node: Node) -> datetime:
    return datetime.fromisoformat(str(node.props["recalled"]))
