"""Who is overdue, has not begun, is in progress, has finished: of an audience, and of an order."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from typing import Any

import pytest

from chalicelib import clock, ids
from chalicelib.assignments import store
from chalicelib.assignments.rules import Assignment
from tests.assignments.orders import ordered_and_done
from tests.assignments.people import crowd, person
from tests.emulated import Cloud
from tests.factories import OpenedSpace, open_space, token_for
from tests.learning.courses import archive, publish
from tests.spending import spending

NOON = datetime(2026, 12, 1, 12, 0, tzinfo=clock.VIETNAM).timestamp()
DAY_S = 24 * 3_600


@pytest.fixture(autouse=True)
def now(aws: Cloud) -> Iterator[list[float]]:
    at = [NOON]
    clock.set_source(lambda: at[0])
    yield at
    clock.set_source(None)


def names(space: OpenedSpace, at: str, stage: str | None = None, limit: int = 100) -> list[str]:
    """All pages of a list, by names."""
    return sorted(each["name"] for each in everyone(space, at, stage, limit))


def everyone(space: OpenedSpace, at: str, stage: str | None = None, limit: int = 100) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = []
    query: dict[str, Any] = {"limit": limit, **({"stage": stage} if stage else {})}
    while True:
        page = space.tutor.get(space.at(at), query=query).ok()
        found += page["items"]
        if page["next"] is None:
            return found
        query["cursor"] = page["next"]


def four(space: OpenedSpace, course: str) -> dict[str, str]:
    """Four people of an audience: one idle, one who looked in and did nothing, one in the middle, one who is done."""
    people = {name: person(space, name, audiences=["students"]).id for name in ("An", "Bình", "Chi", "Dũng")}
    at = f"/me/enrolments/{course}"
    for name, lessons in (("Bình", ""), ("Chi", "1"), ("Dũng", "12")):
        learner = token_for(space, ["learner"], people[name])
        learner.put(space.at(at))
        for lesson in lessons:
            learner.put(space.at(f"{at}/progress/{lesson}"), {"status": "done"}).ok()
    return people


def test_of_an_audience_each_stands_in_one_stage_and_the_overdue_are_found(aws: Cloud, now: list[float]) -> None:
    space = open_space()
    course = publish(space.space, "1 2")
    four(space, course)
    person(space, "Gone", audiences=["students"], deactivated=True)
    person(space, "Other", audiences=["workers"])
    asked = space.at(f"/courses/{course}/audiences/students")
    space.admin.put(asked, {"kind": "required", "due_on": "2026-12-02"}).ok()
    at = f"/courses/{course}/audiences/students/people"
    for limit in (1, 2, 100):
        assert names(space, at, limit=limit) == ["An", "Bình", "Chi", "Dũng"]
        assert names(space, at, "not_begun", limit) == ["An", "Bình"]
        assert names(space, at, "in_progress", limit) == ["Chi"]
        assert names(space, at, "finished", limit) == ["Dũng"]
        assert names(space, at, "overdue", limit) == []
    now[0] += 2 * DAY_S
    assert names(space, at, "overdue") == ["An", "Bình", "Chi"]
    shown = {each["name"]: each for each in everyone(space, at)}
    assert {name: each["enrolled"] for name, each in shown.items()} == {
        "An": False, "Bình": True, "Chi": True, "Dũng": True,
    }  # fmt: skip
    assert {each["due"] for each in shown.values()} == {"2026-12-02"}
    assert not shown["Dũng"]["overdue"]


@pytest.mark.parametrize(("hour", "minute", "days", "overdue"), [(23, 59, 0, False), (0, 0, 1, True)])
def test_the_last_day_ends_at_midnight_in_vietnam(
    aws: Cloud, now: list[float], hour: int, minute: int, days: int, overdue: bool
) -> None:
    space = open_space()
    course, lan = publish(space.space, "1"), person(space, "Lan", audiences=["students"])
    space.admin.put(
        space.at(f"/courses/{course}/audiences/students"), {"kind": "required", "due_on": "2026-12-02"}
    ).ok()
    order = ordered_and_done(aws, space, course, people=[lan.id], due_on="2026-12-02")
    now[0] = datetime(2026, 12, 2 + days, hour, minute, tzinfo=clock.VIETNAM).timestamp()
    for at in (f"/courses/{course}/audiences/students/people", f"/orders/{order}/people"):
        assert [each["overdue"] for each in everyone(space, at)] == [overdue]
    home = token_for(space, ["learner"], lan.id).get(space.at("/me/home")).ok()
    assert [each["overdue"] for each in home["required"]] == [overdue]


def test_of_an_order_those_stand_whom_it_is_about(aws: Cloud, now: list[float]) -> None:
    space = open_space()
    course = publish(space.space, "1 2")
    people = four(space, course)
    order = ordered_and_done(aws, space, course, audience="students", due_on="2026-12-02")
    at = f"/orders/{order}/people"
    for limit in (1, 3, 100):
        assert names(space, at, limit=limit) == ["An", "Bình", "Chi", "Dũng"]
        assert names(space, at, "not_begun", limit) == ["An", "Bình"]
    now[0] += 2 * DAY_S
    assert names(space, at, "overdue") == ["An", "Bình", "Chi"]
    assert {each["person"] for each in everyone(space, at)} == {*people.values()}


def test_of_many_a_page_takes_few_calls(aws: Cloud) -> None:
    space = open_space()
    course = publish(space.space, "1")
    crowd(space, 250, "students")
    space.admin.put(space.at(f"/courses/{course}/audiences/students"), {"kind": "required"}).ok()
    order = ordered_and_done(aws, space, course, audience="students")
    for at in (f"/courses/{course}/audiences/students/people", f"/orders/{order}/people"):
        with spending() as spent:
            assert len(everyone(space, at)) == 250
            assert everyone(space, at, "finished") == []
        spent.within_budget()


def test_what_is_not_asked_is_not_there(aws: Cloud) -> None:
    space = open_space()
    course = publish(space.space, "1")
    space.admin.get(space.at(f"/courses/{course}/audiences/students/people")).refused(404, "not_found")
    space.admin.get(space.at(f"/orders/{ids.new()}/people")).refused(404, "not_found")
    space.author.get(space.at(f"/orders/{ids.new()}/people")).refused(403, "forbidden")


def test_an_audience_is_not_removed_while_courses_are_asked_of_it(aws: Cloud) -> None:
    space = open_space()
    course = publish(space.space, "1")
    rule = {"op": "in", "field": "occupation", "values": ["farmer"]}
    audience = space.admin.post(space.at("/audiences"), {"name": "Nông dân", "rule": rule}).ok(201)["id"]
    asked = space.at(f"/courses/{course}/audiences/{audience}")
    space.admin.put(asked, {"kind": "required"}).ok()
    problem = space.admin.delete(space.at(f"/audiences/{audience}")).refused(409, "audience_asked")
    assert "An toàn trên không gian mạng" in problem["detail"]
    space.admin.delete(asked).ok(204)
    space.admin.delete(space.at(f"/audiences/{audience}")).ok(204)
    space.admin.delete(space.at(f"/audiences/{audience}")).refused(404, "not_found")


def test_what_is_asked_while_the_audience_is_removed_ends_with_it(aws: Cloud) -> None:
    space = open_space()
    course = publish(space.space, "1")
    late = Assignment(course, ids.new(), "required", None, None, None, False, int(NOON))
    store.put(space.space, late)
    assert space.admin.get(space.at("/assignments")).ok()["items"] == []
    space.admin.get(space.at(f"/courses/{course}/audiences/{late.audience}/people")).refused(404, "not_found")


def test_of_an_archived_course_it_is_said_and_it_is_asked_of_nobody_anew(aws: Cloud) -> None:
    space = open_space()
    course = publish(space.space, "1")
    asked = space.at(f"/courses/{course}/audiences/students")
    assert space.admin.put(asked, {"kind": "required"}).ok()["offered"] is True
    archive(space.space, course)
    (listed,) = space.admin.get(space.at("/assignments")).ok()["items"]
    assert listed["offered"] is False
    space.admin.put(asked, {"kind": "required"}).refused(409, "course_archived")
    space.admin.delete(asked).ok(204)
