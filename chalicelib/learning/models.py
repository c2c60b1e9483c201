"""What crosses the boundary of learning: enrolments as a learner's device shows them, and what it reports."""

from __future__ import annotations

from datetime import UTC, date, datetime
from typing import Literal

from pydantic import AwareDatetime, Field

from chalicelib import clock
from chalicelib.courses.lessons import LessonKind
from chalicelib.http.models import Id, Inbound, Outbound, PageQuery
from chalicelib.learning.merging import MAX_POSITION_S, Report

State = Literal["active", "completed", "left"]


class ProgressReport(Inbound):
    """What a device says of one lesson."""

    status: Literal["started", "done"] = Field(description="A quiz is done only by passing an attempt.")
    position_s: int | None = Field(
        default=None,
        ge=0,
        le=MAX_POSITION_S,
        description="Seconds into a video at which the learner is. Finishing a lesson forgets its position.",
        examples=[95],
    )
    at: AwareDatetime | None = Field(
        default=None,
        description=(
            "When it happened, for reports that waited on the device until it had a line again. Absent: now. "
            "A time that is still to come counts as now."
        ),
        examples=["2026-11-24T08:30:00+07:00"],
    )

    def of(self, lesson: str) -> Report:
        """The report as it is merged, with its time held between 1970 and now: a device's clock may be wrong."""
        now = clock.epoch_ms()
        at = now if self.at is None else min(max(int(self.at.timestamp() * 1000), 0), now)
        return Report(lesson, self.status == "done", self.position_s, at)


class LessonLink(Outbound):
    """A lesson to open."""

    id: str = Field(examples=["4"])
    title: str = Field(examples=["Tin nhắn nào là lừa đảo?"])
    kind: LessonKind
    minutes: int


class Standing(Outbound):
    """Where a learner stands in a course."""

    course: Id
    state: State
    version: int = Field(description="The version that the learner is on until moved to another.")
    percent: int = Field(description="Of the required lessons; 100 only when all are done.", examples=[40])
    minutes_left: int = Field(description="How long the required lessons take that are not done.", examples=[35])
    next_lesson: LessonLink | None = Field(description="Where to continue; null when nothing is left.")
    position_s: int | None = Field(description="Seconds into the next lesson at which the learner left it.")
    last_activity_at: datetime
    completed_at: datetime | None


class Progress(Standing):
    """What a report led to."""

    lesson: str
    done: bool = Field(description="Whether the lesson reported on is done now.")


class EnrolmentCard(Standing):
    """All that a card "Continue" shows."""

    title: str = Field(examples=["An toàn trên không gian mạng"])
    cover: str | None = Field(description="Address of the cover; needs no token.")
    enrolled_at: datetime
    due: date | None = Field(description="The last day, in Vietnam, on which to complete it; null: none was set.")
    update_available: bool = Field(description="Whether a newer version is published than the one that this is on.")


class QuizStanding(Outbound):
    """A learner's attempts at one quiz."""

    attempts: int
    attempts_left: int | None = Field(description="null: as many as one likes.")
    best_score: int | None = Field(description="Percent; null before the first attempt.")
    passed: bool


class MyEnrolment(EnrolmentCard):
    """One enrolment with its ticks."""

    done: list[str] = Field(description="Lessons done, in the order of the course.", examples=[["1", "2", "4"]])
    positions: dict[str, int] = Field(description="Seconds reached in lessons begun.", examples=[{"5": 95}])
    quizzes: dict[str, QuizStanding]


class EnrolmentQuery(PageQuery):
    """Which of one's enrolments to list."""

    limit: int = Field(default=100, ge=1, le=100, description="At most this many items.")
    state: State | None = Field(default=None, description="Only these; absent: all but those that were left.")


class NewMigration(Inbound):
    """Move those in mid-course to a version."""

    to_version: int | None = Field(default=None, ge=1, description="Absent: the newest.", examples=[2])


class Migration(Outbound):
    """A move under way: people in mid-course on older versions, shard by shard."""

    job: Id
    course: Id
    to_version: int


def instant(epoch_s: float) -> datetime:
    """A stored time as it leaves."""
    return datetime.fromtimestamp(epoch_s, UTC)
