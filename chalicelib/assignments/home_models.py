"""A learner's home as it crosses the boundary."""

from __future__ import annotations

from datetime import date

from pydantic import Field

from chalicelib.http.models import Id, Outbound
from chalicelib.learning.models import Standing


class HomeCourse(Outbound):
    """A course on a learner's home."""

    course: Id
    title: str = Field(examples=["An toàn trên không gian mạng"])
    cover: str | None = Field(description="Address of the cover; needs no token.")
    minutes: int
    enrolment: Standing | None = Field(description="Where the learner stands; null: not begun.")
    due: date | None = Field(description="The last day, in Vietnam, on which to complete it; null: any.")
    overdue: bool = Field(description="Whether that day is past and the course not completed.")


class Home(Outbound):
    """What a learner comes to. Each course stands in one of the lists."""

    required: list[HomeCourse] = Field(description="To be completed, what is due first first.")
    recommended: list[HomeCourse]
    in_progress: list[HomeCourse] = Field(description="The latest activity first, at most 100.")
    finished: list[HomeCourse] = Field(description="The newest first, at most 20.")
    finished_count: int = Field(description="How many are finished in all; `list_my_enrolments` has the rest.")
