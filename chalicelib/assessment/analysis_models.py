"""What crosses the boundary about the analysis of an assessment's items."""

from __future__ import annotations

from datetime import datetime

from pydantic import Field

from chalicelib.http.models import Outbound

_FEW = "null: too few people, or none that differ"


class AnalysisJob(Outbound):
    """The job to follow; its result tells how many sittings and items it is about."""

    job: str


class Analysis(Outbound):
    """What the newest analysis says of the whole."""

    assessment: str
    analysed_at: datetime = Field(description="When it began to read: sittings submitted later are not among them.")
    job: str
    sittings: int
    items: int = Field(description="Versions of items that were asked.")
    left_out: int = Field(description="Answers to items beyond the first 2,000.")
    reliability: float | None = Field(
        description=f"Cronbach's alpha (KR-20) of the sittings that had the same questions; {_FEW}.", examples=[0.82]
    )
    reliability_sittings: int = Field(description="How many sittings had those same questions.")


class AnalysedChoice(Outbound):
    """A choice of an item."""

    id: str
    right: bool
    taken: int
    rest: float | None = Field(
        description="Mean share that those who took it earned of all other points; null: taken by fewer than 10."
    )


class ItemFlag(Outbound):
    """What is odd about an item."""

    code: str = Field(examples=["distractor_better_than_key"])
    detail: str


class AnalysedItem(Outbound):
    """An item at a version as people met it. Below 10 sittings it has no figures, below 30 no flags."""

    bank: str
    item: str
    version: int
    key: int = Field(description="How often the key was corrected by which it was last marked.")
    prompt: str = Field(description="Its beginning.")
    answered: int
    skipped: int
    facility: float | None = Field(description=f"Mean share of its points, 0 to 1; {_FEW}.", examples=[0.64])
    discrimination: float | None = Field(
        description=f"Correlation with the share earned of all other points, -1 to 1; {_FEW}.", examples=[0.31]
    )
    upper_lower: float | None = Field(
        description=f"Mean share of the 27 % with the best scores less that of the 27 % with the worst; {_FEW}."
    )
    median_s: int | None = Field(description="Seconds that half took at most, to a tenth; null: too few told.")
    choices: list[AnalysedChoice]
    flags: list[ItemFlag]
