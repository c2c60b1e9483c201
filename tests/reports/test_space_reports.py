"""What a space's staff see in its reports, and what it costs."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime

import pytest

from chalicelib import clock, ids
from tests import factories
from tests.emulated import Cloud
from tests.factories import CourseRef, OpenedSpace, published_course
from tests.reports import classes, learners
from tests.reports.classes import Pupil
from tests.reports.learners import DAY_S, NOON
from tests.spending import spending


@dataclass
class School:
    """A space with two courses and a class."""

    space: OpenedSpace
    safety: CourseRef
    payments: CourseRef
    class_: dict[str, Pupil]


@pytest.fixture(scope="module")
def school(aws: Cloud) -> School:
    """Five learners: one completed, one is half through, one left, one only registered, one came a day later."""
    clock.set_source(lambda: NOON)
    space = factories.open_space("hue")
    safety = published_course(space, classes.lessons(4), title="An toàn trên không gian mạng")
    payments = published_course(space, classes.lessons(1), title="Thanh toán không dùng tiền mặt")
    class_ = {
        name: classes.pupil(space, name, f"hv{number}@hue.example")
        for number, name in enumerate(["Trần Bích Ngọc", "Lê Văn Đạt", "Nguyễn Thị Ánh", "Phạm An", "Đỗ Ước"])
    }
    for name in ("Trần Bích Ngọc", "Lê Văn Đạt", "Nguyễn Thị Ánh"):
        classes.enrol(safety, class_[name])
    classes.do(safety, class_["Trần Bích Ngọc"], ["1", "2", "3", "4"])
    classes.do(safety, class_["Lê Văn Đạt"], ["1", "3"])
    classes.leave(safety, class_["Nguyễn Thị Ánh"])
    classes.enrol(payments, class_["Lê Văn Đạt"])
    clock.set_source(lambda: NOON + DAY_S)
    classes.enrol(safety, class_["Đỗ Ước"])
    aws.drain()
    clock.set_source(None)
    return School(space, safety, payments, class_)


@pytest.fixture(autouse=True)
def _a_day_later(school: School) -> None:
    clock.set_source(lambda: NOON + DAY_S)


def test_a_space_at_a_glance(school: School) -> None:
    report = school.space.admin.get(school.space.at("/reports/summary")).ok()
    assert report["totals"] == {"registrations": 5, "enrolments": 5, "active": 3, "completions": 1, "left": 1}
    assert [(each["title"], each["enrolments"], each["completions"]) for each in report["courses"]] == [
        ("An toàn trên không gian mạng", 4, 1),
        ("Thanh toán không dùng tiền mặt", 1, 0),
    ]
    assert len(report["days"]) == 30
    assert report["days"][-2:] == [
        {"day": "2026-11-24", "registrations": 5, "enrolments": 4, "completions": 1, "active_learners": 3},
        {"day": "2026-11-25", "registrations": 0, "enrolments": 1, "completions": 0, "active_learners": 1},
    ]
    assert report["days"][0]["day"] == "2026-10-27"
    assert datetime.fromisoformat(report["as_of"]) == datetime.fromtimestamp(NOON + DAY_S, UTC)


def test_an_empty_space_reports_noughts(aws: Cloud) -> None:
    space = factories.open_space()
    report = space.admin.get(space.at("/reports/summary")).ok()
    assert report["totals"] == {"registrations": 0, "enrolments": 0, "active": 0, "completions": 0, "left": 0}
    assert (report["as_of"], report["courses"]) == (None, [])
    assert all(day["enrolments"] == 0 for day in report["days"])


@pytest.mark.parametrize(
    ("query", "days"),
    [
        ({"from": "2026-11-24", "to": "2026-11-24"}, 1),
        ({"from": "2026-11-24"}, 2),
        ({"to": "2026-11-24"}, 30),
        ({"from": "2025-11-25", "to": "2026-11-25"}, 366),
        ({"to": "9999-12-31"}, 30),
    ],
)
def test_a_series_has_every_day_asked_for(school: School, query: dict[str, str], days: int) -> None:
    report = school.space.admin.get(school.space.at("/reports/summary"), query=query).ok()
    assert len(report["days"]) == days
    assert [each["enrolments"] for each in report["days"] if each["day"] == "2026-11-24"] in ([4], [])


@pytest.mark.parametrize(
    ("query", "code"),
    [
        ({"from": "2026-11-25", "to": "2026-11-24"}, "after_end"),
        ({"from": "2025-11-24", "to": "2026-11-25"}, "too_many_days"),
        ({"to": "0001-01-01"}, "after_end"),
        ({"from": "24/11/2026"}, "date_from_datetime_parsing"),
        ({"days": "7"}, "extra_forbidden"),
    ],
)
def test_a_period_that_is_none_is_refused(school: School, query: dict[str, str], code: str) -> None:
    for path in ("/reports/summary", f"/reports/courses/{school.safety.id}/days"):
        problem = school.space.admin.get(school.space.at(path), query=query).refused(422, "invalid_input")
        assert [error["code"] for error in problem["errors"]] == [code] or code == "date_from_datetime_parsing"


def test_courses_are_listed_page_by_page(school: School) -> None:
    admin, where, cursor, seen = school.space.admin, school.space.at("/reports/courses"), None, []
    for _ in range(5):
        page = admin.get(where, query={"limit": 1, **({"cursor": cursor} if cursor else {})}).ok()
        seen += [(each["course"], each["title"], each["active"]) for each in page["items"]]
        cursor = page["next"]
        if cursor is None:
            break
    assert seen == sorted(
        [
            (school.safety.id, "An toàn trên không gian mạng", 2),
            (school.payments.id, "Thanh toán không dùng tiền mặt", 1),
        ]
    )


def test_a_course_and_its_learners(school: School) -> None:
    report = school.space.admin.get(school.space.at(f"/reports/courses/{school.safety.id}")).ok()
    assert report["title"] == "An toàn trên không gian mạng"
    assert report["totals"] == {"enrolments": 4, "active": 2, "completions": 1, "left": 1}
    assert report["as_of"] is not None
    shown = {each["name"]: (each["state"], each["percent"], each["completed_at"]) for each in report["items"]}
    assert shown == {
        "Trần Bích Ngọc": ("completed", 100, "2026-11-24T03:13:20Z"),
        "Lê Văn Đạt": ("active", 50, None),
        "Nguyễn Thị Ánh": ("left", 0, None),
        "Đỗ Ước": ("active", 0, None),
    }
    dat = next(each for each in report["items"] if each["name"] == "Lê Văn Đạt")
    assert dat["person"] == school.class_["Lê Văn Đạt"].id
    assert (dat["enrolled_at"], dat["last_activity_at"]) == ("2026-11-24T03:13:20Z", "2026-11-24T03:13:20Z")


@pytest.mark.parametrize(
    ("state", "names"),
    [
        ("active", ["Lê Văn Đạt", "Đỗ Ước"]),
        ("completed", ["Trần Bích Ngọc"]),
        ("left", ["Nguyễn Thị Ánh"]),
    ],
)
def test_learners_are_filtered_by_state(school: School, state: str, names: list[str]) -> None:
    where = school.space.at(f"/reports/courses/{school.safety.id}")
    report = school.space.admin.get(where, query={"state": state}).ok()
    assert sorted(each["name"] for each in report["items"]) == sorted(names)
    assert report["totals"]["enrolments"] == 4


def test_learners_are_listed_page_by_page(school: School) -> None:
    where, cursor, seen = school.space.at(f"/reports/courses/{school.safety.id}"), None, []
    for _ in range(10):
        query = {"limit": 1, **({"cursor": cursor} if cursor else {})}
        page = school.space.tutor.get(where, query=query).ok()
        seen += [each["name"] for each in page["items"]]
        cursor = page["next"]
        if cursor is None:
            break
    assert sorted(seen) == sorted(["Trần Bích Ngọc", "Lê Văn Đạt", "Nguyễn Thị Ánh", "Đỗ Ước"])


def test_a_cursor_of_another_course_or_filter_is_refused(school: School) -> None:
    admin, where = school.space.admin, school.space.at(f"/reports/courses/{school.safety.id}")
    cursor = admin.get(where, query={"limit": 1}).ok()["next"]
    admin.get(where, query={"limit": 1, "cursor": cursor, "state": "left"}).refused(400, "bad_cursor")
    other = school.space.at(f"/reports/courses/{school.payments.id}")
    admin.get(other, query={"limit": 1, "cursor": cursor}).refused(400, "bad_cursor")


def test_a_course_day_by_day(school: School) -> None:
    where = school.space.at(f"/reports/courses/{school.safety.id}/days")
    report = school.space.admin.get(where, query={"from": "2026-11-23", "to": "2026-11-25"}).ok()
    assert report["days"] == [
        {"day": "2026-11-23", "enrolments": 0, "completions": 0, "active_learners": 0},
        {"day": "2026-11-24", "enrolments": 3, "completions": 1, "active_learners": 3},
        {"day": "2026-11-25", "enrolments": 1, "completions": 0, "active_learners": 1},
    ]


def test_a_person_who_is_no_more_has_no_name(aws: Cloud, school: School) -> None:
    """A learner's enrolment outlives the person for as long as nobody erases it."""
    who = classes.pupil(school.space, "Sẽ Xoá", "xoa@hue.example")
    course = published_course(school.space, classes.lessons(1), title="Thử")
    classes.enrol(course, who)
    school.space.space.table("people").delete(f"person#{who.id}", "person")
    report = school.space.admin.get(school.space.at(f"/reports/courses/{course.id}")).ok()
    assert [each["name"] for each in report["items"]] == [None]


@pytest.mark.parametrize(
    "path",
    [
        "/reports/courses/00000000000000000000aa",
        "/reports/courses/khong-phai-ma",
        "/reports/courses/00000000000000000000aa/days",
        "/reports/courses/00000000000000000000aa/learners.csv",
        "/reports/exports/00000000000000000000aa",
    ],
)
def test_what_is_not_there_is_not_found(school: School, path: str) -> None:
    school.space.admin.get(school.space.at(path)).refused(404, "not_found")


def test_reports_keep_to_their_budgets(school: School) -> None:
    admin, at = school.space.admin, school.space.at
    course = f"/reports/courses/{school.safety.id}"
    for _ in range(2):
        with spending() as spent:
            for path in ("/reports/summary", "/reports/courses", course, f"{course}/days"):
                admin.get(at(path)).ok()
    spent.within_budget()
    assert [line["calls"] for line in spent.lines] == [3, 1, 19, 1]


@pytest.mark.parametrize("learners_there", [10, 10_000])
def test_budgets_do_not_grow_with_learners(aws: Cloud, learners_there: int) -> None:
    """The list of a course's learners touches fewer shards of the index, the more there are in each."""
    space = factories.open_space()
    course = published_course(space, classes.lessons(4))
    people = [ids.derived(course.id, str(number)) for number in range(learners_there)]
    space.space.table("learning").put_all(learners.enrolment(person, course.id) for person in people)
    where = space.at(f"/reports/courses/{course.id}")
    space.admin.get(where).ok()
    with spending() as spent:
        page = space.admin.get(where, query={"limit": 10}).ok()
        space.admin.get(space.at("/reports/summary")).ok()
    spent.within_budget()
    assert len(page["items"]) == 10
    assert spent.lines[0]["calls"] <= (19 if learners_there == 10 else 4)
