"""Courses asked of audiences, and what learners find on their homes."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime

import pytest

from chalicelib import clock, ids
from chalicelib.assignments import asked as asked_known
from chalicelib.assignments import assigning, models
from chalicelib.http import caching
from chalicelib.people.person import Person
from tests.api import Api
from tests.assignments.people import person
from tests.emulated import Cloud
from tests.factories import OpenedSpace, open_space, token_for
from tests.learning.courses import archive, publish
from tests.spending import spending

NOON = datetime(2026, 12, 1, 12, 0, tzinfo=clock.VIETNAM).timestamp()
DAY_S = 24 * 3_600


@pytest.fixture(scope="module")
def hue(aws: Cloud) -> OpenedSpace:
    clock.set_source(lambda: NOON)
    return open_space()


@pytest.fixture(autouse=True)
def now() -> Iterator[list[float]]:
    at = [NOON]
    clock.set_source(lambda: at[0])
    yield at
    clock.set_source(None)


def as_(space: OpenedSpace, who: Person) -> Api:
    return token_for(space, ["learner"], who.id)


def asked(space: OpenedSpace, course: str, audience: str = "students", **body: object) -> dict[str, object]:
    address = space.at(f"/courses/{course}/audiences/{audience}")
    made: dict[str, object] = space.admin.put(address, {"kind": "required", **body}).ok(200)
    return made


def courses(part: list[dict[str, object]]) -> list[object]:
    return [each["course"] for each in part]


def test_a_home_has_each_course_in_its_place(hue: OpenedSpace) -> None:
    first, later, tip, other, own, done = (publish(hue.space, "1") for _ in range(6))
    lan = person(hue, "Lan", audiences=["students"])
    learner = as_(hue, lan)
    asked(hue, later, due_on="2027-03-31")
    asked(hue, first, due_in_days=10)
    asked(hue, tip, kind="recommended")
    asked(hue, other, audience="workers")
    for course in (own, done):
        learner.put(hue.at(f"/me/enrolments/{course}")).ok(201)
    learner.put(hue.at(f"/me/enrolments/{done}/progress/1"), {"status": "done"}).ok()
    home = learner.get(hue.at("/me/home")).ok()
    assert courses(home["required"]) == [first, later]
    assert [each["due"] for each in home["required"]] == ["2026-12-11", "2027-03-31"]
    assert courses(home["recommended"]) == [tip]
    assert courses(home["in_progress"]) == [own]
    assert courses(home["finished"]) == [done]
    assert home["finished_count"] == 1
    assert home["required"][0]["enrolment"] is None
    assert home["in_progress"][0]["enrolment"]["percent"] == 0
    assert all(not each["overdue"] for part in ("required", "finished") for each in home[part])


def test_it_is_overdue_from_the_day_after_and_done_once_completed(hue: OpenedSpace, now: list[float]) -> None:
    space = open_space()
    course = publish(space.space, "1")
    asked(space, course, due_on="2026-12-02")
    lan = person(space, audiences=["students"])
    for days, overdue in ((0, False), (1, False), (2, True)):
        now[0] = NOON + days * DAY_S
        learner = as_(space, lan)
        assert [each["overdue"] for each in learner.get(space.at("/me/home")).ok()["required"]] == [overdue]
    learner.put(space.at(f"/me/enrolments/{course}")).ok(201)
    learner.put(space.at(f"/me/enrolments/{course}/progress/1"), {"status": "done"}).ok()
    home = learner.get(space.at("/me/home")).ok()
    assert (home["required"], [each["overdue"] for each in home["finished"]]) == ([], [False])


def test_a_home_is_one_query_whatever_a_learner_has_done(hue: OpenedSpace) -> None:
    space = open_space()
    lan = person(space, audiences=["students", "citizens"])
    learner = as_(space, lan)
    for _ in range(5):
        course = publish(space.space, "1 2 3")
        asked(space, course, due_on="2027-03-31")
        learner.put(space.at(f"/me/enrolments/{course}")).ok(201)
    marks = [
        {"pk": f"learner#{lan.id}", "sk": f"day#{year}-{day}", "x": "x" * 50} for year in range(9) for day in range(90)
    ]
    space.space.table("learning").put_all(marks)
    learner.get(space.at("/me/home")).ok()
    with spending() as spent:
        home = learner.get(space.at("/me/home")).ok()
    assert len(home["required"]) == 5
    spent.within_budget()
    assert (spent.last["calls"], spent.last["s3_calls"]) == (1, 0)
    assert spent.last["rcu"] <= 1


def test_somebody_in_no_audience_has_a_home_too(hue: OpenedSpace) -> None:
    home = token_for(hue, ["learner"], ids.new()).get(hue.at("/me/home")).ok()
    assert home == {"required": [], "recommended": [], "in_progress": [], "finished": [], "finished_count": 0}


def test_what_cannot_be_begun_is_not_offered(hue: OpenedSpace) -> None:
    space = open_space()
    required, tip, begun = (publish(space.space, "1") for _ in range(3))
    learner = as_(space, person(space, audiences=["students"]))
    learner.put(space.at(f"/me/enrolments/{begun}")).ok(201)
    asked(space, required)
    asked(space, tip, kind="recommended")
    asked(space, begun)
    for course in (required, tip, begun):
        archive(space.space, course)
    home = learner.get(space.at("/me/home")).ok()
    assert (courses(home["required"]), home["recommended"]) == ([begun], [])


def test_who_left_a_required_course_has_it_still_and_a_recommended_one_not(hue: OpenedSpace) -> None:
    space = open_space()
    required, tip = publish(space.space, "1"), publish(space.space, "1")
    learner = as_(space, person(space, audiences=["students"]))
    asked(space, required)
    asked(space, tip, kind="recommended")
    for course in (required, tip):
        learner.put(space.at(f"/me/enrolments/{course}")).ok(201)
        learner.delete(space.at(f"/me/enrolments/{course}")).ok(204)
    home = learner.get(space.at("/me/home")).ok()
    assert [each["enrolment"]["state"] for each in home["required"]] == ["left"]
    assert (home["recommended"], home["in_progress"]) == ([], [])


def test_another_container_learns_of_it_within_a_minute(hue: OpenedSpace, now: list[float]) -> None:
    space = open_space()
    course = publish(space.space, "1")
    learner = as_(space, person(space, audiences=["students"]))
    assert learner.get(space.at("/me/home")).ok()["required"] == []
    kept = asked_known.known(space.space)
    asked(space, course)
    asked_known._known.keep(space.slug, kept)  # as a container that has heard nothing
    assert learner.get(space.at("/me/home")).ok()["required"] == []
    now[0] += 61
    assert courses(learner.get(space.at("/me/home")).ok()["required"]) == [course]


def test_what_is_asked_can_be_asked_otherwise_listed_and_taken_back(hue: OpenedSpace, now: list[float]) -> None:
    space = open_space()
    one, two = publish(space.space, "1"), publish(space.space, "1")
    made = asked(space, one, due_on="2027-03-31", remind_days=3, remind_sms=True)
    now[0] += DAY_S
    changed = asked(space, one, kind="recommended", remind_days=None)
    assert changed["asked_at"] == made["asked_at"]
    assert (changed["kind"], changed["due_on"], changed["remind_days"], changed["remind_sms"]) == (
        "recommended", None, None, False,
    )  # fmt: skip
    asked(space, two, audience="workers")
    where = space.at("/assignments")
    assert {each["course"] for each in space.tutor.get(where).ok()["items"]} == {one, two}
    assert courses(space.admin.get(where, query={"audience": "workers"}).ok()["items"]) == [two]
    assert courses(space.admin.get(where, query={"course": one}).ok()["items"]) == [one]
    page = space.admin.get(where, query={"limit": 1}).ok()
    rest = space.admin.get(where, query={"limit": 1, "cursor": page["next"]}).ok()
    assert {*courses(page["items"]), *courses(rest["items"])} == {one, two}
    assert rest["next"] is None
    address = space.at(f"/courses/{one}/audiences/students")
    space.admin.delete(address).ok(204)
    space.admin.delete(address).refused(404, "not_found")
    assert courses(space.admin.get(where).ok()["items"]) == [two]


@pytest.mark.parametrize(
    ("body", "code"),
    [
        ({"due_on": "2026-12-31", "due_in_days": 3}, "due_twice"),
        ({"due_on": "2026-11-30"}, "due_past"),
        ({"kind": "recommended", "due_on": "2026-12-31"}, "due_unasked"),
        ({"kind": "recommended", "due_in_days": 3}, "due_unasked"),
        ({"remind_days": 61}, "less_than_equal"),
        ({"kind": "wished"}, "literal_error"),
    ],
)
def test_what_makes_no_sense_is_refused(hue: OpenedSpace, body: dict[str, object], code: str) -> None:
    course = publish(hue.space, "1")
    address = hue.at(f"/courses/{course}/audiences/students")
    problem = hue.admin.put(address, {"kind": "required", **body}).refused(422, "invalid_input")
    assert code in {error["code"] for error in problem["errors"]}


def test_neither_an_unknown_course_nor_an_unknown_audience_is_there(hue: OpenedSpace) -> None:
    course = publish(hue.space, "1")
    body = {"kind": "required"}
    hue.admin.put(hue.at(f"/courses/{ids.new()}/audiences/students"), body).refused(404, "not_found")
    hue.admin.put(hue.at(f"/courses/{course}/audiences/{ids.new()}"), body).refused(404, "not_found")
    hue.author.put(hue.at(f"/courses/{course}/audiences/students"), body).refused(403, "forbidden")


def test_a_space_asks_no_more_than_a_home_can_hold(hue: OpenedSpace, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(assigning, "MOST", 2)
    space = open_space()
    one, two, three = (publish(space.space, "1") for _ in range(3))
    asked(space, one)
    asked(space, two)
    address = space.at(f"/courses/{three}/audiences/students")
    space.admin.put(address, {"kind": "required"}).refused(409, "too_many_assignments")
    asked(space, two, due_on="2027-01-01")  # one that is there may change
    assert models.MOST == 200
    caching.forget_everything()
