"""Coming in by the code of a slip: who may, once, and what an admin's new code does."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

import pytest

from chalicelib.identity import activation
from chalicelib.people import persons
from tests.api import Api, Reply
from tests.emulated import Cloud
from tests.factories import OpenedSpace, open_space
from tests.identity.listed import NAME, code_of, listed
from tests.identity.people import OTHER_PASSWORD, PASSWORD, as_signed_in, refresh, sign_in, somebody
from tests.spending import spending


@pytest.fixture
def hue(aws: Cloud) -> OpenedSpace:
    return open_space()


def activate(hue: OpenedSpace, login: str, code: str, password: str | None = PASSWORD, api: Api | None = None) -> Reply:
    return (api or Api()).post(hue.at("/sessions/activation"), {"login": login, "code": code, "password": password})


def test_a_slip_lets_its_person_in_and_the_password_does_from_then_on(hue: OpenedSpace) -> None:
    person = listed(hue, "CB0000001")
    tokens = activate(hue, "cb 0000001", code_of(hue, person)).ok(200)
    assert (tokens["person"]["id"], tokens["person"]["name"]) == (person.id, NAME)
    me = Api(tokens["access_token"]).get(hue.at("/me")).ok()
    assert me["identifiers"] == [{"kind": "staff_code", "value": "CB0000001"}]
    assert as_signed_in(hue, "CB0000001").get(hue.at("/me")).ok()["id"] == person.id
    assert hue.admin.get(hue.at(f"/people/{person.id}")).ok()["status"] == "active"


@pytest.mark.parametrize("login", ["cb0000002", "0912.345.678", "BINH@hue.example", "046 196 012 479"])
def test_any_of_ones_identifiers_goes_with_the_code(hue: OpenedSpace, login: str) -> None:
    person = listed(hue, "CB0000002", email="binh@hue.example", phone="0912345678", national_id="046196012479")
    assert activate(hue, login, code_of(hue, person)).ok(200)["person"]["id"] == person.id


def test_the_code_is_read_as_people_write_it(hue: OpenedSpace) -> None:
    person = listed(hue, "CB1")
    printed = code_of(hue, person)
    assert len(printed) == 11
    assert not set(printed) & set("ILOU")
    sloppy = printed.lower().replace("-", " ").replace("0", "o").replace("1", "l")
    activate(hue, "CB1", sloppy).ok(200)


def test_a_code_is_good_once(hue: OpenedSpace) -> None:
    person = listed(hue, "CB1")
    code = code_of(hue, person)
    activate(hue, "CB1", code).ok(200)
    activate(hue, "CB1", code, OTHER_PASSWORD).refused(410, "code_spent")
    sign_in(hue, "CB1", PASSWORD)


def test_of_many_who_use_it_at_once_one_is_in(hue: OpenedSpace) -> None:
    person = listed(hue, "CB1")
    code = code_of(hue, person)
    with ThreadPoolExecutor(6) as pool:
        statuses = list(pool.map(lambda _: activate(hue, "CB1", code).status, range(6)))
    assert statuses.count(200) == 1
    assert set(statuses) <= {200, 410}


def test_a_wrong_code_a_strangers_and_nobodys_are_answered_alike(hue: OpenedSpace) -> None:
    listed(hue, "CB1")
    other = listed(hue, "CB2")
    unlisted = somebody(hue, "an@hue.example")
    activate(hue, "CB1", "00000-00000")  # the first one makes the space's key
    answers = []
    for login, code in (
        ("CB1", "00000-00000"), ("CB1", code_of(hue, other)), ("CB9", code_of(hue, other)),
        (unlisted.logins[0].value, "00000-00000"), ("%%%", "?"), ("CB1", ""),
    ):  # fmt: skip
        with spending() as spent:
            problem = activate(hue, login, code).refused(401, "wrong_code")
        problem.pop("request_id", None)
        answers.append((problem, spent.last["calls"]))
    assert answers == [answers[0]] * len(answers)


def test_guessing_ends_after_few_tries(hue: OpenedSpace) -> None:
    person = listed(hue, "CB1")
    statuses = [activate(hue, "CB1", "00000-00000").status for _ in range(11)]
    assert statuses == [401] * 10 + [429]
    activate(hue, "CB1", code_of(hue, person)).refused(429, "too_many_tries")


def test_a_password_is_needed_by_whoever_no_code_can_be_sent_to(hue: OpenedSpace) -> None:
    landline = listed(hue, "CB1", phone="02343822822")
    problem = activate(hue, "CB1", code_of(hue, landline), None).refused(422, "invalid_input")
    assert [(each["field"], each["code"]) for each in problem["errors"]] == [("password", "password_needed")]
    activate(hue, "CB1", "00000-00000", None).refused(401, "wrong_code")
    reached = listed(hue, "CB2", phone="0912345678")
    activate(hue, "CB2", code_of(hue, reached), None).ok(200)
    Api().post(hue.at("/sessions"), {"login": "CB2", "password": PASSWORD}).refused(401, "wrong_credentials")


def test_the_password_is_no_poor_one(hue: OpenedSpace) -> None:
    person = listed(hue, "CB1")
    for poor in ("12345678", "Le Thi Binh", "short"):
        assert activate(hue, "CB1", code_of(hue, person), poor).refused(422)["errors"][0]["field"] == "password"
    activate(hue, "CB1", code_of(hue, person)).ok(200)


def test_whoever_is_shut_out_stays_out(hue: OpenedSpace) -> None:
    person = listed(hue, "CB1")
    code = code_of(hue, person)
    persons.change(hue.space, person, person.deactivated())
    activate(hue, "CB1", code).refused(403, "account_deactivated")
    hue.admin.post(hue.at(f"/people/{person.id}/activation")).refused(409, "person_deactivated")


def test_a_new_code_voids_the_old_one(hue: OpenedSpace) -> None:
    person = listed(hue, "CB1")
    old = code_of(hue, person)
    given = hue.admin.post(hue.at(f"/people/{person.id}/activation")).ok(200)
    assert given["login"] == "CB1"
    assert given["address"] == f"http://localhost:8000/s/{hue.slug}/activation"
    activate(hue, "CB1", old).refused(401, "wrong_code")
    activate(hue, "CB1", given["code"]).ok(200)


def test_a_new_code_takes_in_again_whoever_has_lost_the_password(hue: OpenedSpace) -> None:
    person = listed(hue, "CB1")
    before = activate(hue, "CB1", code_of(hue, person)).ok(200)
    given = hue.admin.post(hue.at(f"/people/{person.id}/activation")).ok(200)
    refresh(hue, before["refresh_token"]).refused(401, "session_ended")
    Api().post(hue.at("/sessions"), {"login": "CB1", "password": PASSWORD}).refused(401, "wrong_credentials")
    activate(hue, "CB1", given["code"], OTHER_PASSWORD).ok(200)
    sign_in(hue, "CB1", OTHER_PASSWORD)


def test_whom_an_admin_gives_a_code_has_proved_who_they_are_by_using_it(hue: OpenedSpace) -> None:
    registered = {"name": "Lê Văn Cường", "login": "0912345671", "password": PASSWORD}
    person = Api().post(hue.at("/people"), registered).ok(201)["id"]
    for password, works in ((None, False), (OTHER_PASSWORD, True)):
        given = hue.admin.post(hue.at(f"/people/{person}/activation")).ok(200)
        activate(hue, given["login"], given["code"], password).ok(200)
        assert not persons.get(hue.space, person).unproven
        for each in (PASSWORD, OTHER_PASSWORD):
            answer = Api().post(hue.at("/sessions"), {"login": "0912345671", "password": each})
            assert answer.status == (200 if works and each == OTHER_PASSWORD else 401)


def test_the_last_admin_is_not_locked_out(hue: OpenedSpace) -> None:
    last = somebody(hue, "hoa@hue.example", ("admin",))
    hue.admin.post(hue.at(f"/people/{last.id}/activation")).refused(409, "last_admin")


def test_who_gave_a_code_is_written_down_and_the_code_is_not(hue: OpenedSpace) -> None:
    person = listed(hue, "CB1")
    given = hue.admin.post(hue.at(f"/people/{person.id}/activation")).ok(200)
    trail = hue.admin.get(hue.at("/audit"))
    assert [each["operation"] for each in trail.ok()["items"]][:1] == ["renew_activation"]
    assert given["code"] not in str(trail.text)


def test_codes_of_two_spaces_have_nothing_in_common(hue: OpenedSpace) -> None:
    person = listed(hue, "CB1")
    other = open_space()
    assert activation.code_of(other.space, person) != activation.code_of(hue.space, person)


def test_activating_keeps_to_its_budget(hue: OpenedSpace) -> None:
    person = listed(hue, "CB1", email="binh@hue.example", phone="0912345678", national_id="046196012479")
    Api().get(hue.at()).ok()  # the space's name is known for a minute
    with spending() as spent:
        activate(hue, "CB1", code_of(hue, person)).ok(200)
    assert spent.last["calls"] == 5
    spent.within_budget()
