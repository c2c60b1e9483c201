"""What staff and operators see of audiences: who is in them, and what became of what they enrolled in."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import pytest

from chalicelib import clock, ids
from chalicelib.audiences import membership
from chalicelib.identity import passwords
from chalicelib.people import identifiers, persons
from chalicelib.people.profile import Fact
from chalicelib.reports import recount
from tests import factories
from tests.audiences.people import both_rounds, made
from tests.emulated import Cloud
from tests.factories import CourseRef, OpenedSpace, published_course
from tests.identity.people import PASSWORD, as_signed_in
from tests.reports import classes
from tests.reports.classes import Pupil
from tests.reports.learners import NOON
from tests.spending import spending

PEOPLE = {
    "an": "student",
    "binh": "student",
    "chi": "worker",
    "dung": "farmer",
    "em": "civil_servant",
}


@dataclass
class Town:
    """A space with people of every audience, two courses, and who came to which."""

    space: OpenedSpace
    safety: CourseRef
    payments: CourseRef


class SignedIn(Pupil):
    """A pupil who calls with the very token that signing in gave, audiences and all."""

    @property
    def api(self) -> Any:
        """The API as this learner."""
        return as_signed_in(self.space, f"{self.name}@hue.example")


def resident(space: OpenedSpace, name: str, occupation: str) -> SignedIn:
    """A person with an occupation and a password, in the audiences that this puts them in."""
    person = persons.new(
        name, [identifiers.parse(f"{name}@hue.example")], ["learner"],
        profile={"occupation": Fact.told(occupation, "admin")},
    )  # fmt: skip
    added = membership.regrouped(space.space, person)
    persons.add(space.space, added, password_hash=passwords.hash_new(PASSWORD))
    return SignedIn(space, added.id, name)


@pytest.fixture(scope="module")
def town(aws: Cloud) -> Town:
    clock.set_source(lambda: NOON)
    space = factories.open_space("hue")
    safety = published_course(space, classes.lessons(1), title="An toàn trên không gian mạng")
    payments = published_course(space, classes.lessons(1), title="Thanh toán không dùng tiền mặt")
    people = {name: resident(space, name, occupation) for name, occupation in PEOPLE.items()}
    for name in ("an", "binh", "chi"):
        classes.enrol(safety, people[name])
    classes.enrol(payments, people["an"])
    classes.do(safety, people["an"], ["1"])
    classes.leave(safety, people["binh"])
    aws.drain()
    return Town(space, safety, payments)


@pytest.fixture(autouse=True)
def _that_day(town: Town) -> None:
    clock.set_source(lambda: NOON)


def totals(enrolments: int, active: int, completions: int, left: int) -> dict[str, int]:
    return {"enrolments": enrolments, "active": active, "completions": completions, "left": left}


def test_a_space_by_audiences(town: Town) -> None:
    report = town.space.admin.get(town.space.at("/reports/audiences")).ok()
    assert report["items"] == [
        {"audience": "students", "name": "Học sinh, sinh viên", "people": 2, **totals(3, 1, 1, 1)},
        {"audience": "workers", "name": "Người lao động trong doanh nghiệp", "people": 1, **totals(1, 1, 0, 0)},
        {"audience": "citizens", "name": "Người dân", "people": 1, **totals(0, 0, 0, 0)},
        {"audience": "public-sector", "name": "Cán bộ, công chức, viên chức", "people": 1, **totals(0, 0, 0, 0)},
    ]
    assert report["as_of"] == "2026-11-24T03:13:20Z"


def test_in_english_too(town: Town) -> None:
    headers = {"accept-language": "en"}
    report = town.space.admin.get(town.space.at("/reports/audiences/students"), headers=headers).ok()
    assert report["totals"]["name"] == "Pupils and students"


def test_an_audience_course_by_course(town: Town) -> None:
    admin, where = town.space.admin, town.space.at("/reports/audiences/students")
    first = admin.get(where, query={"limit": 1}).ok()
    second = admin.get(where, query={"limit": 1, "cursor": first["next"]}).ok()
    assert first["totals"] == {
        "audience": "students", "name": "Học sinh, sinh viên", "people": 2, **totals(3, 1, 1, 1),
    }  # fmt: skip
    assert {each["course"]: each for each in first["items"] + second["items"]} == {
        town.safety.id: {
            "course": town.safety.id, "title": "An toàn trên không gian mạng", **totals(2, 0, 1, 1),
        },
        town.payments.id: {
            "course": town.payments.id, "title": "Thanh toán không dùng tiền mặt", **totals(1, 1, 0, 0),
        },
    }  # fmt: skip


def test_a_course_by_audiences(town: Town) -> None:
    report = town.space.admin.get(town.space.at(f"/reports/courses/{town.safety.id}/audiences")).ok()
    assert [(each["audience"], each["enrolments"], each["completions"]) for each in report["items"]] == [
        ("students", 2, 1),
        ("workers", 1, 0),
        ("citizens", 0, 0),
        ("public-sector", 0, 0),
    ]
    assert report["title"] == "An toàn trên không gian mạng"


def test_the_nation_by_the_audiences_that_all_have(town: Town, aws: Cloud) -> None:
    other = factories.open_space()
    resident(other, "giang", "student")
    aws.drain()
    report = factories.operator().get("/reports/national/audiences").ok()
    assert [(each["audience"], each["people"], each["tenants"], each["enrolments"]) for each in report["items"]] == [
        ("public-sector", 1, 1, 0),
        ("students", 3, 2, 3),
        ("workers", 1, 1, 1),
        ("citizens", 1, 1, 0),
    ]


def test_who_moves_to_another_audience_is_counted_there_with_all_that_they_did(aws: Cloud) -> None:
    space = factories.open_space()
    course = published_course(space, classes.lessons(1))
    who = resident(space, "an", "student")
    classes.enrol(course, who)
    person = persons.get(space.space, who.id)
    working = person.described({"occupation": Fact.told("worker", "self")})
    persons.change(space.space, person, membership.regrouped(space.space, working))
    classes.do(course, who, ["1"])
    aws.drain()
    shown = space.admin.get(space.at("/reports/audiences")).ok()["items"]
    figures = {each["audience"]: (each["people"], each["enrolments"], each["completions"]) for each in shown}
    assert (figures["students"], figures["workers"]) == ((0, 0, 0), (1, 1, 1))
    assert recount.recount(space.slug).wrong == []


def test_an_audience_made_today_tells_of_those_who_enrolled_before(aws: Cloud) -> None:
    """What an admin asks right after drawing a line: how far are these people? And when it is gone, nothing is left."""
    space = factories.open_space()
    course = published_course(space, classes.lessons(1))
    an, binh = resident(space, "an", "farmer"), resident(space, "binh", "farmer")
    for who in (an, binh):
        classes.enrol(course, who)
    classes.do(course, an, ["1"])
    aws.drain()
    farmers = made(space, {"op": "in", "field": "occupation", "values": ["farmer"]})
    both_rounds(space)
    aws.drain()
    report = space.admin.get(space.at(f"/reports/audiences/{farmers}")).ok()
    assert report["totals"] == {"audience": farmers, "name": "Nhóm thử", "people": 2, **totals(2, 1, 1, 0)}
    assert [(each["course"], each["completions"]) for each in report["items"]] == [(course.id, 1)]
    assert recount.recount(space.slug).wrong == []
    space.admin.delete(space.at(f"/audiences/{farmers}")).ok(204)
    both_rounds(space)
    aws.drain()
    shown = space.admin.get(space.at("/reports/audiences")).ok()["items"]
    assert farmers not in {each["audience"] for each in shown}
    assert recount.recount(space.slug).wrong == []


def test_who_enrols_by_a_token_of_before_is_counted_where_they_are(aws: Cloud) -> None:
    space = factories.open_space()
    course = published_course(space, classes.lessons(1))
    who = resident(space, "an", "student")
    token = who.api  # signed in as a student
    person = persons.get(space.space, who.id)
    working = person.described({"occupation": Fact.told("worker", "self")})
    persons.change(space.space, person, membership.regrouped(space.space, working))
    aws.drain()
    token.put(space.at(f"/me/enrolments/{course.id}")).ok()
    aws.drain()
    shown = space.admin.get(space.at(f"/reports/courses/{course.id}/audiences")).ok()["items"]
    figures = {each["audience"]: each["enrolments"] for each in shown}
    assert (figures["students"], figures["workers"]) == (0, 1)
    assert recount.recount(space.slug).wrong == []


def test_an_audience_that_is_no_more_keeps_what_was_reached_in_it(aws: Cloud) -> None:
    space = factories.open_space()
    gone, empty = ids.new(), ids.new()
    table = space.space.table("learning")
    table.update("counter#audiences", gone, "ADD e :n, a :n", {":n": 4})
    table.update("counter#audiences", empty, "ADD m :n", {":n": 0})
    shown = space.admin.get(space.at("/reports/audiences")).ok()["items"]
    assert shown[-1] == {"audience": gone, "name": None, "people": 0, **totals(4, 4, 0, 0)}
    assert len(shown) == 5
    assert space.admin.get(space.at(f"/reports/audiences/{gone}")).ok()["totals"]["enrolments"] == 4


def test_an_empty_space_shows_the_audiences_that_all_have(aws: Cloud) -> None:
    space = factories.open_space()
    report = space.admin.get(space.at("/reports/audiences")).ok()
    assert (len(report["items"]), report["as_of"]) == (4, None)
    assert space.admin.get(space.at("/reports/audiences/citizens")).ok()["items"] == []


@pytest.mark.parametrize("path", ["/reports/audiences/khong-co", "/reports/courses/0123456789abcdefghjkmn/audiences"])
def test_what_is_not_there_is_not_found(town: Town, path: str) -> None:
    town.space.admin.get(town.space.at(path)).refused(404, "not_found")


def test_reports_by_audience_keep_to_their_budget(town: Town) -> None:
    admin = town.space.admin
    paths = ("/reports/audiences", "/reports/audiences/students", f"/reports/courses/{town.safety.id}/audiences")
    with spending() as spent:
        for path in paths:
            admin.get(town.space.at(path)).ok()
        factories.operator().get("/reports/national/audiences").ok()
    spent.within_budget()
    assert max(line["calls"] for line in spent.lines) <= 3
