"""Every constant of A-MEM, with the paper's default, and what is ours beside it."""

from __future__ import annotations

from typing import Literal

from pydantic import BaseModel, ConfigDict, Field


class AMemSettings(BaseModel):
    """What can be set with `--set name=value`. The paper's k of a search is the query's `limit`.

    Attributes:
        neighbours: k of section 3.2, how many of the nearest notes a new one is compared with;
            5 in the authors' program. 0 neither links nor evolves: the paper's first ablation.
        evolution: Whether neighbours, and the tags of the new note, change; if not, notes
            are only linked: the paper's second ablation.
        query: What is searched with: the "text" of the query, as in the paper, or the
            "keywords" a language makes of it (task `amem.query_keywords`), as in the authors' benchmark;
            a search then waits for the model.
        symmetric: Ours: whether a link is followed both ways, or only from the note it was found for.
        fill: Whether room that the limit leaves goes to notes unlike the query, scored 0: the paper's k
            nearest know no threshold.
        linked_share: Ours: the share of the query's limit kept for notes linked to the hits, so that
            they are not cut off. One place at least, unless 0; the best hit always stays;
            places that no linked note takes go to hits. Small, since a place given to a link made
            by rule costs a little recall: evidence in the first 10 on LoCoMo 1-5 is 47% with 0,
            46% with 0.2, 43% with 0.5. A model's links deserve more.
        link_strength: Ours: what a linked note scores at least, as a share of the score of its hit;
            its own likeness to the query counts if that is more.
        links: Ours: how many links of a hit are followed, newest first; the paper follows all.
        told: Ours: a recollection says the "content" of the note alone, or the whole "note" with
            context, keywords and tags, as the authors' program tells its model.
        shown: Ours: characters of a note's content that a language is shown when it compares notes.
        likeness: Ours, of the rules only: the least cosine of two notes that are linked.
        consolidated: Ours: how many notes one call of `consolidate` compares again.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    neighbours: int = Field(default=5, ge=0, le=50)
    evolution: bool = True
    query: Literal["text", "keywords"] = "text"
    symmetric: bool = True
    fill: bool = True
    linked_share: float = Field(default=0.2, ge=0, le=1)
    link_strength: float = Field(default=0.5, gt=0, lt=1)
    links: int = Field(default=10, ge=1, le=1000)
    told: Literal["content", "note"] = "content"
    shown: int = Field(default=1000, ge=80, le=20_000)
    likeness: float = Field(default=0.55, ge=-1, le=1)
    consolidated: int = Field(default=100, ge=1, le=100_000)
