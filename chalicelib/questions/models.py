"""A question of any kind, as its authors write it and as those who answer see it; for quizzes and banks alike."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from chalicelib.http.models import Outbound, without_tags
from chalicelib.questions.arranging import AskedMatching, AskedOrdering, Matching, Ordering
from chalicelib.questions.choosing import AskedChoices, AskedTrueFalse, ChoiceQuestion, TrueFalse
from chalicelib.questions.pointing import Area, AskedHotSpot, HotSpot
from chalicelib.questions.responses import Response
from chalicelib.questions.writing import AskedFillIn, AskedNumeric, AskedShortAnswer, FillIn, Numeric, ShortAnswer

KINDS = (
    "single",
    "multiple",
    "true_false",
    "matching",
    "ordering",
    "numeric",
    "short_answer",
    "fill_in",
    "hot_spot",
)

AnyQuestion = ChoiceQuestion | TrueFalse | Matching | Ordering | Numeric | ShortAnswer | FillIn | HotSpot
Question = Annotated[AnyQuestion, Field(discriminator="kind"), without_tags(KINDS, "kind")]
AskedQuestion = Annotated[
    AskedChoices
    | AskedTrueFalse
    | AskedMatching
    | AskedOrdering
    | AskedNumeric
    | AskedShortAnswer
    | AskedFillIn
    | AskedHotSpot,
    Field(discriminator="kind"),
]


class QuestionResult(Outbound):
    """How one question was answered."""

    id: str = Field(examples=["q1"])
    correct: bool = Field(description="Whether it was answered wholly right.")
    points: float = Field(description="What the answer earned, rounded down to hundredths.", examples=[1])
    points_possible: int = Field(description="What the right answer earns.", examples=[1])
    chosen: Response = Field(description="The answer as it was given, empty where there was none.", examples=[["a"]])
    right: list[str] | dict[str, str] | str | list[Area] | None = Field(
        description="The right answer, for `hot_spot` the right areas; null for a question answered wrong while it "
        "would help the next attempt.",
        examples=[["a"]],
    )
    explanation: str | None = Field(description="Told together with the right answer.")
    feedback: dict[str, str] = Field(description="What the author says of each choice taken (of all, once revealed).")
