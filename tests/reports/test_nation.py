"""What operators see of the nation: every space's figures added up, without a call to any tenant's tables."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal

import pytest

from chalicelib import clock
from chalicelib.metering import store
from chalicelib.storage import spaces
from chalicelib.storage.lines import Reply
from chalicelib.tenants import registry
from tests import factories
from tests.api import Api
from tests.emulated import Cloud
from tests.factories import CourseRef, OpenedSpace, published_course
from tests.reports import classes, learners
from tests.reports.learners import DAY_S, NOON
from tests.spending import spending
from tests.wire import Passing, steered


@dataclass
class Nation:
    """The centre, which offers a course, and two organisations that adopted it."""

    centre: OpenedSpace
    hue: OpenedSpace
    ministry: OpenedSpace
    offered: CourseRef
    own: CourseRef


def adopt(space: OpenedSpace, course: CourseRef) -> CourseRef:
    """Take over a national course."""
    return CourseRef(space, space.author.post(space.at("/courses"), {"adopt": course.id}).ok(201)["id"])


def attend(course: CourseRef, number: int, completing: int) -> None:
    """So many people enrol in a course, and some of them complete it."""
    for each in range(number):
        who = classes.pupil(course.space, f"Học viên {each}", f"hv{each}.{course.id}@x.example")
        classes.enrol(course, who)
        if each < completing:
            classes.do(course, who, ["1"])


@pytest.fixture(scope="module")
def nation(aws: Cloud) -> Nation:
    clock.set_source(lambda: NOON)
    centre = factories.open_space("trung-uong", kind="ministry", name="Bộ Khoa học và Công nghệ")
    hue = factories.open_space("hue", kind="province", name="Thành phố Huế")
    ministry = factories.open_space("bo-noi-vu", kind="ministry", name="Bộ Nội vụ")
    factories.register("xa-vinh-loc", kind="commune", name="Xã Vinh Lộc")
    offered = published_course(centre, classes.lessons(1), title="An toàn trên không gian mạng")
    own = published_course(centre, classes.lessons(1), title="Chỉ của trung ương")
    centre.author.post(centre.at(f"/courses/{offered.id}/offer")).ok()
    aws.drain()
    attend(adopt(hue, offered), 4, completing=2)
    attend(published_course(hue, classes.lessons(1), title="Riêng của Huế"), 1, completing=0)
    attend(offered, 1, completing=1)
    attend(own, 2, completing=0)
    clock.set_source(lambda: NOON + DAY_S)
    attend(adopt(ministry, offered), 3, completing=1)
    aws.drain()
    clock.set_source(None)
    return Nation(centre, hue, ministry, offered, own)


@pytest.fixture
def operator(nation: Nation) -> Api:
    clock.set_source(lambda: NOON + DAY_S)
    return factories.operator()


def totals(registrations: int | None, enrolments: int, active: int, completions: int, left: int = 0) -> dict[str, int]:
    """Figures as a report has them."""
    own = {"enrolments": enrolments, "active": active, "completions": completions, "left": left}
    return own if registrations is None else {"registrations": registrations, **own}


def test_the_nation_at_a_glance(nation: Nation, operator: Api) -> None:
    report = operator.get("/reports/national", query={"from": "2026-11-23"}).ok()
    assert report["totals"] == totals(11, 11, 7, 4)
    assert report["kinds"] == [
        {"kind": "ministry", "tenants": 2, **totals(6, 6, 4, 2)},
        {"kind": "province", "tenants": 1, **totals(5, 5, 3, 2)},
    ]
    hue = {each["slug"]: each for each in report["tenants"]}["hue"]
    assert hue.pop("month")["requests"] > 0
    assert hue == {
        "slug": "hue",
        "name": "Thành phố Huế",
        "kind": "province",
        **totals(5, 5, 3, 2),
    }
    assert report["courses"] == [
        {
            "course": nation.offered.id,
            "title": "An toàn trên không gian mạng",
            "tenants": 3,
            **totals(None, 8, 4, 4),
        }
    ]
    assert report["days"] == [
        {"day": "2026-11-23", "registrations": 0, "enrolments": 0, "completions": 0, "active_learners": 0},
        {"day": "2026-11-24", "registrations": 8, "enrolments": 8, "completions": 3, "active_learners": 8},
        {"day": "2026-11-25", "registrations": 3, "enrolments": 3, "completions": 1, "active_learners": 3},
    ]
    assert report["as_of"] == "2026-11-25T03:13:20Z"


def test_what_the_nation_used_this_month(nation: Nation, operator: Api) -> None:
    store.measured("hue", 2**30, 7 * 2**30, 3, 1, (0, 0))
    month = operator.get("/reports/national").ok()["month"]
    assert (month["month"], month["stored_bytes"]) == ("2026-11", 8 * 2**30)
    each = operator.get("/reports/national/tenants", query={"limit": 100}).ok()["items"]
    parts = [*(one["month"] for one in each), month["platform"]]
    for name in ("requests", "bytes_out", "stored_bytes"):
        assert sum(part[name] for part in parts) == month[name] > 0
    # Every item of every part is rounded to a millionth of a dollar.
    rounding = Decimal("0.0000005") * len(month["costs"]) * (len(parts) + 1)
    assert abs(sum(Decimal(part["cost"]) for part in parts) - Decimal(month["cost"])) <= rounding
    assert sum(Decimal(one["cost"]) for one in month["costs"]) == Decimal(month["cost"])
    by_slug = {one["slug"]: one["month"] for one in each}
    assert {one["slug"]: one["month"] for one in operator.get("/reports/national").ok()["tenants"]}["hue"] == by_slug[
        "hue"
    ]
    assert by_slug["xa-vinh-loc"] == {
        "requests": 0,
        "refused": 0,
        "bytes_out": 0,
        "stored_bytes": 0,
        "cost": "0.000000",
    }


def test_a_series_that_crosses_the_year(nation: Nation, operator: Api) -> None:
    report = operator.get("/reports/national", query={"from": "2026-11-24", "to": "2027-01-02"}).ok()
    assert len(report["days"]) == 40
    assert sum(day["enrolments"] for day in report["days"]) == 11
    operator.get("/reports/national", query={"from": "2026-08-01", "to": "2026-11-24"}).refused(422, "invalid_input")


def test_every_organisation_is_listed_also_those_with_nothing(nation: Nation, operator: Api) -> None:
    first = operator.get("/reports/national/tenants", query={"limit": 3}).ok()
    rest = operator.get("/reports/national/tenants", query={"limit": 3, "cursor": first["next"]}).ok()
    listed = first["items"] + rest["items"]
    assert [(each["slug"], each["kind"], each["enrolments"]) for each in listed] == [
        ("bo-noi-vu", "ministry", 3),
        ("hue", "province", 5),
        ("trung-uong", "ministry", 3),
        ("xa-vinh-loc", "commune", 0),
    ]
    assert rest["next"] is None


@pytest.mark.parametrize(
    ("query", "slugs"),
    [
        ({"kind": "ministry"}, ["bo-noi-vu", "trung-uong"]),
        ({"q": "thanh pho"}, ["hue"]),
        ({"q": "vinh loc"}, ["xa-vinh-loc"]),
        ({"kind": "commune", "q": "thanh pho"}, []),
    ],
)
def test_organisations_are_filtered(nation: Nation, operator: Api, query: dict[str, str], slugs: list[str]) -> None:
    page = operator.get("/reports/national/tenants", query=query).ok()
    assert [each["slug"] for each in page["items"]] == slugs


def test_the_centre_sees_every_spaces_learners_of_its_course(nation: Nation, operator: Api) -> None:
    report = operator.get(f"/reports/national-courses/{nation.offered.id}").ok()
    assert report["title"] == "An toàn trên không gian mạng"
    assert report["totals"] == totals(None, 8, 4, 4)
    assert [(each["slug"], each["name"], each["enrolments"], each["completions"]) for each in report["items"]] == [
        ("bo-noi-vu", "Bộ Nội vụ", 3, 1),
        ("hue", "Thành phố Huế", 4, 2),
        ("trung-uong", "Bộ Khoa học và Công nghệ", 1, 1),
    ]
    where, cursor, seen = f"/reports/national-courses/{nation.offered.id}", None, []
    for _ in range(5):
        page = operator.get(where, query={"limit": 1, **({"cursor": cursor} if cursor else {})}).ok()
        seen += [each["slug"] for each in page["items"]]
        assert page["totals"] == report["totals"]
        cursor = page["next"]
        if cursor is None:
            break
    assert seen == ["bo-noi-vu", "hue", "trung-uong"]


def test_what_the_centre_does_not_offer_is_no_national_course(nation: Nation, operator: Api) -> None:
    operator.get(f"/reports/national-courses/{nation.own.id}").refused(404, "not_found")
    operator.get("/reports/national-courses/00000000000000000000aa").refused(404, "not_found")
    page = operator.get("/reports/national-courses").ok()
    assert [each["course"] for each in page["items"]] == [nation.offered.id]


def test_national_courses_are_listed_page_by_page(aws: Cloud, nation: Nation, operator: Api) -> None:
    space = learners.space_of_learners("da-nang")
    for number in range(3):
        for each in range(number + 1):
            learners.enrol(
                space, f"hv-{number}-{each}", f"khoa{number}", NOON, national=f"zzzzzzzzzzzzzzzzzzzzz{number}"
            )
    aws.drain()
    spaces.platform().table("people").delete(*spaces.registry_key("da-nang"))
    registry.forget("da-nang")
    report = operator.get("/reports/national").ok()
    cursor, seen = None, []
    for _ in range(6):
        query = {"limit": 2, **({"cursor": cursor} if cursor else {})}
        page = operator.get("/reports/national-courses", query=query).ok()
        seen += [(each["course"][:4], each["enrolments"], each["title"]) for each in page["items"]]
        cursor = page["next"]
        if cursor is None:
            break
    assert seen == [
        (nation.offered.id[:4], 8, "An toàn trên không gian mạng"),
        ("zzzz", 1, None),
        ("zzzz", 2, None),
        ("zzzz", 3, None),
    ]
    unlisted = next(each for each in report["tenants"] if each["slug"] == "da-nang")
    assert (unlisted["name"], unlisted["kind"], unlisted["enrolments"]) == ("da-nang", "province", 6)
    for key in learners.stored(space):
        table, pk, sk = key.split(" ")
        if table == "platform":
            spaces.platform().table("people").delete(pk, sk)


def test_only_operators_see_the_nation(nation: Nation) -> None:
    clock.set_source(lambda: NOON + DAY_S)
    for path in (
        "/reports/national",
        "/reports/national/tenants",
        "/reports/national-courses",
        f"/reports/national-courses/{nation.offered.id}",
    ):
        Api().get(path).refused(401)
        nation.centre.admin.get(path).refused(401)
        factories.operator().get(path).ok()


def test_the_nation_is_read_without_entering_any_tenants_tables(nation: Nation, operator: Api) -> None:
    asked: set[str] = set()

    def note(passing: Passing) -> Reply:
        asked.add(passing.body.decode())
        return passing.send()

    paths = (
        "/reports/national",
        "/reports/national/tenants",
        "/reports/national-courses",
        f"/reports/national-courses/{nation.offered.id}",
    )
    for path in paths:
        operator.get(path).ok()
    with steered(note), spending() as spent:
        for path in paths:
            operator.get(path).ok()
    assert asked
    assert [body for body in asked if '-platform"' not in body] == []
    spent.within_budget()
    assert [line["calls"] for line in spent.lines] == [6, 4, 1, 1]


def test_a_space_that_was_closed_stays_in_the_figures(aws: Cloud, nation: Nation, operator: Api) -> None:
    """What people learned there was learned; the organisation's name is in the registry for ever."""
    before = operator.get("/reports/national").ok()["totals"]
    factories.register("bo-noi-vu", kind="ministry", name="Bộ Nội vụ", status="closed")
    assert operator.get("/reports/national").ok()["totals"] == before
    factories.register("bo-noi-vu", kind="ministry", name="Bộ Nội vụ")
