"""The trail as people read it: the platform's for operators, each space's for its admins."""

from __future__ import annotations

import pytest

from chalicelib import clock, ids
from chalicelib.http.endpoint import OPERATIONS
from chalicelib.identity import registration
from chalicelib.storage import spaces
from tests.api import Api
from tests.emulated import Cloud
from tests.factories import OpenedSpace, open_space, operator, published_course, token_for
from tests.provisioning.tenants import new_tenant
from tests.spending import spending


@pytest.fixture
def hue(aws: Cloud) -> OpenedSpace:
    return open_space()


def _edit(who: Api, hue: OpenedSpace, welcome: str) -> None:
    etag = who.get(hue.at("/settings")).headers["etag"]
    who.patch(hue.at("/settings"), {"settings": {"welcome": welcome}}, headers={"if-match": etag}).ok()


def test_an_admin_reads_who_did_what_when_and_from_where(hue: OpenedSpace) -> None:
    person = registration.ensure(hue.space, "Trần Thị Bình", "binh@hue.example", "chim-sáo-qua-sông-Hương", ["admin"])
    admin = token_for(hue.space, ["admin"], person.id)
    admin.address = "203.0.113.7"
    _edit(admin, hue, "Số điện thoại của tôi là 0912345678")
    (record,) = hue.admin.get(hue.at("/audit")).ok()["items"]
    assert record.pop("at").startswith(clock.timestamp()[:10])
    assert record.pop("request_id")
    assert record == {
        "actor": {"id": person.id, "name": "Trần Thị Bình", "roles": ["admin"]},
        "operation": "edit_settings",
        "target": {},
        "made": None,
        "fields": ["settings"],
        "given": None,
        "address": "203.0.113.7",
        "outcome": "done",
    }


def test_what_was_refused_is_there_with_its_reason(hue: OpenedSpace) -> None:
    hue.admin.patch(hue.at("/settings"), {"settings": {"language": "en"}}).refused(428)
    hue.admin.patch(hue.at("/settings"), {}, headers={"if-match": '"9"'}).refused(412)
    records = hue.admin.get(hue.at("/audit")).ok()["items"]
    assert [record["outcome"] for record in records] == ["stale", "if_match_required"]


def test_an_actor_of_whom_nothing_is_kept_has_no_name(hue: OpenedSpace) -> None:
    _edit(hue.admin, hue, "Chào")
    (record,) = hue.admin.get(hue.at("/audit")).ok()["items"]
    assert record["actor"] == {"id": hue.people["admin"], "name": None, "roles": ["admin"]}


def test_an_operators_action_is_in_the_platforms_trail_and_in_no_spaces(hue: OpenedSpace) -> None:
    caller = operator()
    caller.post(f"/tenants/{hue.slug}/suspension", {"reason": "Ông Nguyễn Văn An yêu cầu"}).ok()
    newest = caller.get("/audit", query={"limit": 1}).ok()["items"][0]
    assert (newest["operation"], newest["target"], newest["fields"]) == (
        "suspend_tenant",
        {"slug": hue.slug},
        ["reason"],
    )
    assert "Nguyễn Văn An" not in str(newest)
    assert hue.admin.get(hue.at("/audit")).ok()["items"] == []


def test_opening_a_tenant_tells_its_slug_and_nothing_of_its_admin(aws: Cloud) -> None:
    caller = operator()
    caller.post("/tenants", new_tenant("quang-tri")).ok(202)
    caller.post("/tenants", new_tenant("quang-tri")).refused(422)
    refused, done = caller.get("/audit", query={"limit": 2}).ok()["items"]
    assert (done["given"], done["outcome"]) == ({"slug": "quang-tri", "kind": "province"}, "done")
    assert (refused["given"], refused["outcome"]) == ({"slug": "quang-tri", "kind": "province"}, "invalid_input")
    assert "Bình" not in str(done)
    assert "@" not in str(done)


def test_pages_newest_first_month_by_month(hue: OpenedSpace) -> None:
    for month, day in [(9, 30), (10, 1), (10, 15), (10, 31)]:
        _record(hue, f"2026-{month:02d}-{day:02d}T23:59:59.999Z")

    def days(**query: object) -> list[str]:
        return [item["at"][:10] for item in hue.admin.get(hue.at("/audit"), query=query).ok()["items"]]

    assert days(month="2026-10") == ["2026-10-31", "2026-10-15", "2026-10-01"]
    assert days(month="2026-09") == ["2026-09-30"]
    assert days(month="2026-08") == []
    first = hue.admin.get(hue.at("/audit"), query={"month": "2026-10", "limit": 2}).ok()
    assert days(month="2026-10", limit=2, cursor=first["next"]) == ["2026-10-01"]
    hue.admin.get(hue.at("/audit"), query={"month": "2026-09", "cursor": first["next"]}).refused(400, "bad_cursor")


def _record(hue: OpenedSpace, at: str) -> None:
    hue.space.table("people").create(
        {
            "pk": f"audit#{at[:7]}",
            "sk": f"{at}#{ids.new()}",
            "at": at,
            "actor": hue.people["admin"],
            "roles": ["admin"],
            "operation": "edit_settings",
            "target": {},
            "address": "203.0.113.7",
            "request": ids.new(),
        }
    )


def test_the_present_month_unless_told(hue: OpenedSpace) -> None:
    now = clock.from_timestamp("2027-02-28T23:59:59.000Z").timestamp()
    clock.set_source(lambda: now)
    _edit(hue.admin, hue, "Chào")
    assert len(hue.admin.get(hue.at("/audit")).ok()["items"]) == 1
    clock.set_source(lambda: now + 2)
    assert hue.admin.get(hue.at("/audit")).ok()["items"] == []
    assert len(hue.admin.get(hue.at("/audit"), query={"month": "2027-02"}).ok()["items"]) == 1


@pytest.mark.parametrize("month", ["2026", "2026-13", "2026-1", "2026-11-24", "1999-01", "2026-11\n", "x"])
def test_what_is_no_month(hue: OpenedSpace, month: str) -> None:
    reply = hue.admin.get(hue.at("/audit"), query={"month": month})
    reply.refused(422)
    assert reply.bad_fields == {"month"}


def test_a_page_costs_two_calls(hue: OpenedSpace) -> None:
    for number in range(3):
        _edit(hue.admin, hue, f"Chào {number}")
    hue.admin.get(hue.at("/audit")).ok()
    with spending() as spent:
        hue.admin.get(hue.at("/audit")).ok()
    assert spent.last["calls"] == 2


def test_nobody_may_change_or_remove_a_record(hue: OpenedSpace) -> None:
    assert {each.method for each in OPERATIONS if "/audit" in each.path} == {"GET"}
    for who, path in ((operator(), "/audit"), (hue.admin, hue.at("/audit"))):
        for method in ("POST", "PUT", "PATCH", "DELETE"):
            who.call(method, path, {}).refused(405, "method_not_allowed")


def test_only_admins_and_operators_read_it(hue: OpenedSpace, api: Api) -> None:
    for who in (hue.author, hue.tutor, hue.learner):
        who.get(hue.at("/audit")).refused(403, "forbidden")
    api.get(hue.at("/audit")).refused(401)
    api.get("/audit").refused(401)
    hue.admin.get("/audit").refused(401, "invalid_token")
    open_space().admin.get(hue.at("/audit")).refused(401, "invalid_token")
    operator().get(hue.at("/audit")).refused(401, "invalid_token")


def test_an_empty_trail(aws: Cloud) -> None:
    assert spaces.platform().is_platform
    assert operator().get("/audit", query={"month": "2020-01"}).ok() == {"items": [], "next": None}


def test_a_creation_says_what_it_made(hue: OpenedSpace) -> None:
    made = hue.author.post(hue.at("/courses"), {"title": "An toàn trên mạng"}).ok(201)
    hue.author.post(hue.at("/courses"), {"title": ""}).refused(422)
    (record,) = hue.admin.get(hue.at("/audit")).ok()["items"]
    assert (record["operation"], record["made"], record["outcome"]) == ("create_course", made["id"], "done")


def test_taking_a_list_of_learners_away_is_recorded(hue: OpenedSpace) -> None:
    course = published_course(hue)
    assert hue.tutor.get(hue.at(f"/reports/courses/{course.id}/learners.csv")).status == 200
    newest = hue.admin.get(hue.at("/audit")).ok()["items"][0]
    assert newest["operation"] == "download_course_report"
    assert newest["target"] == {"course": course.id}
