"""Signing in at a real provider: one tap, one account, whatever list or admin made it."""

from __future__ import annotations

from chalicelib.federation import pkce
from chalicelib.people import identifiers, persons
from chalicelib.storage import spaces
from tests.api import Api
from tests.factories import OpenedSpace, forget_space
from tests.federation.oidc_provider import Browser, fragment
from tests.spending import spending
from tests.sso.conftest import VERIFIER, Trusted


def suspend(hue: OpenedSpace) -> None:
    """What an operator does to a space."""
    table, key = spaces.platform().table("people"), spaces.registry_key(hue.slug)
    table.update(*key, "SET #s = :s", {":s": "suspended"}, names={"#s": "status"})
    forget_space(hue.slug)
    spaces.directory.forget(hue.slug)


def test_a_person_signs_in_and_lands_where_they_wanted(trusted: Trusted) -> None:
    told = trusted.landing("hoa", to="/courses/x")
    entered = trusted.redeem(told["code"]).ok()
    assert entered["to"] == "/courses/x"
    me = Api(entered["access_token"]).get(trusted.hue.at("/me")).ok()
    assert (me["name"], me["roles"]) == ("Nguyễn Thị Hoa", ["learner"])
    assert {"kind": "email", "value": "hoa@hue.example"} in me["identifiers"]


def test_who_is_signed_in_there_is_in_here_without_seeing_it(trusted: Trusted) -> None:
    browser = Browser()
    first = trusted.signed_in("hoa", browser)
    # prompt=none alone: the browser comes straight back.
    location = browser.visit(trusted.start()).location
    assert location is not None
    assert "/callback?code=" in location
    told = trusted.came_back(location)
    assert "#code=" in told
    assert trusted.signed_in("hoa", browser)["person"]["id"] == first["person"]["id"]


def test_signing_in_again_changes_nothing(trusted: Trusted) -> None:
    first = trusted.signed_in("hoa")["person"]["id"]
    before = persons.get(trusted.hue.space, first)
    assert trusted.signed_in("hoa")["person"]["id"] == first
    assert persons.get(trusted.hue.space, first) == before


def test_a_code_without_the_clients_verifier_is_worth_nothing(trusted: Trusted) -> None:
    code = trusted.landing("hoa")["code"]
    trusted.redeem(code, "x" * 43).refused(401, "entry_invalid")


def test_the_account_of_a_list_is_found_by_a_verified_address(trusted: Trusted) -> None:
    space = trusted.hue.space
    listed = persons.new("Nguyễn Thị Hoa", [identifiers.parse("hoa@hue.example")], ["learner"], status="invited")
    persons.add(space, listed, via="roster")
    assert trusted.signed_in("hoa")["person"]["id"] == listed.id
    person = persons.get(space, listed.id)
    assert person.status == "active"
    assert [each.kind for each in person.identifiers] == ["email", "sso"]


def test_signing_in_again_is_few_calls(trusted: Trusted) -> None:
    trusted.signed_in("hoa")
    came = trusted.given("hoa")
    with spending() as spent:
        Api().get(trusted.hue.at("/providers")).ok()
        Api().post(trusted.at("/sign-ins"), {"challenge": pkce.challenge(VERIFIER)}).ok()
        location = Api().get(trusted.at("/callback"), query=came).headers["location"]
        trusted.redeem(fragment(location)["code"]).ok()
    (returning,) = [line for line in spent.lines if line["operation"] == "come_back_from_provider"]
    assert returning["calls"] == 4
    spent.lines.remove(returning)
    spent.within_budget()


def test_a_suspended_space_lets_its_admins_in_alone(trusted: Trusted) -> None:
    rule = {"claim": "groups", "value": "dao-tao-quan-tri", "roles": ["admin"]}
    trusted.edit(role_rules=[rule])
    trusted.signed_in("hoa")
    trusted.signed_in("cuong")
    suspend(trusted.hue)
    assert trusted.signed_in("hoa")["person"]["roles"] == ["admin", "learner"]
    assert trusted.landing("cuong")["error"] == "space_suspended"
