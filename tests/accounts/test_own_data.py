"""What people see of all that is kept about them."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any, get_args

import pytest

from chalicelib import clock
from chalicelib.accounts import own_data
from chalicelib.people import persons, units
from chalicelib.people.profile import Fact
from chalicelib.threads import pacing
from tests.api import Api
from tests.apps.superapp import SuperApp
from tests.emulated import Cloud
from tests.factories import OpenedSpace, open_space, token_for
from tests.identity.people import as_signed_in, somebody
from tests.learning.courses import RIGHT, publish
from tests.spending import spending


@pytest.fixture
def hue(aws: Cloud) -> OpenedSpace:
    return open_space()


def records(api: Api, hue: OpenedSpace, part: str, limit: int = 100) -> list[dict[str, Any]]:
    """All that a part holds, page by page."""
    found: list[dict[str, Any]] = []
    query: dict[str, Any] = {"part": part, "limit": limit}
    while True:
        page = api.get(hue.at("/me/data/records"), query=query).ok()
        found += page["items"]
        if not page["next"]:
            return found
        query["cursor"] = page["next"]


def kinds(found: list[dict[str, Any]]) -> set[str]:
    return {each["kind"] for each in found}


def test_people_see_each_fact_with_its_source_and_purpose(hue: OpenedSpace) -> None:
    an = somebody(hue)
    path = units.ensure(hue.space, ["Sở Y tế"])
    facts = {"unit": Fact.told(path, "roster"), "birth": Fact.told("1996", "self")}
    persons.change(hue.space, an, an.described(facts).grouped({"workers"}, 1))
    me = as_signed_in(hue)
    me.get(hue.at("/me/data")).ok()
    with spending() as spent:
        data = me.get(hue.at("/me/data")).ok()
    spent.within_budget()
    assert [(each["name"], each["shown_vi"], each["source"]) for each in data["facts"]] == [
        ("birth", "1996", "self"),
        ("unit", "Sở Y tế", "roster"),
    ]
    assert all(each["purpose_vi"] for each in data["facts"])
    assert data["me"]["identifiers"] == [{"kind": "email", "value": "an@hue.example"}]
    assert [each["id"] for each in data["audiences"]] == ["workers"]
    assert {each["kind"]: each["days"] for each in data["terms"]} == {
        "correct": 10, "withdraw": 15, "object": 15, "delete": 20,
    }  # fmt: skip
    Api().get(hue.at("/me/data")).refused(401)


def test_everything_kept_is_told_of_and_no_secret_is(aws: Cloud, hue: OpenedSpace) -> None:
    """Somebody who has done all that there is to do: each kind of thing is known by name, none is passed over."""
    somebody(hue)
    me = as_signed_in(hue)
    person_id = me.get(hue.at("/me")).ok()["id"]
    course = publish(hue.space, "1 2Q 3")
    me.put(hue.at(f"/me/enrolments/{course}"))
    me.put(hue.at(f"/me/enrolments/{course}/progress/1"), {"status": "done"}).ok()
    me.put(hue.at(f"/me/enrolments/{course}/progress/3"), {"status": "started", "position_s": 14}).ok()
    sheet = {"lesson": "2", "answers": RIGHT}
    me.post(hue.at(f"/me/enrolments/{course}/attempts"), sheet).ok(201)
    me.post(hue.at("/me/requests"), {"kind": "correct", "text": "Sai tên"}).ok(201)
    Api().post(hue.at("/password-resets"), {"login": "an@hue.example"})
    aws.drain()
    account, learning = records(me, hue, "account"), records(me, hue, "learning")
    assert {"person", "session", "data_request", "open_data_request"} <= kinds(account)
    assert {"learner", "enrolment", "attempt", "active_day"} <= kinds(learning)
    known = {each.name for each in own_data.KINDS.values()}
    assert kinds(account) | kinds(learning) <= known
    (enrolment,) = (each for each in learning if each["kind"] == "enrolment")
    assert enrolment["about"] == {"course": course}
    assert "1" in enrolment["facts"]["lessons_done"]
    assert enrolment["facts"]["attempts"] == {"2": 1}
    (position,) = enrolment["facts"]["positions"].values()
    assert position["position_s"] == 14
    assert position["at"].endswith("Z")
    (attempt,) = (each for each in learning if each["kind"] == "attempt")
    assert attempt["about"] == {"course": course, "lesson": "2", "number": "0001"}
    assert attempt["facts"]["answers"] == RIGHT
    session = hue.space.table("people").query_all(f"person#{person_id}", begins_with="session#")[0]
    assert session["hash"] not in str(account)
    assert records(me, hue, "account", limit=2) == account
    assert records(me, hue, "learning", limit=1) == learning


def test_times_are_told_as_times_and_days_as_days(aws: Cloud, hue: OpenedSpace) -> None:
    """Nobody reads seconds since 1970, and a mark in a key is no name."""
    clock.set_source(lambda: datetime(2026, 11, 24, 18, 0, tzinfo=UTC).timestamp())  # past midnight in Vietnam
    somebody(hue)
    me = as_signed_in(hue)
    course = publish(hue.space, "1")
    me.put(hue.at(f"/me/enrolments/{course}"))
    me.put(hue.at(f"/me/enrolments/{course}/progress/1"), {"status": "done"}).ok()
    aws.drain()
    found = records(me, hue, "account") + records(me, hue, "learning")
    by_kind = {each["kind"]: each for each in found}
    enrolled = by_kind["enrolment"]["facts"]
    now = "2026-11-24T18:00:00.000Z"
    assert [enrolled[name] for name in ("enrolled_at", "completed_at", "last_activity_at")] == [now] * 3
    assert enrolled["audiences"] == ["citizens"]
    assert by_kind["audiences"]["facts"] == {"since": {"citizens": now}}
    assert by_kind["learner"]["facts"]["since"] == now
    assert by_kind["session"]["facts"]["until"] > now
    assert {"day": "2026-11-25", "course": course} in [each["about"] for each in found]
    numbers = [value for each in found for value in each["facts"].values() if isinstance(value, int)]
    assert all(abs(value) < 10_000 for value in numbers)


def test_what_an_app_told_and_was_allowed_to_is_among_it(aws: Cloud, hue: OpenedSpace) -> None:
    app = SuperApp.trusted(hue)
    entered = app.entered(name="Nguyễn Văn An", birthdate="1996-07-03")
    me = Api(entered["access_token"])
    data = me.get(hue.at("/me/data")).ok()
    assert [each["name"] for each in data["consents"]] == ["Hue-S"]
    (consent,) = (each for each in records(me, hue, "account") if each["kind"] == "consent")
    assert consent["facts"]["told"]["birth"] == "1996-07-03"


def test_nobody_sees_anothers(hue: OpenedSpace) -> None:
    an, binh = somebody(hue), somebody(hue, "binh@hue.example", name="Trần Bình")
    seen = records(token_for(hue, ["learner"], binh.id), hue, "account")
    assert an.id not in str(seen)
    assert "Nguyễn Văn An" not in str(seen)
    cursor = token_for(hue, ["learner"], an.id).get(hue.at("/me/data/records"), query={"part": "account", "limit": 1})
    more = {"part": "account", "limit": 100, "cursor": cursor.ok()["next"]}
    page = token_for(hue, ["learner"], binh.id).get(hue.at("/me/data/records"), query=more)
    assert an.id not in page.text


def test_all_that_is_counted_of_a_writer_is_told() -> None:
    assert set(get_args(pacing.What)) <= set(own_data.KINDS["pace"].facts)
