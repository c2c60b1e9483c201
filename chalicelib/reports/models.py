"""What crosses the boundary of reports."""

from __future__ import annotations

from datetime import date, datetime
from typing import Annotated

from pydantic import Field

from chalicelib.audiences.models import AudienceId
from chalicelib.http.models import Id, Inbound, Outbound, Page, PageQuery, Query, line
from chalicelib.http.periods import Period as Period
from chalicelib.jobs.writing import WrittenFile
from chalicelib.learning.models import State
from chalicelib.metering.models import MonthOfNation, MonthOfTenant
from chalicelib.reports.figures import NATIONAL_AUDIENCES
from chalicelib.tenants.models import Kind

SHOWN_AT_ONCE = 20  # courses or organisations that a summary shows of those with the most enrolments

AS_OF = (
    "When these figures last changed: learning up to a few seconds before that moment is in them. "
    "null when nothing has been counted yet."
)


class Totals(Outbound):
    """Enrolments by what became of them. Who completed and then left is in both figures."""

    enrolments: int = Field(description="Ever, those who left among them.", examples=[1204])
    active: int = Field(description="Neither completed nor left.", examples=[711])
    completions: int = Field(examples=[402])
    left: int = Field(examples=[96])


class SpaceTotals(Totals):
    """What a space has reached in all."""

    registrations: int = Field(description="Learners who registered.", examples=[830])


class Day(Outbound):
    """One day in Vietnam."""

    day: date
    registrations: int
    enrolments: int
    completions: int
    active_learners: int = Field(description="Learners who did something on that day, each once.")


class CourseDay(Outbound):
    """One day of a course, in Vietnam."""

    day: date
    enrolments: int
    completions: int
    active_learners: int = Field(description="Learners who did something in this course on that day, each once.")


class CourseTotals(Totals):
    """What a course has reached."""

    course: Id
    title: str | None = Field(description="null when the course is no more.", examples=["An toàn trên không gian mạng"])


class SpaceReport(Outbound):
    """A space at a glance."""

    as_of: datetime | None = Field(description=AS_OF)
    totals: SpaceTotals
    courses: list[CourseTotals] = Field(
        max_length=SHOWN_AT_ONCE, description="Those with the most enrolments; `reports/courses` lists all."
    )
    days: list[Day] = Field(max_length=366)


class CourseSeries(Outbound):
    """A course day by day."""

    as_of: datetime | None = Field(description=AS_OF)
    course: Id
    days: list[CourseDay] = Field(max_length=366)


class LearnerQuery(PageQuery):
    """Which of a course's learners to list."""

    state: State | None = Field(default=None, description="Only these; absent: all.")


class Learner(Outbound):
    """One learner in a course."""

    person: Id
    name: str | None = Field(description="null when the person is no more.", examples=["Trần Thị Bích Ngọc"])
    state: State
    percent: int | None = Field(
        description="Of the required lessons of the version that the learner is on; null when that version is no more.",
        examples=[40],
    )
    enrolled_at: datetime
    last_activity_at: datetime
    completed_at: datetime | None
    due: date | None = Field(description="The last day, in Vietnam, on which to complete it, where one was set.")


class CourseReport(Page[Learner]):
    """A course at a glance, and a page of its learners."""

    as_of: datetime | None = Field(description=AS_OF)
    course: Id
    title: str = Field(examples=["An toàn trên không gian mạng"])
    totals: Totals


class ExportQuery(Query):
    """Which of a course's learners to write into a file."""

    state: State | None = Field(default=None, description="Only these; absent: all.")


class NewExport(Inbound):
    """Which of a course's learners to write into a file."""

    state: State | None = Field(default=None, description="Only these; absent: all.")


class Export(WrittenFile):
    """A file of a course's learners that is being written, or is there to be read."""

    course: Id


class InAudience(Totals):
    """What those who are in an audience now have reached, whenever they enrolled: whoever moves to another audience
    takes their enrolments along, and an audience that is made today tells of what its people have done before. A
    learner's enrolments count for twelve of their audiences at most, the ready-made ones first."""

    audience: AudienceId
    name: str | None = Field(description="null when the audience is no more.", examples=["Người dân"])


class AudienceTotals(InAudience):
    """What an audience has reached in all courses."""

    people: int = Field(description="Who are in it now.", examples=[1310])


class AudiencesReport(Outbound):
    """A space by audiences."""

    as_of: datetime | None = Field(description=AS_OF)
    items: list[AudienceTotals] = Field(
        max_length=100,
        description="Every audience of the space, those with the most enrolments first, and then those that have been "
        "removed and that people are still being taken out of.",
    )


class AudienceReport(Page[CourseTotals]):
    """An audience at a glance, and a page of the courses that anyone who is in it now enrolled in, oldest course
    first. A page may hold fewer than `limit` while `next` leads on."""

    as_of: datetime | None = Field(description=AS_OF)
    totals: AudienceTotals


class CourseAudiences(Outbound):
    """A course by the space's audiences."""

    as_of: datetime | None = Field(description=AS_OF)
    course: Id
    title: str = Field(examples=["An toàn trên không gian mạng"])
    items: list[InAudience] = Field(
        max_length=100, description="Every audience of the space, those with the most enrolments first."
    )


class NationalAudience(AudienceTotals):
    """What one of the audiences that every space has reached in all spaces together, each by its own rule."""

    tenants: int = Field(description="Spaces with anyone in it.", examples=[54])


class NationalAudiences(Outbound):
    """The nation by the audiences that every space has (decision 757/QD-BKHCN)."""

    as_of: datetime | None = Field(description=AS_OF)
    items: list[NationalAudience] = Field(max_length=len(NATIONAL_AUDIENCES))


class TenantTotals(SpaceTotals):
    """What an organisation's space has reached."""

    slug: str = Field(examples=["hue"])
    name: str = Field(examples=["Uỷ ban nhân dân thành phố Huế"])
    kind: Kind
    month: MonthOfTenant = Field(description="What it used this month, and about what that costs.")


class KindTotals(SpaceTotals):
    """What the spaces of one kind of organisation have reached together."""

    kind: Kind
    tenants: int = Field(description="Spaces with anything to report.", examples=[34])


class NationalCourseTotals(Totals):
    """What a national course has reached in all spaces together."""

    course: Id
    title: str | None = Field(description="null when the course is no more.", examples=["An toàn trên không gian mạng"])
    tenants: int = Field(description="Spaces with anyone enrolled.", examples=[41])


class NationalReport(Outbound):
    """The nation at a glance."""

    as_of: datetime | None = Field(description=AS_OF)
    totals: SpaceTotals
    kinds: list[KindTotals] = Field(max_length=4, description="By kind of organisation.")
    tenants: list[TenantTotals] = Field(
        max_length=SHOWN_AT_ONCE, description="Those with the most enrolments; `reports/national/tenants` lists all."
    )
    courses: list[NationalCourseTotals] = Field(
        max_length=SHOWN_AT_ONCE,
        description="Those with the most enrolments; `reports/national-courses` lists all national courses.",
    )
    days: list[Day] = Field(max_length=92)
    month: MonthOfNation = Field(description="What all used this month, and about what that costs.")


class NationalTenantQuery(PageQuery):
    """Which organisations to list."""

    q: Annotated[str, line(100, 0)] = Field(
        default="", description="Words of the name or slug; diacritics do not matter.", examples=["thua thien hue"]
    )
    kind: Kind | None = Field(default=None, description="Only of this kind.")


class CourseInTenant(Totals):
    """What a national course has reached in one space."""

    slug: str = Field(examples=["hue"])
    name: str = Field(examples=["Uỷ ban nhân dân thành phố Huế"])
    kind: Kind


class NationalCourseReport(Page[CourseInTenant]):
    """A national course at a glance, and a page of the spaces in which anyone enrolled in it."""

    as_of: datetime | None = Field(description=AS_OF)
    course: Id
    title: str | None = Field(examples=["An toàn trên không gian mạng"])
    totals: Totals
