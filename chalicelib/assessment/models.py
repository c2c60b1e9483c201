"""What crosses the boundary of assessment: an answer sheet comes in, its result goes out."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated

from pydantic import AwareDatetime, Field

from chalicelib.courses.lessons import MAX_CHOICES, MAX_QUESTIONS, LessonId, PartId
from chalicelib.http.models import Inbound, Outbound, PageQuery
from chalicelib.learning.models import Standing

_ANSWERS = {"q1": ["a"], "q2": ["a", "c"]}


class AnswerSheet(Inbound):
    """One attempt at a quiz. A question left out counts as not answered."""

    lesson: LessonId = Field(examples=["4"])
    version: int | None = Field(
        default=None,
        ge=1,
        description="The version that the questions were read from: spares a call, and refuses the attempt when the "
        "learner was moved to another meanwhile. Absent: the version that the learner is on.",
        examples=[1],
    )
    answers: dict[PartId, Annotated[list[PartId], Field(max_length=MAX_CHOICES)]] = Field(
        max_length=MAX_QUESTIONS, description="Ids of the choices taken, by question.", examples=[_ANSWERS]
    )
    started_at: AwareDatetime | None = Field(default=None, description="When the learner opened the quiz.")


class AttemptQuery(PageQuery):
    """Which attempts to list."""

    lesson: LessonId | None = Field(default=None, description="Only attempts at this quiz.")


class Attempt(Outbound):
    """One graded attempt."""

    lesson: str = Field(examples=["4"])
    number: int = Field(description="1 for the first attempt at this quiz.", examples=[1])
    version: int
    score: int = Field(description="Percent of the questions answered right, rounded down.", examples=[80])
    passed: bool
    answers: dict[str, list[str]] = Field(examples=[_ANSWERS])
    started_at: datetime | None
    submitted_at: datetime


class QuestionResult(Outbound):
    """How one question was answered."""

    id: str = Field(examples=["q1"])
    correct: bool
    chosen: list[str] = Field(examples=[["a"]])
    right: list[str] | None = Field(
        description="The right choices; null for a question answered wrong while the quiz is not passed and attempts "
        "remain.",
        examples=[["a"]],
    )
    explanation: str | None = Field(description="Told together with the right choices.")
    feedback: dict[str, str] = Field(description="What the author says of each choice taken (of all, once revealed).")


class AttemptResult(Attempt):
    """A graded attempt with the reason for each question, and where the learner stands now."""

    pass_mark: int = Field(description="Percent.", examples=[60])
    attempts_left: int | None = Field(description="null: as many as one likes.")
    revealed: bool = Field(description="Whether all right answers are told: the quiz is passed, or no attempt is left.")
    questions: list[QuestionResult]
    standing: Standing
