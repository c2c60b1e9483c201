"""What a token still allows after its holder has lost a role or was shut out: it outlasts what it says by minutes."""

from __future__ import annotations

from typing import Any

import pytest

from chalicelib import clock, ids
from chalicelib.http import audit
from chalicelib.people import administration, identifiers, persons
from chalicelib.people.models import PersonEdit
from chalicelib.people.person import Person
from chalicelib.storage import spaces
from chalicelib.storage.spaces import Space
from tests.api import Api
from tests.emulated import Cloud
from tests.factories import OpenedSpace, open_space, operator, token_for

INVITED: dict[str, Any] = {"name": "Cửa Sau", "email": "cuasau@hue.example", "roles": ["admin"]}


@pytest.fixture
def hue(aws: Cloud) -> OpenedSpace:
    return open_space()


def _admin(space: Space, role: Any = "admin") -> tuple[Person, Api]:
    login = identifiers.parse(f"{ids.new()}@hue.example")
    person = persons.create(space, "Trần Thị Bình", [login], [role])
    return person, token_for(space, [role], person.id)


def _tag(hue: OpenedSpace, person: Person) -> dict[str, str]:
    return {"if-match": hue.admin.get(hue.at(f"/people/{person.id}")).headers["etag"]}


def _demote(hue: OpenedSpace, person: Person) -> None:
    administration.edit(hue.space, person.id, PersonEdit(roles=["author", "learner"]), lambda tag: None)


def test_who_was_shut_out_cannot_come_back_by_a_token_that_lives(hue: OpenedSpace) -> None:
    _admin(hue.space)
    person, api = _admin(hue.space)
    hue.admin.delete(hue.at(f"/people/{person.id}")).ok(204)
    at = hue.at(f"/people/{person.id}")
    api.patch(at, {"status": "active"}, headers=_tag(hue, person)).refused(401, "invalid_token")
    api.post(hue.at("/people"), INVITED).refused(401, "invalid_token")
    assert persons.get(hue.space, person.id).status == "deactivated"


def test_who_is_no_admin_any_more_cannot_take_the_role_back(hue: OpenedSpace) -> None:
    _admin(hue.space)
    person, api = _admin(hue.space)
    _demote(hue, person)
    at = hue.at(f"/people/{person.id}")
    api.patch(at, {"roles": ["admin"]}, headers=_tag(hue, person)).refused(401, "invalid_token")
    assert persons.get(hue.space, person.id).roles == {"author", "learner"}


def test_a_token_that_says_what_is_goes_on(hue: OpenedSpace) -> None:
    _admin(hue.space)
    person, _ = _admin(hue.space)
    _demote(hue, person)
    token_for(hue.space, ["author"], person.id).post(hue.at("/courses"), {"title": "An toàn trên mạng"}).ok(201)


def test_an_operator_who_was_shut_out_does_nothing_more(aws: Cloud) -> None:
    _admin(spaces.platform(), "operator")
    person, api = _admin(spaces.platform(), "operator")
    operator().delete(f"/operators/{person.id}").ok(204)
    api.post("/operators", {"name": "Cửa Sau", "email": "cuasau@tw.example"}).refused(401, "invalid_token")
    api.post("/signing-keys", {"at_once": True}).refused(401, "invalid_token")


def test_a_suspended_space_begins_no_export_for_a_tutor(aws: Cloud) -> None:
    hue = open_space(status="suspended")
    course = hue.at(f"/reports/courses/{ids.new()}/exports")
    hue.tutor.post(course).refused(403, "space_suspended")
    hue.admin.post(course).refused(404)


def test_an_invitation_is_recorded_with_the_roles_it_gives(hue: OpenedSpace) -> None:
    hue.admin.post(hue.at("/people"), INVITED).ok(201)
    (record,) = audit.page(hue.space, clock.timestamp()[:7], None, 100).items
    assert record["operation"] == "add_person"
    assert record["fields"] == ["email", "name", "roles"]
    assert record["given"] == {"roles": ["admin"]}


def test_what_was_refused_so_is_no_action(hue: OpenedSpace) -> None:
    _admin(hue.space)
    person, api = _admin(hue.space)
    hue.admin.delete(hue.at(f"/people/{person.id}")).ok(204)
    api.post(hue.at("/people"), INVITED).refused(401)
    trail = audit.page(hue.space, clock.timestamp()[:7], None, 100).items
    assert person.id not in {record["actor"] for record in trail}
