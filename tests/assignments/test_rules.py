"""What is asked of whom, and where a course stands on a home: the rules alone."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chalicelib.assignments import rules
from chalicelib.assignments.rules import Assignment, Kind
from chalicelib.learning.merging import Enrolment

DAY_S = 24 * 3_600
MONDAY = 1_795_392_000  # 2026-11-23T00:00:00Z: seven in the morning in Vietnam


def asked(course: str = "c1", audience: str = "students", kind: Kind = "required", **facts: object) -> Assignment:
    usual: dict[str, object] = {
        "due_on": None,
        "due_in_days": None,
        "remind_days": 7,
        "remind_sms": False,
        "at": MONDAY,
    }
    return Assignment(course, audience, kind, **(usual | facts))  # type: ignore[arg-type]


def enrolment(course: str = "c1", **facts: object) -> Enrolment:
    usual: dict[str, object] = {"version": 1, "active": True, "enrolled_at": MONDAY, "seen_ms": MONDAY * 1000}
    return Enrolment("lan", course, **(usual | facts))  # type: ignore[arg-type]


def test_days_are_counted_from_when_they_came_and_not_from_before_it_was_asked() -> None:
    thirty = asked(due_in_days=30)
    assert thirty.due(MONDAY - 400 * DAY_S) == date(2026, 12, 23)
    assert thirty.due(MONDAY + 2 * DAY_S) == date(2026, 12, 25)
    assert thirty.due(MONDAY + 17 * 3_600) == date(2026, 12, 24)  # midnight in Vietnam
    assert asked(due_on=date(2026, 12, 31)).due(MONDAY + 400 * DAY_S) == date(2026, 12, 31)
    assert asked().due(MONDAY) is None


def test_only_what_is_asked_of_ones_own_audiences_counts() -> None:
    assert rules.asked_of([asked(audience="workers")], {"students": MONDAY}) == {}
    assert rules.asked_of([], {"students": MONDAY}) == {}


def test_required_by_one_is_required_and_the_first_day_holds() -> None:
    found = rules.asked_of(
        [
            asked(kind="recommended"),
            asked(audience="workers", due_on=date(2027, 1, 31)),
            asked(audience="citizens", due_in_days=10),
        ],
        {"students": MONDAY, "workers": MONDAY, "citizens": MONDAY},
    )
    assert (found["c1"].kind, found["c1"].due) == ("required", date(2026, 12, 3))


_days = st.none() | st.dates(date(2026, 1, 1), date(2028, 1, 1))
_enrolments = st.builds(
    enrolment,
    course=st.sampled_from(["c1", "c2", "c3"]),
    active=st.booleans(),
    completed_at=st.none() | st.just(MONDAY),
    due=_days.map(lambda day: day and day.isoformat()),
)
_assignments = st.lists(
    st.builds(
        asked,
        course=st.sampled_from(["c1", "c2", "c3", "c4"]),
        audience=st.sampled_from(["students", "workers"]),
        kind=st.sampled_from(["required", "recommended"]),
        due_on=_days,
    )
)


@given(_assignments, st.lists(_enrolments, unique_by=lambda each: each.course_id))
def test_a_course_stands_once_and_in_its_place(assignments: list[Assignment], enrolled: list[Enrolment]) -> None:
    asked_ = rules.asked_of(assignments, {"students": MONDAY, "workers": MONDAY})
    rows = rules.composed(asked_, enrolled)
    shown = [
        row.course_id for part in (rows.required, rows.recommended, rows.in_progress, rows.finished) for row in part
    ]
    assert len(shown) == len(set(shown))
    by_course = {each.course_id: each for each in enrolled}
    required = {each.course_id for each in assignments if each.kind == "required"}
    for course in {*required, *by_course}:
        done = course in by_course and by_course[course].completed_at is not None
        if course in required and not done:
            assert course in [row.course_id for row in rows.required]
    assert all(
        row.enrolment and row.enrolment.active and row.enrolment.completed_at is None for row in rows.in_progress
    )
    assert all(row.enrolment and row.enrolment.completed_at for row in rows.finished)
    assert all(row.enrolment is None for row in rows.recommended)
    due = [row.due or date.max for row in rows.required]
    assert due == sorted(due)


@pytest.mark.parametrize(
    ("own", "by_audience", "expected"),
    [("2026-12-01", None, 1), (None, 3, 3), ("2026-12-05", 2, 2), ("2026-12-02", 4, 2)],
)
def test_of_two_deadlines_the_first_holds(own: str | None, by_audience: int | None, expected: int) -> None:
    day = None if by_audience is None else date(2026, 11, 30) + timedelta(days=by_audience)
    rows = rules.composed(rules.asked_of([asked(due_on=day)], {"students": MONDAY}), [enrolment(due=own)])
    assert [row.due for row in rows.required] == [date(2026, 11, 30) + timedelta(days=expected)]
