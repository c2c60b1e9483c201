"""What an admin says a person is known by: added, removed, held by others, by two admins at once."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest

from chalicelib.people import persons, space_key
from chalicelib.people.identifiers import Identifier
from chalicelib.people.person import Person
from tests.api import Api, Reply
from tests.emulated import Cloud
from tests.factories import OpenedSpace, open_space
from tests.identity.people import sign_in, somebody

NUMBER = "046096000123"


@pytest.fixture
def hue(aws: Cloud) -> OpenedSpace:
    return open_space()


def given(kind: str, value: str) -> dict[str, str]:
    return {"kind": kind, "value": value}


def edit(hue: OpenedSpace, person: Person, *, match: str | None = None, **body: Any) -> Reply:
    headers = {"if-match": match or persons.get(hue.space, person.id, consistent=True).etag}
    return hue.admin.patch(hue.at(f"/people/{person.id}/identifiers"), body, headers=headers)


def values(reply: Reply) -> list[str]:
    return [each["value"] for each in reply.ok()["identifiers"]]


def test_what_is_added_opens_the_same_door(hue: OpenedSpace) -> None:
    an = somebody(hue)
    added = [given("phone", "0912 345 678"), given("staff_code", "cb 17"), given("national_id", "046 096 000 123")]
    assert values(edit(hue, an, add=added)) == ["an@hue.example", "+84912345678", "CB17", "•••••••••123"]
    for login in ("0912345678", "CB17", NUMBER):
        assert sign_in(hue, login)["person"]["id"] == an.id


def test_what_is_removed_opens_nothing_and_ends_the_sessions(hue: OpenedSpace) -> None:
    an = somebody(hue)
    edit(hue, an, add=[given("phone", "0912345678"), given("national_id", NUMBER)]).ok()
    token = sign_in(hue, "0912345678")["refresh_token"]
    assert values(edit(hue, an, remove=[given("phone", "+84912345678"), given("national_id", "•••••••••123")])) == [
        "an@hue.example"
    ]
    Api().post(hue.at("/sessions/refresh"), {"refresh_token": token}).refused(401)
    Api().post(hue.at("/sessions"), {"login": "0912345678", "password": "x" * 12}).refused(401)
    assert sign_in(hue)["person"]["id"] == an.id
    assert persons.find(hue.space, space_key.national_id(hue.space, NUMBER)) is None


def test_what_somebody_else_has_is_named_and_whose_it_is(hue: OpenedSpace) -> None:
    an, binh = somebody(hue), somebody(hue, "0912345678", name="Trần Bình")
    refused = edit(hue, an, add=[given("staff_code", "CB1"), given("phone", "0912345678")])
    problem = refused.refused(409, "identifier_held")
    assert refused.bad_fields == {"add.1.value"}
    assert binh.id in str(problem["errors"])
    assert "Trần Bình" in str(problem["errors"])
    assert persons.get(hue.space, an.id) == an


def test_two_admins_who_give_one_number_to_two_people_do_not_both_succeed(hue: OpenedSpace) -> None:
    people = [somebody(hue), somebody(hue, "binh@hue.example")]

    def give(person: Person) -> int:
        return edit(hue, person, match=person.etag, add=[given("phone", "0912345678")]).status

    with ThreadPoolExecutor(2) as pool:
        replies = list(pool.map(give, people))
    assert sorted(replies) == [200, 409]


@pytest.mark.parametrize(
    ("body", "bad"),
    [
        ({"add": [given("phone", "12")]}, "add.0.value"),
        ({"add": [given("app", "x:1")]}, "add.0.kind"),
        ({"add": [given("national_id", "•••••••••123")]}, "add.0.value"),
        ({"remove": [given("phone", "0987654321")]}, "remove.0.value"),
        ({"remove": [given("national_id", "•••••••••999")]}, "remove.0.value"),
        ({"add": [given("email", "a@hue.example")] * 11}, "add"),
    ],
)
def test_bad_edits_name_their_fields(hue: OpenedSpace, body: dict[str, Any], bad: str) -> None:
    refused = edit(hue, somebody(hue), **body)
    refused.refused(422)
    assert bad in refused.bad_fields


def test_two_identity_numbers_that_end_alike_are_not_confused(hue: OpenedSpace) -> None:
    an = somebody(hue)
    other = "079096000123"
    edit(hue, an, add=[given("national_id", NUMBER), given("national_id", other)]).ok()
    edit(hue, an, remove=[given("national_id", "•••••••••123")]).refused(422)
    edit(hue, an, remove=[given("national_id", other)]).ok()
    assert persons.find(hue.space, space_key.national_id(hue.space, NUMBER))


def test_nobody_is_left_without_a_way_in_nor_edited_unseen(hue: OpenedSpace) -> None:
    an = somebody(hue)
    edit(hue, an, remove=[given("email", "an@hue.example")]).refused(409, "no_identifier_left")
    edit(hue, an, match='"99"', add=[given("staff_code", "CB1")]).refused(412, "stale")
    hue.admin.patch(hue.at(f"/people/{an.id}/identifiers"), {}).refused(428)
    hue.tutor.patch(hue.at(f"/people/{an.id}/identifiers"), {}, headers={"if-match": an.etag}).refused(403)
    assert edit(hue, an, add=[given("email", "AN@hue.example")]).headers["etag"] == an.etag


def test_what_apps_call_a_person_stays(hue: OpenedSpace) -> None:
    an = somebody(hue)
    persons.change(hue.space, an, an.identified([*an.identifiers, Identifier("app", "hue-s:7")]))
    edit(hue, an, remove=[given("email", "an@hue.example")]).ok()
    assert persons.get(hue.space, an.id).identifiers == (Identifier("app", "hue-s:7"),)


def test_an_account_that_went_up_in_another_is_not_edited(hue: OpenedSpace) -> None:
    an, binh = somebody(hue), somebody(hue, "0912345678")
    hue.admin.post(hue.at(f"/people/{an.id}/merges"), {"other": binh.id}).ok(202)
    problem = edit(hue, binh, add=[given("staff_code", "CB1")]).refused(409, "merged_away")
    assert an.id in problem["detail"]
    headers = {"if-match": persons.get(hue.space, binh.id).etag}
    hue.admin.patch(hue.at(f"/people/{binh.id}"), {"status": "active"}, headers=headers).refused(409, "merged_away")
    told = {"birth": "1996"}
    hue.admin.patch(hue.at(f"/people/{binh.id}/profile"), told, headers=headers).refused(409, "merged_away")
    assert hue.admin.get(hue.at(f"/people/{binh.id}")).ok()["merged_into"] == an.id
