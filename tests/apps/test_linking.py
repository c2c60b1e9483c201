"""Which account an app's person gets: verified identifiers join, unverified ones never do, doubt is an admin's."""

from __future__ import annotations

from typing import Any

import pytest

from chalicelib import ids
from chalicelib.http.permissions import Role
from chalicelib.identity import passwords
from chalicelib.people import persons, space_key
from chalicelib.people.identifiers import Identifier
from chalicelib.people.person import Person
from chalicelib.people.profile import Fact
from tests.api import Api
from tests.apps.superapp import SuperApp
from tests.emulated import Cloud
from tests.factories import OpenedSpace
from tests.identity.people import PASSWORD, sign_in

NUMBER = "046096660479"
PHONE = Identifier("phone", "+84912345678")
VERIFIED: dict[str, Any] = {"phone_number": "0912345678", "phone_number_verified": True}


def listed(
    hue: OpenedSpace, *known_by: Identifier, roles: tuple[Role, ...] = ("learner",), status: Any = "invited"
) -> Person:
    """Somebody whom a roster has brought."""
    made = persons.new(
        "Nguyễn Văn Ân",
        known_by,
        roles,
        status=status,
        by="roster",
        profile={"occupation": Fact("worker", "roster", "2026-11-01"), "gender": Fact("male", "self", "2026-11-01")},
    )
    return persons.add(hue.space, made, password_hash=passwords.hash_new(PASSWORD), via="roster")


def cases(app: SuperApp) -> Any:
    """What an admin is shown to look at."""
    return app.hue.admin.get(app.hue.at("/ambiguous-sign-ins")).ok()["items"]


def others(case: Any) -> set[str]:
    """The accounts to which an app's word leads besides."""
    return {each["person"] for each in case["points"]}


@pytest.mark.parametrize("claim", ["phone", "email", "national_id"])
def test_a_verified_identifier_joins_the_rosters_account(claim: str, hue: OpenedSpace, app: SuperApp) -> None:
    known: dict[str, tuple[Identifier, dict[str, Any]]] = {
        "phone": (PHONE, VERIFIED),
        "email": (
            Identifier("email", "an@hue.example"),
            {"email": "An@Hue.example", "email_verified": True},
        ),
        "national_id": (
            space_key.national_id(hue.space, NUMBER),
            {"citizen_id": NUMBER, "citizen_id_verified": True},
        ),
    }
    identifier, claims = known[claim]
    there = listed(hue, identifier)
    assert app.person(**claims, job="student", gender="female", birthdate="2001") == there.id
    person = persons.get(hue.space, there.id)
    assert person.status == "active"
    assert person.name == "Nguyễn Văn Ân"
    assert person.profile["occupation"].value == "student"  # a list's word yields to the newer one
    assert person.profile["gender"].value == "male"  # what they wrote by hand does not
    assert person.profile["birth"].value == "2001"
    assert [each.kind for each in person.identifiers] == [identifier.kind, "app"]
    assert hue.admin.get(app.at("/links")).ok()["items"][0]["how"] == "joined"


@pytest.mark.parametrize("verified", [None, False, "true", 1])
def test_an_unverified_identifier_never_joins_nor_is_kept(verified: Any, hue: OpenedSpace, app: SuperApp) -> None:
    there = listed(hue, PHONE)
    person_id = app.person(phone_number="0912345678", phone_number_verified=verified)
    assert person_id != there.id
    assert [each.kind for each in persons.get(hue.space, person_id).identifiers] == ["app"]
    assert cases(app) == []


def test_a_verified_number_that_nobody_has_becomes_theirs(hue: OpenedSpace, app: SuperApp) -> None:
    person_id = app.person(**VERIFIED)
    assert persons.owners(hue.space, [PHONE]) == {PHONE: person_id}
    assert app.person(**VERIFIED) == person_id


def test_the_way_in_by_password_opens_the_same_account(hue: OpenedSpace, app: SuperApp) -> None:
    there = listed(hue, Identifier("staff_code", "CB1"), PHONE, status="active")
    mail: dict[str, Any] = {"email": "an@hue.example", "email_verified": True}
    assert app.person(**VERIFIED, **mail) == there.id
    assert sign_in(hue, "an@hue.example")["person"]["id"] == there.id
    assert sign_in(hue, "cb1")["person"]["id"] == there.id


def test_two_accounts_are_a_conflict_for_an_admin(hue: OpenedSpace, app: SuperApp) -> None:
    first = listed(hue, PHONE)
    second = listed(hue, Identifier("email", "an@hue.example"))
    person_id = app.person(**VERIFIED, email="an@hue.example", email_verified=True)
    assert person_id not in (first.id, second.id)
    assert [each.kind for each in persons.get(hue.space, person_id).identifiers] == ["app"]
    (case,) = cases(app)
    assert (case["by"], case["rows"]) == ({"kind": "app", "id": app.id, "name": "Hue-S"}, None)
    assert (case["person"], case["name"]) == (person_id, "Nguyễn Văn An")
    assert {(each["kind"], each["shown"][-3:], each["person"]) for each in case["points"]} == {
        ("phone", "678", first.id),
        ("email", "ple", second.id),
    }
    assert "an@hue.example" not in str(case)
    assert app.person(**VERIFIED, email="an@hue.example", email_verified=True) == person_id


def test_a_staff_account_is_not_opened_by_an_apps_word(hue: OpenedSpace, app: SuperApp) -> None:
    boss = listed(hue, PHONE, roles=("admin", "learner"), status="active")
    person_id = app.person(**VERIFIED)
    assert person_id != boss.id
    assert others(cases(app)[0]) == {boss.id}


def test_nobody_acts_as_an_admin_by_an_apps_word(hue: OpenedSpace, app: SuperApp) -> None:
    """Neither who becomes one later, nor by an admin's own hand."""
    boss = listed(hue, Identifier("staff_code", "CB1"), roles=("admin", "learner"), status="active")
    person_id = app.person()
    hue.admin.put(app.at(f"/links/{person_id}"), {"person": boss.id}).refused(409, "not_joinable")
    promotion = {"roles": ["author", "learner"]}
    hue.admin.patch(hue.at(f"/people/{person_id}"), promotion, headers={"if-match": "*"}).refused(409, "app_linked")
    person = persons.get(hue.space, person_id)
    persons.change(hue.space, person, person.edited(roles=frozenset({"author", "learner"})))
    app.post(app.signed()).refused(403, "staff_entry")
    app.post(app.signed(), deliver="link").refused(403, "staff_entry")


def test_a_second_person_of_the_app_does_not_get_the_firsts_account(hue: OpenedSpace, app: SuperApp) -> None:
    """A family shares a telephone."""
    first = app.person("an", **VERIFIED)
    second = app.person("binh", **VERIFIED)
    assert first != second
    assert others(cases(app)[0]) == {first}


def test_a_deactivated_account_gets_no_second(hue: OpenedSpace, app: SuperApp) -> None:
    there = listed(hue, PHONE, status="active")
    hue.admin.delete(hue.at(f"/people/{there.id}")).ok()
    ticket = app.asked(**VERIFIED)["ticket"]
    app.consented(ticket).refused(403, "account_deactivated")


def test_an_admin_joins_and_the_next_entry_finds_it(hue: OpenedSpace, app: SuperApp) -> None:
    there = listed(hue, Identifier("staff_code", "CB1"))
    wrong = app.person(**VERIFIED)
    joined = hue.admin.put(app.at(f"/links/{wrong}"), {"person": there.id}).ok()
    assert (joined["person"], joined["how"]) == (there.id, "admin")
    assert app.person(**VERIFIED) == there.id
    person = persons.get(hue.space, there.id)
    assert PHONE in person.identifiers
    assert person.status == "active"
    assert persons.get(hue.space, wrong).identifiers == ()
    assert [each["person"] for each in hue.admin.get(app.at("/links")).ok()["items"]] == [there.id]
    hue.admin.put(app.at(f"/links/{wrong}"), {"person": there.id}).refused(404)


def test_joining_goes_on_where_it_was_interrupted(hue: OpenedSpace, app: SuperApp) -> None:
    there, wrong = listed(hue, Identifier("staff_code", "CB1")), app.person()
    person = persons.get(hue.space, wrong)
    persons.change(hue.space, person, person.identified([]))  # as far as the first of two transactions
    hue.admin.put(app.at(f"/links/{wrong}"), {"person": there.id}).ok()
    assert app.person() == there.id


def test_one_account_has_one_person_of_an_app(hue: OpenedSpace, app: SuperApp) -> None:
    first, second = app.person("an"), app.person("binh")
    hue.admin.put(app.at(f"/links/{first}"), {"person": second}).refused(409, "not_joinable")
    hue.admin.put(app.at(f"/links/{first}"), {"person": first}).refused(409, "not_joinable")
    hue.admin.put(app.at(f"/links/{first}"), {"person": ids.new()}).refused(404)


def test_what_was_split_is_not_joined_again(hue: OpenedSpace, app: SuperApp) -> None:
    there = listed(hue, Identifier("staff_code", "CB1"), PHONE)
    assert app.person(**VERIFIED, job="student") == there.id
    hue.admin.delete(app.at(f"/links/{there.id}")).ok(204)
    kept = persons.get(hue.space, there.id)
    assert PHONE in kept.identifiers
    assert "occupation" not in kept.profile
    assert app.person(**VERIFIED) != there.id
    assert others(cases(app)[0]) == {there.id}


def test_a_case_that_was_looked_at_is_shown_no_more(hue: OpenedSpace, app: SuperApp) -> None:
    first, second = app.person("an", **VERIFIED), app.person("binh", **VERIFIED)
    (case,) = cases(app)
    at = hue.at(f"/ambiguous-sign-ins/{case['id']}")
    hue.admin.put(at, {"person": first}).refused(409, "not_joinable")  # it is Ân's already
    hue.tutor.delete(at).refused(403)
    hue.admin.delete(at).ok(204)
    hue.admin.delete(at).refused(404)
    assert cases(app) == []
    assert (app.person("an"), app.person("binh")) == (first, second)


def test_a_case_is_settled_by_saying_whose_sign_in_it_is(hue: OpenedSpace, app: SuperApp) -> None:
    first = listed(hue, PHONE)
    listed(hue, Identifier("email", "an@hue.example"))
    address: dict[str, Any] = {"email": "an@hue.example", "email_verified": True}
    made = app.person(**VERIFIED, **address)
    at = hue.at(f"/ambiguous-sign-ins/{cases(app)[0]['id']}")
    hue.admin.put(at, {"person": made}).refused(404)  # none of those that it points to
    hue.admin.put(at, {"person": first.id}).ok(204)
    assert cases(app) == []
    assert [each["person"] for each in hue.admin.get(app.at("/links")).ok()["items"]] == [first.id]
    trail = hue.admin.get(hue.at("/audit")).ok()["items"][0]
    assert (trail["operation"], trail["given"]["person"]) == ("settle_ambiguous_sign_in", first.id)
    hue.admin.put(at, {"person": first.id}).refused(404)


def test_accounts_that_were_merged_are_no_case_any_more(aws: Cloud, hue: OpenedSpace, app: SuperApp) -> None:
    boss = listed(hue, PHONE, roles=("author", "learner"), status="active")
    made = app.person(**VERIFIED)
    assert others(cases(app)[0]) == {boss.id}
    hue.admin.patch(hue.at(f"/people/{boss.id}"), {"roles": ["learner"]}, headers={"if-match": "*"}).ok()
    hue.admin.post(hue.at(f"/people/{boss.id}/merges"), {"other": made}).ok(202)
    aws.run_jobs()
    assert cases(app) == []


def test_links_are_paged(hue: OpenedSpace, app: SuperApp) -> None:
    made = {app.person(f"person-{number}") for number in range(7)}
    seen, cursor = [], None
    while True:
        query = {"limit": 2} | ({"cursor": cursor} if cursor else {})
        page = hue.admin.get(app.at("/links"), query=query).ok()
        seen += [each["person"] for each in page["items"]]
        cursor = page["next"]
        if cursor is None:
            break
    assert len(seen) == 7
    assert set(seen) == made


def test_joining_and_splitting_are_in_the_trail(hue: OpenedSpace, app: SuperApp) -> None:
    first, second = app.person("an"), listed(hue, Identifier("staff_code", "CB1"))
    hue.admin.put(app.at(f"/links/{first}"), {"person": second.id}).ok()
    hue.admin.delete(app.at(f"/links/{second.id}")).ok(204)
    trail = [each["operation"] for each in hue.admin.get(hue.at("/audit")).ok()["items"]]
    assert trail[:2] == ["split_app_link", "join_app_link"]


def test_a_learner_sees_no_links(hue: OpenedSpace, app: SuperApp) -> None:
    entered = app.entered()
    Api(entered["access_token"]).get(app.at("/links")).refused(403, "forbidden")


def test_a_consent_goes_where_accounts_that_are_merged_go(aws: Cloud, hue: OpenedSpace, app: SuperApp) -> None:
    there = listed(hue, Identifier("staff_code", "CB1"), status="active")
    made = app.person(**VERIFIED)
    merge = hue.admin.post(hue.at(f"/people/{there.id}/merges"), {"other": made}).ok(202)
    aws.run_jobs()
    entry = app.post(app.signed(**VERIFIED)).ok(200)
    assert (entry["status"], entry["person"]["id"]) == ("signed_in", there.id)
    hue.admin.delete(hue.at(f"/people/{there.id}/merges/{merge['id']}")).ok(202)
    aws.run_jobs()
    entry = app.post(app.signed(**VERIFIED)).ok(200)
    assert (entry["status"], entry["person"]["id"]) == ("signed_in", made)


def test_who_registered_with_anothers_number_does_not_keep_the_account(hue: OpenedSpace, app: SuperApp) -> None:
    """Nobody has answered at that number yet: it may have been anybody who chose the password."""
    thief = {"name": "Kẻ gian", "login": "0912345678", "password": PASSWORD}
    there = Api().post(hue.at("/people"), thief).ok(201)["id"]
    before = sign_in(hue, "0912345678")
    assert app.person(**VERIFIED) == there
    assert persons.get(hue.space, there).name == "Nguyễn Văn An"
    credentials = {"login": "0912345678", "password": PASSWORD}
    Api().post(hue.at("/sessions"), credentials).refused(401, "wrong_credentials")
    Api().post(hue.at("/sessions/refresh"), {"refresh_token": before["refresh_token"]}).refused(401, "session_ended")


def test_who_registered_with_somebodys_address_keeps_them_out_of_no_account(hue: OpenedSpace, app: SuperApp) -> None:
    """A list knows them by number; somebody else registered with their address, and proved nothing."""
    there = listed(hue, PHONE)
    registering = {"name": "Kẻ gian", "login": "an@hue.example", "password": PASSWORD}
    Api().post(hue.at("/people"), registering).ok(201)
    address: dict[str, Any] = {"email": "an@hue.example", "email_verified": True}
    assert app.person(**VERIFIED, **address) == there.id
    assert persons.get(hue.space, there.id).identifiers[0] == PHONE
    assert cases(app) == []
