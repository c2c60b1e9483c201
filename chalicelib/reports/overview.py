"""What a space's staff see at a glance: the space, its courses, one course."""

from __future__ import annotations

from chalicelib.courses import catalogue
from chalicelib.errors import NotFound
from chalicelib.http import paging, periods
from chalicelib.http.models import Page
from chalicelib.reports import learners, series, store
from chalicelib.reports.figures import ENROLMENTS
from chalicelib.reports.models import (
    SHOWN_AT_ONCE,
    CourseDay,
    CourseReport,
    CourseSeries,
    CourseTotals,
    LearnerQuery,
    Period,
    SpaceReport,
    SpaceTotals,
    Totals,
)
from chalicelib.storage.items import Item
from chalicelib.storage.spaces import Space

MOST_DAYS = 366
_COURSES_COMPARED = 1_000


def summary(space: Space, period: Period) -> SpaceReport:
    """A space at a glance: 3 calls. Raises: InvalidInput for a period that is none."""
    first, last = periods.span(period, MOST_DAYS)
    totals = store.totals(space)
    days = store.days(space, first.isoformat(), last.isoformat())
    courses = store.courses(space, None, _COURSES_COMPARED).items
    courses.sort(key=lambda item: item.get(ENROLMENTS, 0), reverse=True)
    return SpaceReport(
        as_of=series.as_of([totals, *days]),
        totals=SpaceTotals(**series.space_totals(totals)),
        courses=[course_totals(space, item) for item in courses[:SHOWN_AT_ONCE]],
        days=series.days(first, last, {item["sk"]: item for item in days}),
    )


def courses(space: Space, cursor: str | None, limit: int) -> Page[CourseTotals]:
    """A page of the courses that anyone ever enrolled in, oldest first: 1 call."""
    after = paging.decode(cursor, str)[0] if cursor else None
    rows = store.courses(space, after, limit)
    return Page[CourseTotals](
        items=[course_totals(space, item) for item in rows.items],
        next=paging.encode(rows.after["sk"]) if rows.after else None,
    )


def course(space: Space, course_id: str, query: LearnerQuery) -> CourseReport:
    """A course at a glance and a page of its learners: at most 19 calls, 4 when it has many. Raises: NotFound."""
    title = catalogue.card(space, course_id).title
    totals = store.course_totals(space, course_id)
    page = learners.page(space, course_id, query)
    return CourseReport(
        as_of=series.as_of([totals]),
        course=course_id,
        title=title,
        totals=Totals(**series.totals(totals)),
        items=page.items,
        next=page.next,
    )


def course_days(space: Space, course_id: str, period: Period) -> CourseSeries:
    """A course day by day: 1 call. Raises: NotFound, InvalidInput for a period that is none."""
    catalogue.card(space, course_id)
    first, last = periods.span(period, MOST_DAYS)
    days = store.course_days(space, course_id, first.isoformat(), last.isoformat())
    shown = series.days(first, last, {item["sk"]: item for item in days})
    return CourseSeries(
        as_of=series.as_of(days),
        course=course_id,
        days=[CourseDay(**day.model_dump(exclude={"registrations"})) for day in shown],
    )


def course_totals(space: Space, item: Item) -> CourseTotals:
    """A course by a counter of it that is kept under its id."""
    return CourseTotals(course=item["sk"], title=_title(space, item["sk"]), **series.totals(item))


def _title(space: Space, course_id: str) -> str | None:
    """A course's title, 0 calls when warm; ``None`` when it is no more."""
    try:
        return catalogue.card(space, course_id).title
    except NotFound:
        return None
