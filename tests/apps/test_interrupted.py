"""A process that dies anywhere: whoever tries again ends where they would have ended, with one account."""

from __future__ import annotations

import pytest

from chalicelib.people import persons
from chalicelib.people.identifiers import Identifier
from tests.api import Api
from tests.apps.superapp import SuperApp
from tests.apps.test_linking import PHONE, VERIFIED, listed
from tests.crashes import killed_after
from tests.factories import OpenedSpace

ANYWHERE = pytest.mark.parametrize("calls", range(9))


def accounts(hue: OpenedSpace) -> list[str]:
    return [each["id"] for each in hue.admin.get(hue.at("/people")).ok()["items"]]


@ANYWHERE
def test_consenting_makes_one_account(calls: int, hue: OpenedSpace, app: SuperApp) -> None:
    ticket = app.asked(**VERIFIED, job="student")["ticket"]
    with killed_after(calls):
        app.consented(ticket)
    person_id = app.person(**VERIFIED, job="student")
    assert accounts(hue) == [person_id]
    person = persons.get(hue.space, person_id)
    assert PHONE in person.identifiers
    assert "students" in person.audiences
    assert [each["person"] for each in hue.admin.get(app.at("/links")).ok()["items"]] == [person_id]


@ANYWHERE
def test_entering_goes_on(calls: int, hue: OpenedSpace, app: SuperApp) -> None:
    person_id = app.person(job="student")
    with killed_after(calls):
        app.post(app.signed(job="worker"))
    assert app.person(job="worker") == person_id
    assert persons.get(hue.space, person_id).profile["occupation"].value == "worker"


@ANYWHERE
def test_joining_leads_to_the_other_account(calls: int, hue: OpenedSpace, app: SuperApp) -> None:
    there, wrong = listed(hue, Identifier("staff_code", "CB1")), app.person(**VERIFIED)
    with killed_after(calls):
        hue.admin.put(app.at(f"/links/{wrong}"), {"person": there.id})
    hue.admin.put(app.at(f"/links/{wrong}"), {"person": there.id})
    assert app.person(**VERIFIED) == there.id
    assert [each["person"] for each in hue.admin.get(app.at("/links")).ok()["items"]] == [there.id]
    assert persons.owners(hue.space, [PHONE]) == {PHONE: there.id}


@ANYWHERE
def test_withdrawing_takes_all(calls: int, hue: OpenedSpace, app: SuperApp) -> None:
    entered = app.entered(**VERIFIED, job="student")
    api = Api(entered["access_token"])
    with killed_after(calls):
        api.delete(hue.at(f"/me/consents/{app.id}"))
    api.delete(hue.at(f"/me/consents/{app.id}")).ok(204)
    person = persons.get(hue.space, entered["person"]["id"])
    assert (person.identifiers, person.profile) == ((), {})
    assert hue.admin.get(app.at("/links")).ok()["items"] == []
