"""What a person allowed, and what is left when they withdraw it."""

from __future__ import annotations

from typing import Any

from chalicelib.people import persons
from chalicelib.people.identifiers import Identifier
from tests.api import Api
from tests.apps.superapp import SuperApp
from tests.apps.test_linking import PHONE, VERIFIED, listed
from tests.factories import OpenedSpace


def test_a_person_sees_what_they_allowed(hue: OpenedSpace, app: SuperApp) -> None:
    api = Api(app.entered()["access_token"])
    (consent,) = api.get(hue.at("/me/consents")).ok()["items"]
    assert (consent["app"], consent["name"], consent["version"]) == (app.id, "Hue-S", "1.1")
    assert consent["withdrawn_at"] is None
    assert consent["only_way_in"] is True
    assert consent["shared"][:2] == ["name", "phone"]


def test_withdrawing_takes_away_what_the_app_told(hue: OpenedSpace, app: SuperApp) -> None:
    there = listed(hue, Identifier("staff_code", "CB1"), PHONE)
    mail: dict[str, Any] = {"email": "an@hue.example", "email_verified": True}
    entered = app.entered(**VERIFIED, **mail, job="student", birthdate="2001")
    assert entered["person"]["id"] == there.id
    api = Api(entered["access_token"])
    assert api.get(hue.at("/me/consents")).ok()["items"][0]["only_way_in"] is False
    api.delete(hue.at(f"/me/consents/{app.id}")).ok(204)
    api.delete(hue.at(f"/me/consents/{app.id}")).ok(204)
    person = persons.get(hue.space, there.id)
    assert set(person.identifiers) == {Identifier("staff_code", "CB1"), PHONE}
    assert person.profile.keys() == {"gender"}
    (consent,) = api.get(hue.at("/me/consents")).ok()["items"]
    assert consent["withdrawn_at"] is not None
    assert hue.admin.get(app.at("/links")).ok()["items"] == []


def test_what_another_told_stays_when_a_consent_is_withdrawn(hue: OpenedSpace, app: SuperApp) -> None:
    entered = app.entered(job="student")
    person = persons.get(hue.space, entered["person"]["id"])
    assert person.audiences
    hue.admin.patch(hue.at(f"/people/{person.id}"), {"name": "An"}, headers={"if-match": "*"}).ok()
    Api(entered["access_token"]).delete(hue.at(f"/me/consents/{app.id}")).ok(204)
    left = persons.get(hue.space, person.id)
    assert (left.name, left.profile) == ("An", {})
    assert "students" not in left.audiences


def test_after_a_withdrawal_the_app_asks_again(hue: OpenedSpace, app: SuperApp) -> None:
    there = listed(hue, PHONE)
    entered = app.entered(**VERIFIED)
    Api(entered["access_token"]).delete(hue.at(f"/me/consents/{app.id}")).ok(204)
    app.asked(**VERIFIED)
    assert app.person(**VERIFIED) == there.id


def test_of_an_app_that_one_never_allowed_there_is_nothing(hue: OpenedSpace, app: SuperApp) -> None:
    other = SuperApp.trusted(hue)
    api = Api(app.entered()["access_token"])
    api.delete(hue.at(f"/me/consents/{other.id}")).refused(404)
