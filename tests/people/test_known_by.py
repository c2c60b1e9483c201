"""Staff codes and identity numbers: how they are stored, signed in with, gained and lost."""

from __future__ import annotations

import pytest
from pydantic_core import PydanticCustomError

from chalicelib.http import caching
from chalicelib.identity import passwords
from chalicelib.people import identifiers, persons, space_key
from chalicelib.people.identifiers import Identifier
from chalicelib.people.person import Person
from chalicelib.people.persons import IdentifierTaken
from tests.api import Api
from tests.emulated import Cloud
from tests.factories import OpenedSpace, open_space
from tests.identity.people import PASSWORD, sign_in

NUMBER = "046096660479"


@pytest.fixture
def hue(aws: Cloud) -> OpenedSpace:
    return open_space()


def staff(hue: OpenedSpace, *more: Identifier) -> Person:
    known_by = [Identifier("staff_code", "CB0000001"), space_key.national_id(hue.space, NUMBER), *more]
    person = persons.new("Nguyễn Văn An", known_by, ["learner"], by="roster")
    return persons.add(hue.space, person, password_hash=passwords.hash_new(PASSWORD), via="roster")


@pytest.mark.parametrize(
    ("text", "code"),
    [("cb0000001", "CB0000001"), (" CB 0000001 ", "CB0000001"), ("ＣＢ１", "CB1"), ("đt-07/a", "ĐT-07/A")],
)
def test_a_staff_code_is_one_however_it_is_typed(text: str, code: str) -> None:
    assert identifiers.staff_code(text) == code


@pytest.mark.parametrize("text", ["", "-", "a" * 33, "=1+1", "CB<1>", "a:b"])
def test_what_is_no_staff_code(text: str) -> None:
    with pytest.raises(PydanticCustomError):
        identifiers.staff_code(text)


@pytest.mark.parametrize("text", ["", "12345678", "1234567890", "04609666047a", "٠٤٦٠٩٦٦٦٠٤٧٩"])
def test_what_is_no_identity_number(text: str) -> None:
    with pytest.raises(PydanticCustomError):
        identifiers.national_id(text)


@pytest.mark.parametrize(
    "known_by",
    [
        Identifier("email", "an@hue.example"),
        Identifier("phone", "+84912345678"),
        Identifier("staff_code", "CB1"),
        Identifier("national_id", "abc-479"),
        Identifier("app", "01hq:an@app.example"),
        Identifier("sso", "01hq:{x}"),
    ],
)
def test_an_identifier_is_read_as_it_was_stored(known_by: Identifier) -> None:
    assert identifiers.stored(known_by.text) == known_by


@pytest.mark.parametrize("login", ["CB0000001", " cb 0000001", NUMBER, "046 096 660 479", "an@hue.example"])
def test_signing_in_by_any_of_them(hue: OpenedSpace, login: str) -> None:
    an = staff(hue, identifiers.parse("an@hue.example"))
    caching.forget_everything()
    assert sign_in(hue, login)["person"]["id"] == an.id


def test_a_staff_code_that_looks_like_a_phone_number_signs_in(hue: OpenedSpace) -> None:
    person = persons.new("Bình", [Identifier("staff_code", "0912345678")], ["learner"])
    persons.add(hue.space, person, password_hash=passwords.hash_new(PASSWORD))
    assert sign_in(hue, "0912 345 678")["person"]["id"] == person.id


def test_an_identity_number_is_nowhere_as_it_is(hue: OpenedSpace) -> None:
    an = staff(hue)
    items = hue.space.table("people").scan(["pk", "sk", "identifiers", "ls", "l"]).items
    assert NUMBER not in repr(items)
    shown = hue.admin.get(hue.at(f"/people/{an.id}")).ok()["identifiers"]
    assert {"kind": "national_id", "value": "•••••••••479"} in shown


def test_one_number_has_another_hash_in_another_space(hue: OpenedSpace) -> None:
    other = open_space()
    assert space_key.national_id(hue.space, NUMBER) != space_key.national_id(other.space, NUMBER)


def test_a_gained_identifier_opens_the_same_door_and_a_lost_one_none(hue: OpenedSpace) -> None:
    an = staff(hue)
    email = identifiers.parse("an@hue.example")
    gained = persons.change(hue.space, an, an.identified([*an.identifiers, email]))
    assert sign_in(hue, "an@hue.example")["person"]["id"] == an.id
    persons.change(hue.space, gained, gained.identified([email]))
    refused = Api().post(hue.at("/sessions"), {"login": "CB0000001", "password": PASSWORD})
    refused.refused(401, "wrong_credentials")
    assert persons.find(hue.space, Identifier("staff_code", "CB0000001")) is None


def test_an_identifier_of_somebody_else_is_not_gained(hue: OpenedSpace) -> None:
    an = staff(hue)
    email = identifiers.parse("binh@hue.example")
    binh = persons.create(hue.space, "Bình", [email], ["learner"])
    with pytest.raises(IdentifierTaken):
        persons.change(hue.space, an, an.identified([*an.identifiers, email]))
    assert persons.find(hue.space, email) == binh
    assert persons.get(hue.space, an.id) == an


def test_what_an_app_vouches_for_takes_no_password(hue: OpenedSpace) -> None:
    by_app = Identifier("app", "01hq:subject")
    an = staff(hue, by_app)
    login = persons.login(hue.space, by_app)
    assert login is not None
    assert (login.person_id, login.password_hash) == (an.id, None)


def test_staff_are_found_by_their_code(hue: OpenedSpace) -> None:
    an = staff(hue)
    page = hue.admin.get(hue.at("/people?q=cb00")).ok()["items"]
    assert [each["id"] for each in page] == [an.id]
    assert hue.tutor.get(hue.at("/people?q=cb00")).ok()["items"] == []
