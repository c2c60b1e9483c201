"""What a person allowed, and what is left when they withdraw it."""

from __future__ import annotations

import time
from typing import Any

from chalicelib import clock
from chalicelib.people import persons
from chalicelib.people.identifiers import Identifier
from tests.api import Api
from tests.apps.superapp import PURPOSES, SuperApp
from tests.apps.test_linking import PHONE, VERIFIED, listed
from tests.factories import OpenedSpace


def test_a_person_sees_what_they_allowed(hue: OpenedSpace, app: SuperApp) -> None:
    api = Api(app.entered()["access_token"])
    (consent,) = api.get(hue.at("/me/consents")).ok()["items"]
    assert (consent["app"], consent["name"], consent["version"]) == (app.id, "Hue-S", "1.1")
    assert consent["withdrawn_at"] is None
    assert consent["only_way_in"] is True
    assert consent["shared"][:2] == ["name", "phone"]


def test_what_was_read_is_kept_as_it_was_read(hue: OpenedSpace, app: SuperApp) -> None:
    """Whatever the app says later, and also once it is withdrawn."""
    api = Api(app.entered()["access_token"])
    app.edit(purpose_vi="Để gửi quảng cáo cho bạn.", purpose_en="To send you advertisements.")
    api.delete(hue.at(f"/me/consents/{app.id}")).ok(204)
    (consent,) = api.get(hue.at("/me/consents")).ok()["items"]
    assert consent["version"] == "1.1"
    assert {name: consent[name] for name in PURPOSES} == PURPOSES
    app.consented(app.asked()["ticket"]).ok()
    now = app.post(app.signed()).ok(200)["access_token"]
    (consent,) = Api(now).get(hue.at("/me/consents")).ok()["items"]
    assert (consent["version"], consent["purpose_en"]) == ("2.1", "To send you advertisements.")


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


def test_a_ticket_is_good_once_however_it_is_spelt(hue: OpenedSpace, app: SuperApp) -> None:
    """Of a text whose length is no multiple of four, base64 reads the last mark's spare bits as nothing."""
    tickets = (app.asked(name="Nguyễn Văn " + "A" * length)["ticket"] for length in range(1, 4))
    ticket = next(each for each in tickets if len(each) % 4)
    marks = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"
    other = ticket[:-1] + marks[marks.index(ticket[-1]) + 1]
    app.consented(other).refused(400, "ticket_invalid")
    app.consented(ticket).ok()
    for again in (ticket, other):
        app.consented(again).refused(400, "ticket_invalid")


def test_the_question_read_again_ends_when_it_ended_before(hue: OpenedSpace, app: SuperApp) -> None:
    asked = app.asked()
    clock.set_source(lambda: time.time() + 300)
    again = Api().post(hue.at("/entries/question"), {"ticket": asked["ticket"]}).ok()
    assert again["expires_at"] == asked["expires_at"]


def test_of_an_app_that_one_never_allowed_there_is_nothing(hue: OpenedSpace, app: SuperApp) -> None:
    other = SuperApp.trusted(hue)
    api = Api(app.entered()["access_token"])
    api.delete(hue.at(f"/me/consents/{other.id}")).refused(404)
