"""Profiles: what a space knows of a person, from whom and what for; who may say what; and the audiences that follow."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest

from chalicelib import clock
from chalicelib.http import tokens
from chalicelib.people import persons, profile, units
from chalicelib.people.person import Person
from tests.api import Api
from tests.audiences.people import audiences_of, put
from tests.emulated import Cloud
from tests.factories import OpenedSpace, open_space, token_for
from tests.identity.people import PASSWORD, sign_in
from tests.spending import spending


@pytest.fixture
def hue(aws: Cloud) -> OpenedSpace:
    return open_space()


def as_(hue: OpenedSpace, person: Person) -> Api:
    return token_for(hue, ["learner"], person.id)


def facts(answer: Any) -> dict[str, Any]:
    """The facts of a profile by field: value and source."""
    return {each["name"]: (each["value"], each["source"]) for each in answer["facts"] if each["value"]}


def test_a_person_sees_what_is_known_from_whom_and_what_for(hue: OpenedSpace) -> None:
    unit = units.ensure(hue.space, ["Sở Y tế", "Phòng Kế hoạch"])
    person = put(hue, birth="1996-07-03", province="46", unit=unit)
    as_(hue, person).get(hue.at("/me/profile")).ok()
    with spending() as spent:
        mine = as_(hue, person).get(hue.at("/me/profile")).ok()
    spent.within_budget()
    assert facts(mine) == {"birth": ("1996-07-03", "roster"), "province": ("46", "roster"), "unit": (unit, "roster")}
    shown = {each["name"]: each["shown_vi"] for each in mine["facts"]}
    assert (shown["unit"], shown["province"]) == ("Sở Y tế / Phòng Kế hoạch", "Thành phố Huế")
    assert shown["birth"] == "1996"  # the year is what it is called and asked for
    assert all(each["purpose_vi"] and each["purpose_en"] for each in mine["facts"])
    assert "disability" not in shown  # not asked for, and not known


def test_what_people_tell_of_themselves_stays_and_moves_them_at_once(hue: OpenedSpace) -> None:
    person = put(hue, occupation="pupil")
    me = as_(hue, person)
    me.get(hue.at("/me/profile")).ok()
    with spending() as spent:
        told = me.patch(hue.at("/me/profile"), {"occupation": "worker", "birth": "2001"}).ok()
    spent.within_budget()
    assert facts(told) == {"occupation": ("worker", "self"), "birth": ("2001", "self")}
    assert audiences_of(hue, person) == {"workers"}
    kept = persons.get(hue.space, person.id).profile
    assert profile.merged(kept, {"occupation": "pupil"}, "roster") == kept
    removed = me.patch(hue.at("/me/profile"), {"occupation": None}).ok()
    assert facts(removed) == {"birth": ("2001", "self")}
    assert audiences_of(hue, person) == {"citizens"}


def test_the_same_again_changes_nothing(hue: OpenedSpace) -> None:
    person = put(hue)
    first = as_(hue, person).patch(hue.at("/me/profile"), {"province": "Thừa Thiên - Huế"})
    with spending() as spent:
        again = as_(hue, person).patch(hue.at("/me/profile"), {"province": "TP. Huế"})
    assert facts(again.ok())["province"] == ("46", "self")
    assert first.headers["etag"] == again.headers["etag"]
    assert spent.last["wcu"] == 0


def test_what_the_organisation_says_of_its_people_they_do_not_say_otherwise(hue: OpenedSpace) -> None:
    one, other = units.ensure(hue.space, ["Sở Y tế"]), units.ensure(hue.space, ["Sở Xây dựng"])
    person = put(hue, unit=one)
    refused = as_(hue, person).patch(hue.at("/me/profile"), {"unit": other, "birth": "2001"})
    assert {each["code"] for each in refused.refused(422)["errors"]} == {"told_by_organisation"}
    assert refused.bad_fields == {"unit"}
    newcomer = put(hue)
    assert facts(as_(hue, newcomer).patch(hue.at("/me/profile"), {"unit": other}).ok()) == {"unit": (other, "self")}
    refused = as_(hue, newcomer).patch(hue.at("/me/profile"), {"unit": "zzzzzzzz"})
    refused.refused(422)
    assert refused.bad_fields == {"unit"}


def test_every_bad_value_is_named(hue: OpenedSpace) -> None:
    bad = {"birth": "1850", "gender": "x", "province": "Atlantis", "ward": "<b>", "unit": "../x", "shoe": "43"}
    reply = as_(hue, put(hue)).patch(hue.at("/me/profile"), bad)
    reply.refused(422)
    assert reply.bad_fields == set(bad)


def test_a_ward_is_told_by_its_name_or_code_and_shown_by_its_name(hue: OpenedSpace) -> None:
    me = as_(hue, put(hue, province="46"))
    told = me.patch(hue.at("/me/profile"), {"ward": "p. thuận hoá"}).ok()
    assert facts(told)["ward"] == ("19789", "self")
    (ward,) = [each for each in told["facts"] if each["name"] == "ward"]
    assert "Phường Thuận Hóa" in ward.values()
    moved = me.patch(hue.at("/me/profile"), {"ward": "00004"}).ok()  # Ba Đình, in Hà Nội
    assert {name: facts(moved)[name] for name in ("province", "ward")} == {
        "province": ("01", "self"),
        "ward": ("00004", "self"),
    }
    refused = me.patch(hue.at("/me/profile"), {"province": "Huế", "ward": "00004"})
    assert {each["code"] for each in refused.refused(422)["errors"]} == {"ward_elsewhere"}
    assert refused.bad_fields == {"ward"}
    assert "ward" not in facts(me.patch(hue.at("/me/profile"), {"province": "46"}).ok())


def test_an_admin_corrects_what_was_read_and_no_list_writes_over_it(hue: OpenedSpace) -> None:
    person = put(hue, position="Chuyên viên")
    address = hue.at(f"/people/{person.id}/profile")
    read = hue.admin.get(address)
    assert facts(read.ok()) == {"position": ("Chuyên viên", "roster")}
    hue.admin.patch(address, {"position": "Chánh văn phòng"}).refused(428)
    seen = {"if-match": read.headers["etag"]}
    changed = hue.admin.patch(address, {"position": "Chánh văn phòng", "occupation": "civil_servant"}, headers=seen)
    assert facts(changed.ok()) == {"position": ("Chánh văn phòng", "admin"), "occupation": ("civil_servant", "admin")}
    hue.admin.patch(address, {"position": "Khác"}, headers=seen).refused(412)
    hue.tutor.get(address).refused(403)
    hue.author.patch(address, {}, headers=seen).refused(403)


def test_a_space_says_what_it_asks_for(hue: OpenedSpace) -> None:
    read = hue.author.get(hue.at("/profile-fields"))
    usual = {each["name"] for each in read.ok()["fields"] if each["asked"]}
    assert "disability" not in usual
    seen = {"if-match": read.headers["etag"]}
    hue.author.put(hue.at("/profile-fields"), {"asked": ["birth"]}, headers=seen).refused(403)
    hue.admin.put(hue.at("/profile-fields"), {"asked": ["birth"]}).refused(428)
    chosen = hue.admin.put(hue.at("/profile-fields"), {"asked": ["disability", "birth"]}, headers=seen).ok()
    assert [each["name"] for each in chosen["fields"] if each["asked"]] == ["birth", "disability"]
    hue.admin.put(hue.at("/profile-fields"), {"asked": []}, headers=seen).refused(412)
    hue.admin.put(hue.at("/profile-fields"), {"asked": ["birth", "birth"]}, headers={"if-match": "*"}).refused(422)


def test_what_is_not_asked_for_is_not_taken(hue: OpenedSpace) -> None:
    person = put(hue, occupation="pupil")
    hue.admin.put(hue.at("/profile-fields"), {"asked": ["birth"]}, headers={"if-match": "*"}).ok()
    me = as_(hue, person)
    refused = me.patch(hue.at("/me/profile"), {"gender": "male", "disability": "vision"})
    assert {each["code"] for each in refused.refused(422)["errors"]} == {"field_not_asked"}
    assert facts(me.get(hue.at("/me/profile")).ok()) == {"occupation": ("pupil", "roster")}  # known, so shown
    assert facts(me.patch(hue.at("/me/profile"), {"occupation": None}).ok()) == {}


def test_on_the_first_day_a_choice_is_made_by_one_of_two(hue: OpenedSpace) -> None:
    seen = {"if-match": hue.admin.get(hue.at("/profile-fields")).headers["etag"]}
    hue.admin.put(hue.at("/profile-fields"), {"asked": ["gender"]}, headers=seen).ok()
    hue.admin.put(hue.at("/profile-fields"), {"asked": ["birth"]}, headers=seen).refused(412)


def test_whoever_registers_or_is_invited_is_in_an_audience_from_the_first_moment(hue: OpenedSpace) -> None:
    new = {"name": "Nguyễn Văn An", "login": "0912 345 678", "password": PASSWORD}
    registered = Api().post(hue.at("/people"), new).ok(201)
    invitation = {"name": "Lê Thị Bình", "email": "binh@hue.example", "roles": ["author"]}
    invited = hue.admin.post(hue.at("/people"), invitation).ok(201)
    for each in (registered, invited):
        assert set(persons.get(hue.space, each["id"]).audiences) == {"citizens"}
    token = sign_in(hue, "0912345678")["access_token"]
    assert tokens.verify(token, hue.slug).audiences == ("citizens",)


def test_a_staff_code_that_an_admin_gives_or_takes_moves_the_person_at_once(hue: OpenedSpace) -> None:
    person = put(hue)
    where = hue.at(f"/people/{person.id}/identifiers")
    code = {"kind": "staff_code", "value": "CB0000001"}
    assert audiences_of(hue, person) == {"citizens"}
    hue.admin.patch(where, {"add": [code]}, headers={"if-match": "*"}).ok()
    assert audiences_of(hue, person) == {"public-sector"}
    hue.admin.patch(where, {"remove": [code]}, headers={"if-match": "*"}).ok()
    assert audiences_of(hue, person) == {"citizens"}


def test_codes_are_told_in_words_of_both_languages(hue: OpenedSpace) -> None:
    person = put(hue, occupation="farmer", gender="male")
    facts_ = {each["name"]: each for each in as_(hue, person).get(hue.at("/me/profile")).ok()["facts"]}
    assert [facts_["occupation"][name] for name in ("value", "shown_vi", "shown_en")] == [
        "farmer",
        "Nông dân",
        "Farmer",
    ]
    assert [facts_["gender"][name] for name in ("value", "shown_vi", "shown_en")] == ["male", "Nam", "Male"]
    assert {"value": "farmer", "label_vi": "Nông dân", "label_en": "Farmer"} in facts_["occupation"]["choices"]
    for field in hue.admin.get(hue.at("/profile-fields")).ok()["fields"]:
        assert [each["value"] for each in field["choices"]] == list(profile.FIELDS[field["name"]].choices)


def test_staff_reads_of_people_what_codes_mean(hue: OpenedSpace) -> None:
    unit = units.ensure(hue.space, ["Sở Y tế", "Phòng Kế hoạch"])
    person = put(hue, birth="1996-07-03", occupation="farmer", province="46", ward="19789", unit=unit)
    (listed,) = hue.admin.get(hue.at("/people")).ok()["items"]
    assert listed == hue.admin.get(hue.at(f"/people/{person.id}")).ok()
    assert [(each["field"], each["value"], each["shown_vi"], each["shown_en"]) for each in listed["facts"]] == [
        ("birth", "1996-07-03", "1996", "1996"),
        ("occupation", "farmer", "Nông dân", "Farmer"),
        ("province", "46", "Thành phố Huế", "Thành phố Huế"),
        ("ward", "19789", "Phường Thuận Hóa", "Phường Thuận Hóa"),
        ("unit", unit, "Sở Y tế / Phòng Kế hoạch", "Sở Y tế / Phòng Kế hoạch"),
    ]


def test_a_fact_is_told_on_vietnams_day(hue: OpenedSpace) -> None:
    clock.set_source(lambda: datetime(2026, 11, 24, 18, 0, tzinfo=UTC).timestamp())  # past midnight in Vietnam
    person = put(hue, occupation="farmer")
    facts_ = {each["name"]: each for each in as_(hue, person).get(hue.at("/me/profile")).ok()["facts"]}
    assert facts_["occupation"]["told_on"] == "2026-11-25"
