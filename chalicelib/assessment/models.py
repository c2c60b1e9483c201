"""What crosses the boundary of assessment: an answer sheet comes in, its result goes out."""

from __future__ import annotations

from datetime import datetime

from pydantic import AwareDatetime, Field

from chalicelib.assessment.grading import MAX_ANSWERS_BYTES
from chalicelib.courses.lessons import MAX_QUESTIONS, LessonId
from chalicelib.http.models import Inbound, Outbound, PageQuery
from chalicelib.learning.models import Standing
from chalicelib.questions.models import QuestionResult
from chalicelib.questions.responses import GivenResponse, PartId, Response

_ANSWERS = {"q1": ["a"], "q2": ["a", "c"], "q3": "3,14", "q4": {"a": "mật khẩu"}}


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
    answers: dict[PartId, GivenResponse] = Field(
        max_length=MAX_QUESTIONS,
        description=f"By question; at most {MAX_ANSWERS_BYTES // 1_000} KB together.",
        examples=[_ANSWERS],
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
    score: int = Field(description="Percent of the points earned, rounded down.", examples=[80])
    passed: bool
    answers: dict[str, Response] = Field(examples=[_ANSWERS])
    started_at: datetime | None
    submitted_at: datetime


class AttemptResult(Attempt):
    """A graded attempt with the reason for each question, and where the learner stands now."""

    pass_mark: int = Field(description="Percent.", examples=[60])
    attempts_left: int | None = Field(description="null: as many as one likes.")
    revealed: bool = Field(description="Whether all right answers are told: the quiz is passed, or no attempt is left.")
    questions: list[QuestionResult]
    standing: Standing
