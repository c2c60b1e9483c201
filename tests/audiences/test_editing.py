"""Audiences over HTTP: the four that are ready-made, a space's own, and who may change what from which state."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from typing import Any

import pytest

from chalicelib import ids
from chalicelib.audiences import store
from chalicelib.audiences.membership import regrouped
from chalicelib.audiences.models import MOST
from chalicelib.people import persons, units
from tests.audiences.people import PUPILS, audiences_of, made, put
from tests.emulated import Cloud
from tests.factories import OpenedSpace, open_space
from tests.spending import spending

READY = ["public-sector", "students", "workers", "citizens"]


@pytest.fixture
def hue(aws: Cloud) -> OpenedSpace:
    return open_space()


def ids_of(hue: OpenedSpace) -> list[str]:
    return [each["id"] for each in hue.admin.get(hue.at("/audiences")).ok()["items"]]


def etag(hue: OpenedSpace, audience: str) -> dict[str, str]:
    return {"if-match": hue.admin.get(hue.at(f"/audiences/{audience}")).headers["etag"]}


def test_the_four_of_the_decision_are_there_from_the_first_day(hue: OpenedSpace) -> None:
    listed = hue.author.get(hue.at("/audiences")).ok()
    assert [each["id"] for each in listed["items"]] == READY
    assert all(each["ready_made"] and each["draft"] for each in listed["items"])
    assert listed["items"][0]["name"] == "Cán bộ, công chức, viên chức"
    english = hue.author.get(hue.at("/audiences/citizens"), headers={"accept-language": "en"}).ok()
    assert english["name"] == "Citizens"
    hue.learner.get(hue.at("/audiences")).refused(403)


def test_a_new_person_is_in_what_suits_them(hue: OpenedSpace) -> None:
    assert audiences_of(hue, put(hue, occupation="pupil")) == {"students"}
    assert audiences_of(hue, put(hue, position="Chuyên viên")) == {"public-sector"}
    assert audiences_of(hue, put(hue)) == {"citizens"}
    assert audiences_of(hue, put(hue, code="CB0000001")) == {"public-sector"}
    assert audiences_of(hue, put(hue, code="SV0000002", occupation="student")) == {"students"}
    audience = made(hue, PUPILS)
    assert audiences_of(hue, put(hue, occupation="pupil")) == {"students", audience}


def test_an_account_that_has_gone_up_in_another_is_in_none(hue: OpenedSpace) -> None:
    person = replace(persons.new("An", [], ["learner"]), merged_into=ids.new())
    assert not regrouped(hue.space, person).audiences


def test_an_audience_is_made_once_however_often_it_is_asked_for(hue: OpenedSpace) -> None:
    asked = {"name": "  Lãnh đạo  xã ", "about": "Chủ tịch và phó chủ tịch", "rule": PUPILS}
    key = {"idempotency-key": ids.new()}
    first = hue.admin.post(hue.at("/audiences"), asked, headers=key)
    again = hue.admin.post(hue.at("/audiences"), asked, headers=key)
    assert first.ok(201)["id"] == again.ok(201)["id"]
    assert first.json["name"] == "Lãnh đạo xã"
    assert ids_of(hue) == [*READY, first.json["id"]]


def test_an_edit_is_of_the_state_that_was_read(hue: OpenedSpace) -> None:
    audience = made(hue, PUPILS)
    address, seen = hue.at(f"/audiences/{audience}"), etag(hue, audience)
    hue.admin.patch(address, {"name": "Học sinh"}).refused(428)
    changed = hue.admin.patch(address, {"name": "Học sinh"}, headers=seen)
    assert (changed.ok()["name"], changed.json["rule"]) == ("Học sinh", PUPILS)
    hue.admin.patch(address, {"name": "Khác"}, headers=seen).refused(412)
    students = {"op": "in", "field": "occupation", "values": ["student"]}
    hue.admin.patch(address, {"rule": students}, headers=seen).refused(412)
    after = hue.admin.patch(address, {"rule": students}, headers=etag(hue, audience)).ok()
    assert (after["name"], after["rule"]) == ("Học sinh", students)
    assert hue.admin.patch(address, {"rule": None}, headers={"if-match": "*"}).bad_fields == {"rule"}


def test_a_ready_made_audience_is_edited_and_never_removed(hue: OpenedSpace) -> None:
    address = hue.at("/audiences/students")
    edited = hue.admin.patch(address, {"rule": PUPILS}, headers=etag(hue, "students")).ok()
    assert (edited["ready_made"], edited["draft"], edited["rule"]) == (True, False, PUPILS)
    assert ids_of(hue) == READY
    hue.admin.delete(address).refused(409, "audience_ready_made")
    assert audiences_of(hue, put(hue, occupation="student")) == set()  # neither pupil nor, by the draft, citizen


def test_of_two_who_change_different_audiences_at_once_both_do(hue: OpenedSpace) -> None:
    names = [f"Nhóm {number}" for number in range(4)]
    with ThreadPoolExecutor(4) as threads:
        found = [*threads.map(lambda name: made(hue, PUPILS, name), names)]
    assert sorted(ids_of(hue)) == sorted([*READY, *found])


def test_a_space_has_so_many_audiences_and_no_more(hue: OpenedSpace) -> None:
    for number in range(MOST):
        item = {"name": str(number), "about": "", "rule": '{"op":"known","field":"birth"}'}
        hue.space.table("people").put({"pk": "audiences", "sk": ids.new(), "version": 1, **item})
    refused = hue.admin.post(hue.at("/audiences"), {"name": "Thêm", "rule": PUPILS}).refused(409, "too_many_audiences")
    assert "50" in refused["detail"]
    with spending() as spent:
        assert len(ids_of(hue)) == MOST + len(READY)
    spent.within_budget()


def test_a_rule_names_units_that_there_are(hue: OpenedSpace) -> None:
    unit = units.ensure(hue.space, ["Sở Y tế"])
    within: dict[str, Any] = {"op": "within", "field": "unit", "units": [unit]}
    audience = made(hue, within)
    room = units.ensure(hue.space, ["Sở Y tế", "Phòng Kế hoạch"])
    assert audience in audiences_of(hue, put(hue, unit=room))
    asked = {"name": "Khác", "rule": {"op": "not", "rule": {**within, "units": ["zzzzzzzz"]}}}
    refused = hue.admin.post(hue.at("/audiences"), asked)
    refused.refused(422)
    assert refused.bad_fields == {"rule"}


def test_faults_of_a_rule_are_named_by_their_place(hue: OpenedSpace) -> None:
    rule = {"op": "any", "rules": [PUPILS, {"op": "in", "field": "gender", "values": ["x"]}]}
    reply = hue.admin.post(hue.at("/audiences"), {"name": "", "rule": rule})
    reply.refused(422)
    assert reply.bad_fields == {"name", "rule.rules.1.values"}


def test_what_is_no_audience_is_not_found(hue: OpenedSpace) -> None:
    nowhere = hue.at(f"/audiences/{ids.new()}")
    hue.admin.get(nowhere).refused(404)
    hue.admin.delete(nowhere).refused(404)
    hue.admin.patch(nowhere, {"name": "A"}, headers={"if-match": "*"}).refused(404)
    assert hue.admin.get(f"{nowhere}/people").ok() == {"items": [], "next": None}


def test_a_removed_audience_is_gone_at_once_for_whoever_is_new(hue: OpenedSpace) -> None:
    audience = made(hue, PUPILS)
    hue.admin.delete(hue.at(f"/audiences/{audience}")).ok(204)
    assert ids_of(hue) == READY
    assert audiences_of(hue, put(hue, occupation="pupil")) == {"students"}
    state, written = store.read(hue.space)
    assert (state["number"], written) == (2, {})
