"""Which account a provider's person gets: found by what is verified, never by what is not, never two."""

from __future__ import annotations

import time
from concurrent.futures import ThreadPoolExecutor
from typing import Any
from urllib.parse import urlencode

import pytest

from chalicelib import clock
from chalicelib.federation import ambiguities
from chalicelib.federation.ambiguities import Case, Party
from chalicelib.http import caching
from chalicelib.http.models import PageQuery
from chalicelib.identity import throttle
from chalicelib.people import identifiers, persons, space_key, units
from chalicelib.people.identifiers import Identifier
from chalicelib.people.person import Person
from chalicelib.sso import accounts, claims, providers
from chalicelib.sso.accounts import AccountAmbiguous, AccountMissing
from chalicelib.storage import acting, spaces
from tests.api import Api
from tests.emulated import Cloud
from tests.factories import OpenedSpace, forget_space, operator
from tests.federation.oidc_provider import OidcProvider, fragment, query
from tests.identity.people import PASSWORD, refresh, sign_in
from tests.sso.conftest import Trusted, trust

STAFF_CLAIMS = {"staff_code": "employee_number", "national_id": "identity_number"}


def _listed(trusted: Trusted, *logins: Identifier, **more: Any) -> Person:
    """A person of a list."""
    person = persons.new("Của danh sách", logins, ["learner"], status="invited", by="roster", **more)
    return persons.add(trusted.hue.space, person, via="roster")


def test_an_unverified_address_leads_to_nobodys_account(trusted: Trusted) -> None:
    listed = _listed(trusted, identifiers.parse("binh@hue.example"))
    entered = trusted.signed_in("binh")["person"]
    assert entered["id"] != listed.id
    person = persons.get(trusted.hue.space, entered["id"])
    assert [each.kind for each in person.identifiers] == ["sso"]


def test_a_domain_that_the_space_names_is_the_providers_word(trusted: Trusted) -> None:
    """Entra sends an address and says nothing of having verified it."""
    terms = {"claims": {"name": "name"}, "role_rules": [], "unit_rules": [], "email_domains": ["hue.example"]}
    told = claims.understood({"email": "an@hue.example"}, terms)
    assert told.vouched == (Identifier("email", "an@hue.example"),)
    assert claims.understood({"email": "an@evil.example"}, terms).vouched == ()
    assert claims.understood({"email": "an@hue.example", "email_verified": False}, terms).vouched == ()


def test_a_staff_code_and_an_identity_number_find_the_lists_account(trusted: Trusted) -> None:
    trusted.edit(claims=STAFF_CLAIMS)
    listed = _listed(trusted, Identifier("staff_code", "CB0000007"))
    assert trusted.signed_in("cuong")["person"]["id"] == listed.id
    person = persons.get(trusted.hue.space, listed.id)
    assert space_key.national_id(trusted.hue.space, "046096000123") in person.identifiers


def test_two_accounts_are_a_question_and_nobody_is_signed_in(trusted: Trusted) -> None:
    trusted.edit(claims=STAFF_CLAIMS)
    by_code = _listed(trusted, Identifier("staff_code", "CB9"))
    by_address = _listed(trusted, identifiers.parse("dung@hue.example"))
    assert trusted.landing("dung")["error"] == AccountAmbiguous.code
    for each in (by_code, by_address):
        assert persons.get(trusted.hue.space, each.id) == each


def _cases(trusted: Trusted) -> Any:
    return trusted.hue.admin.get(trusted.hue.at("/ambiguous-sign-ins")).ok()["items"]


def _ambiguous(trusted: Trusted) -> tuple[Person, Person]:
    """Dung has two accounts, and is refused."""
    trusted.edit(claims=STAFF_CLAIMS)
    known = _listed(trusted, Identifier("staff_code", "CB9")), _listed(trusted, identifiers.parse("dung@hue.example"))
    assert trusted.landing("dung")["error"] == AccountAmbiguous.code
    return known


def test_an_admin_sees_what_points_where_and_merges(aws: Cloud, trusted: Trusted) -> None:
    by_code, by_address = _ambiguous(trusted)
    trusted.landing("dung")
    (case,) = _cases(trusted)
    assert case["by"] == {"kind": "provider", "id": trusted.id, "name": "Tài khoản công vụ"}
    assert (case["person"], case["rows"]) == (None, None)
    assert {(each["kind"], each["person"]) for each in case["points"]} == {
        ("staff_code", by_code.id),
        ("email", by_address.id),
    }
    assert "dung@hue.example" not in str(case)
    hue = trusted.hue
    hue.tutor.get(hue.at("/ambiguous-sign-ins")).refused(403)
    hue.admin.post(hue.at(f"/people/{by_code.id}/merges"), {"other": by_address.id}).ok(202)
    assert _cases(trusted) == []
    assert trusted.signed_in("dung")["person"]["id"] == by_code.id


def test_an_admin_says_whose_sign_in_it_is_and_the_next_leads_there(trusted: Trusted) -> None:
    by_code, by_address = _ambiguous(trusted)
    (case,) = _cases(trusted)
    hue, at = trusted.hue, trusted.hue.at(f"/ambiguous-sign-ins/{case['id']}")
    hue.admin.put(at, {"person": _listed(trusted, Identifier("staff_code", "CB10")).id}).refused(404)
    hue.tutor.put(at, {"person": by_code.id}).refused(403)
    hue.admin.put(at, {"person": by_code.id}).ok(204)
    assert _cases(trusted) == []
    assert trusted.signed_in("dung")["person"]["id"] == by_code.id
    assert persons.get(hue.space, by_address.id) == by_address  # what is another's stays theirs
    assert trusted.signed_in("dung")["person"]["id"] == by_code.id
    hue.admin.put(at, {"person": by_address.id}).refused(404)


def test_a_case_is_dismissed_until_the_next_try_and_forgotten_after_a_while(trusted: Trusted) -> None:
    _ambiguous(trusted)
    (case,) = _cases(trusted)
    at = trusted.hue.at(f"/ambiguous-sign-ins/{case['id']}")
    trusted.hue.admin.delete(at).ok(204)
    trusted.hue.admin.delete(at).refused(404)
    assert _cases(trusted) == []
    trusted.landing("dung")
    assert [each["id"] for each in _cases(trusted)] == [case["id"]]
    clock.set_source(lambda: time.time() + ambiguities.KEPT_S + 60)
    assert ambiguities.page(trusted.hue.space, PageQuery()).items == []


def test_cases_are_paged(trusted: Trusted) -> None:
    """Whoever vouched for whom."""
    space, by = trusted.hue.space, Party("provider", trusted.id, "Tài khoản công vụ")
    known = {
        each: _listed(trusted, each).id for each in (Identifier("staff_code", f"A{number}") for number in range(2))
    }
    for number in range(3):
        ambiguities.note(space, Case.of_provider(space, Identifier("sso", f"{trusted.id}:{number}")), by, known)
    for each in known.values():
        ambiguities.note(space, Case.of_app(trusted.id, each), Party("app", trusted.id, "Hue-S"), known)
    found, cursor = [], None
    for _ in range(3):
        asked = {"limit": "2"} | ({"cursor": cursor} if cursor else {})
        page = trusted.hue.admin.get(trusted.hue.at("/ambiguous-sign-ins"), query=asked).ok()
        found += [each["id"] for each in page["items"]]
        cursor = page["next"]
    assert len(set(found)) == len(found) == 5
    assert cursor is None


def test_what_belongs_to_another_stays_theirs_when_a_known_person_comes(trusted: Trusted) -> None:
    known = trusted.signed_in("dung")["person"]["id"]
    other = _listed(trusted, Identifier("staff_code", "CB9"))
    trusted.edit(claims=STAFF_CLAIMS)
    assert trusted.signed_in("dung")["person"]["id"] == known
    assert persons.get(trusted.hue.space, other.id) == other


def test_who_registered_with_anothers_address_does_not_keep_the_account(trusted: Trusted) -> None:
    """Registering proves no address: whoever did it in advance is out, and knows no password of it any more."""
    registering = {"name": "Kẻ gian", "login": "hoa@hue.example", "password": PASSWORD}
    thief = Api().post(trusted.hue.at("/people"), registering).ok(201)
    tokens = sign_in(trusted.hue, "hoa@hue.example")
    assert trusted.signed_in("hoa")["person"]["id"] == thief["id"]
    refresh(trusted.hue, tokens["refresh_token"]).refused(401, "session_ended")
    Api().post(trusted.hue.at("/sessions"), {"login": "hoa@hue.example", "password": PASSWORD}).refused(401)


def test_a_registration_with_somebodys_address_does_not_keep_them_out(trusted: Trusted) -> None:
    """A list knows her by her staff code; somebody else has registered with her address, and proved nothing."""
    trusted.edit(claims=STAFF_CLAIMS)
    by_code = _listed(trusted, Identifier("staff_code", "CB9"))
    registering = {"name": "Kẻ gian", "login": "dung@hue.example", "password": PASSWORD}
    thief = Api().post(trusted.hue.at("/people"), registering).ok(201)
    assert trusted.signed_in("dung")["person"]["id"] == by_code.id
    address = identifiers.parse("dung@hue.example")
    assert address not in persons.get(trusted.hue.space, by_code.id).identifiers
    assert persons.get(trusted.hue.space, thief["id"]).identifiers == (address,)


def test_a_suspended_space_makes_no_learners_of_who_come_back(trusted: Trusted) -> None:
    operator().post(f"/tenants/{trusted.hue.slug}/suspension", {"reason": "Ngừng theo yêu cầu của đơn vị."}).ok()
    caching.forget_everything()
    forget_space(trusted.hue.slug)
    assert trusted.landing("hoa")["error"] == "space_suspended"
    assert persons.find(trusted.hue.space, identifiers.parse("hoa@hue.example")) is None


def _turn(hue: OpenedSpace, status: str) -> None:
    """What operators do to a space."""
    table, key = spaces.platform().table("people"), spaces.registry_key(hue.slug)
    table.update(*key, "SET #s = :s", {":s": status}, names={"#s": "status"})
    caching.forget_everything()
    forget_space(hue.slug)


@pytest.mark.parametrize("role", ["admin", "learner"])
def test_a_suspended_space_makes_nobody_whatever_the_rules_would_give(trusted: Trusted, role: str) -> None:
    trusted.edit(role_rules=[{"claim": "groups", "value": "dao-tao-quan-tri", "roles": [role]}])
    _turn(trusted.hue, "suspended")
    assert trusted.landing("hoa")["error"] == "space_suspended"
    assert persons.find(trusted.hue.space, identifiers.parse("hoa@hue.example")) is None


def test_a_suspended_spaces_admins_come_in_as_they_were(trusted: Trusted) -> None:
    rule = {"claim": "groups", "value": "dao-tao-quan-tri", "roles": ["admin"]}
    trusted.edit(role_rules=[rule], roles_from="always")
    known = trusted.signed_in("hoa")["person"]["id"]
    trusted.edit(claims={"name": "email", "fields": {"position": "title"}})
    before = persons.get(trusted.hue.space, known)
    _turn(trusted.hue, "suspended")
    assert trusted.signed_in("hoa")["person"]["id"] == known
    assert persons.get(trusted.hue.space, known) == before
    _turn(trusted.hue, "active")
    trusted.edit(role_rules=[rule | {"value": "nhom-khac"}])
    _turn(trusted.hue, "suspended")
    assert trusted.landing("hoa")["error"] == "space_suspended"  # no admin any more, by the provider's word
    assert persons.get(trusted.hue.space, known) == before


def test_a_space_that_is_being_restored_lets_nobody_come_back(trusted: Trusted) -> None:
    came = urlencode(trusted.given("hoa"))
    _turn(trusted.hue, "restoring")
    assert fragment(trusted.came_back(f"/callback?{came}"))["error"] == "space_suspended"
    assert persons.find(trusted.hue.space, identifiers.parse("hoa@hue.example")) is None


def test_invented_codes_are_not_asked_about_without_end(trusted: Trusted) -> None:
    came = query(trusted.start()) | {"code": "bia-dat", "iss": trusted.idp.issuer}
    told = [fragment(trusted.came_back(f"/callback?{urlencode(came)}"))["error"] for _ in range(throttle.COMINGS + 1)]
    assert "too_many_tries" not in told[:-1]
    assert told[-1] == "too_many_tries"


def test_who_is_shut_out_stays_out(trusted: Trusted) -> None:
    person = trusted.signed_in("hoa")["person"]["id"]
    trusted.hue.admin.patch(trusted.hue.at(f"/people/{person}"), {"status": "deactivated"}, headers={"if-match": "*"})
    assert trusted.landing("hoa")["error"] == "account_deactivated"


def test_a_provider_may_make_no_accounts(trusted: Trusted) -> None:
    trusted.edit(creates_accounts=False)
    assert trusted.landing("hoa")["error"] == AccountMissing.code
    _listed(trusted, identifiers.parse("hoa@hue.example"))
    assert "code" in trusted.landing("hoa")


def test_claims_give_name_unit_fields_and_roles_by_rules(hue: OpenedSpace, idp: OidcProvider) -> None:
    trusted = trust(
        hue,
        idp,
        claims={"unit": "department", "fields": {"position": "title"}},
        role_rules=[{"claim": "groups", "value": "dao-tao-quan-tri", "roles": ["author", "tutor"]}],
    )
    entered = trusted.signed_in("hoa")["person"]
    assert entered["roles"] == ["author", "learner", "tutor"]
    person = persons.get(hue.space, entered["id"])
    assert person.unit
    assert units.names_of(hue.space, person.unit) == ["Thành phố Huế", "Sở Nội vụ"]
    position = person.profile["position"]
    assert (position.value, position.by) == ("Trưởng phòng", "sso")


def test_what_was_written_by_hand_stays(trusted: Trusted) -> None:
    person = trusted.signed_in("hoa")["person"]["id"]
    trusted.hue.admin.patch(
        trusted.hue.at(f"/people/{person}"), {"name": "Hoa (Sở Nội vụ)"}, headers={"if-match": "*"}
    ).ok()
    trusted.edit(claims={"fields": {"position": "title"}})
    trusted.signed_in("hoa")
    after = persons.get(trusted.hue.space, person)
    assert after.name == "Hoa (Sở Nội vụ)"
    assert after.profile["position"].value == "Trưởng phòng"


@pytest.mark.parametrize(("roles_from", "then"), [("first", {"author", "learner"}), ("always", {"learner"})])
def test_roles_follow_the_provider_when_the_space_says_so(trusted: Trusted, roles_from: str, then: set[str]) -> None:
    rule = {"claim": "groups", "value": "dao-tao-quan-tri", "roles": ["author"]}
    trusted.edit(role_rules=[rule], roles_from=roles_from)
    assert trusted.signed_in("hoa")["person"]["roles"] == ["author", "learner"]
    trusted.edit(role_rules=[rule | {"value": "nhom-khac"}])
    assert set(trusted.signed_in("hoa")["person"]["roles"]) == then


def test_a_space_keeps_its_last_admin_whatever_the_provider_forgets(trusted: Trusted) -> None:
    rule = {"claim": "groups", "value": "dao-tao-quan-tri", "roles": ["admin"]}
    trusted.edit(role_rules=[rule], roles_from="always")
    assert "admin" in trusted.signed_in("hoa")["person"]["roles"]
    trusted.edit(role_rules=[rule | {"value": "nhom-khac"}])
    assert "admin" in trusted.signed_in("hoa")["person"]["roles"]


def test_of_many_first_sign_ins_at_once_all_have_one_account(trusted: Trusted) -> None:
    space, provider = trusted.hue.space, providers.now(trusted.hue.space, trusted.id)
    told = claims.Told("Nguyễn Thị Hoa", (Identifier("email", "hoa@hue.example"),))

    def first_sign_in(_: int) -> str:
        with acting.on_behalf_of(space.slug):  # a thread of its own runs for nobody
            return accounts.ensure(space, provider, "hoa", told, "vi").id

    with ThreadPoolExecutor(6) as pool:
        found = list(pool.map(first_sign_in, range(6)))
    assert len(set(found)) == 1
