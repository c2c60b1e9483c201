"""Registering oneself: three fields, every fault at once, one person for one identifier."""

from __future__ import annotations

import json
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from pydantic import TypeAdapter, ValidationError

from chalicelib.identity import passwords, throttle
from chalicelib.people import identifiers, persons
from tests.api import Api, Reply
from tests.crashes import killed_after
from tests.emulated import Cloud
from tests.factories import OpenedSpace, open_space
from tests.identity.people import OTHER_PASSWORD, PASSWORD, sign_in, somebody

AN = {"name": "Nguyễn Văn An", "login": "0912 345 678", "password": PASSWORD}


@pytest.fixture
def hue(aws: Cloud) -> OpenedSpace:
    return open_space()


def register(hue: OpenedSpace, body: Any = None, **options: Any) -> Reply:
    return Api().post(hue.at("/people"), AN if body is None else body, **options)


def test_from_registering_to_learning(hue: OpenedSpace) -> None:
    reply = register(hue)
    person = reply.ok(201)
    assert person["name"] == "Nguyễn Văn An"
    assert (person["roles"], person["status"]) == (["learner"], "active")
    assert person["identifiers"] == [{"kind": "phone", "value": "+84912345678"}]
    assert reply.headers["location"].endswith(person["id"])
    assert "token" not in json.dumps(person)
    assert sign_in(hue, "0912345678")["person"]["id"] == person["id"]
    learner = hue.space.table("learning").get(f"learner#{person['id']}", "learner")
    assert learner
    assert learner["via"] == "self"


def test_who_registers_reads_the_language_they_asked_in(hue: OpenedSpace) -> None:
    assert register(hue, headers={"accept-language": "en"}).ok(201)["locale"] == "en"


def test_every_bad_field_is_named_at_once(hue: OpenedSpace) -> None:
    body = {"name": " ", "login": "0123", "password": "12345678", "role": "admin"}
    reply = register(hue, body)
    reply.refused(422, "invalid_input")
    assert reply.bad_fields == {"name", "login", "password", "role"}
    reply = register(hue, {})
    reply.refused(422)
    assert reply.bad_fields == {"name", "login", "password"}


@pytest.mark.parametrize("body", [[], "x", 5, None, {"name": "An", "login": None, "password": ["x"]}])
def test_a_body_of_another_shape_is_refused(hue: OpenedSpace, body: Any) -> None:
    Api().call("POST", hue.at("/people"), raw=json.dumps(body).encode()).refused(422)


@pytest.mark.parametrize(
    ("password", "code"),
    [
        ("ngắn", "string_too_short"),
        ("x" * 129, "string_too_long"),
        ("matkhau123", "password_common"),
        ("Mật khẩu 2026", "password_common"),
        ("anhyeuem", "password_common"),
        ("12345678", "password_common"),
        ("hhhhhhhhhh", "password_common"),
        ("15081990", "password_common"),
        ("0987 654 321", "password_common"),
        ("Aa@123456", "password_common"),
        ("          ", "password_common"),
        ("nguyễn văn an", "password_personal"),
        ("Nguyen-Van-An", "password_personal"),
        ("van.an.hue@hue.example", "password_personal"),
        ("vananhue", "password_personal"),
        ("THÀNH PHỐ HUẾ", "password_personal"),
    ],
)
def test_a_weak_password_is_refused_with_its_reason(hue: OpenedSpace, password: str, code: str) -> None:
    body = {"name": "Nguyễn Văn An", "login": "van.an.hue@hue.example", "password": password}
    problem = register(hue, body).refused(422)
    assert [(error["field"], error["code"]) for error in problem["errors"]] == [("password", code)]


@pytest.mark.parametrize("password", ["Hoc-mo-2026", "bún bò và sông Hương", "correct horse battery", "🐃🐃 ăn cỏ"])
def test_a_good_password_is_taken_and_nothing_else_asked(hue: OpenedSpace, password: str) -> None:
    register(hue, AN | {"password": password}).ok(201)
    sign_in(hue, "0912345678", password)


@pytest.mark.parametrize("name", ["<b>An</b>", "Bấm evil.example", "http://evil", "12345", "…", "www.evil", "An@Hue"])
def test_a_name_is_a_name(hue: OpenedSpace, name: str) -> None:
    reply = register(hue, AN | {"name": name})
    reply.refused(422)
    assert reply.bad_fields == {"name"}


@pytest.mark.parametrize(
    "name",
    ["Nguyễn Thị Hồng-Nhung", "O'Brien", "Tổ công nghệ số cộng đồng số 3", "ThS. Lê Bình (Sở TT&TT)", "H’Hen"],
)
def test_names_of_people_and_teams_are_taken(hue: OpenedSpace, name: str) -> None:
    assert register(hue, AN | {"name": f"  {name} "}).ok(201)["name"] == name


def test_a_name_in_another_unicode_form_is_stored_in_nfc(hue: OpenedSpace) -> None:
    import unicodedata

    person = register(hue, AN | {"name": unicodedata.normalize("NFD", "Nguyễn Văn Ấn")}).ok(201)
    assert person["name"] == unicodedata.normalize("NFC", "Nguyễn Văn Ấn")


@pytest.mark.parametrize("login", ["0912345678", "+84 912 345 678", "84912345678"])
def test_an_identifier_is_taken_once_however_it_is_written(hue: OpenedSpace, login: str) -> None:
    register(hue).ok(201)
    reply = register(hue, {"name": "Người khác", "login": login, "password": OTHER_PASSWORD})
    reply.refused(409, "identifier_taken")
    assert reply.bad_fields == {"login"}
    sign_in(hue, "0912345678")


def test_fifty_who_register_one_identifier_at_once_make_one_person(hue: OpenedSpace) -> None:
    def ask(number: int) -> Reply:
        return register(
            hue, {"name": f"Người {number}", "login": "an@hue.example", "password": f"hoa-sen-trắng-{number}!"}
        )

    with ThreadPoolExecutor(50) as pool:
        replies = list(pool.map(ask, range(50)))
    assert sorted(reply.status for reply in replies) == [201] + [409] * 49
    (winner,) = (reply for reply in replies if reply.status == 201)
    number = winner.json["name"].split()[1]
    found = persons.find(hue.space, identifiers.parse("an@hue.example"))
    assert found
    assert found.id == winner.json["id"]
    sign_in(hue, "an@hue.example", f"hoa-sen-trắng-{number}!")


def test_a_repeated_request_registers_once(hue: OpenedSpace) -> None:
    key = {"idempotency-key": "mot-khoa-kho-doan"}
    first = register(hue, headers=key).ok(201)
    again = register(hue, headers=key)
    assert again.ok(201) == first
    assert again.headers["idempotent-replayed"] == "true"
    register(hue, AN | {"name": "Khác"}, headers=key).refused(422, "idempotency_key_reused")


def test_the_kept_answer_holds_no_password_nor_its_plain_hash(hue: OpenedSpace) -> None:
    register(hue, headers={"idempotency-key": "mot-khoa-kho-doan"}).ok(201)
    rows = hue.space.table("people").scan(["pk", "sk", "fingerprint", "body", "headers", "password_hash", "name"])
    import hashlib

    assert PASSWORD not in repr(rows.items)
    sent = json.dumps(AN).encode()
    assert hashlib.sha256(sent).hexdigest() not in repr(rows.items)


@pytest.mark.parametrize("calls", range(6))
def test_a_registration_that_dies_anywhere_is_finished_by_its_retry(aws: Cloud, calls: int) -> None:
    from chalicelib import clock

    hue = open_space()
    Api().get(hue.at("/me"))
    key = {"idempotency-key": "mot-khoa-kho-doan"}
    with killed_after(calls):
        register(hue, headers=key)
    start = clock.epoch_s()
    clock.set_source(lambda: float(start + 60))
    person = register(hue, headers=key).ok(201)
    assert sign_in(hue, "0912345678")["person"]["id"] == person["id"]


def test_a_space_that_takes_invited_people_alone_says_so(aws: Cloud) -> None:
    hue = open_space(self_registration=False)
    register(hue).refused(403, "registration_closed")
    hue.admin.post(hue.at("/people"), {"name": "An", "email": "an@hue.example", "roles": ["learner"]}).ok(201)


def test_a_suspended_space_takes_nobody(aws: Cloud) -> None:
    register(open_space(status="suspended")).refused(403, "space_suspended")


def test_an_address_registers_a_school_but_not_a_city(hue: OpenedSpace, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(throttle, "REGISTRATIONS", 5)
    replies = [register(hue, AN | {"login": f"p{number}@hue.example"}).status for number in range(7)]
    assert replies == [201] * 5 + [429] * 2


def test_an_address_hears_of_few_identifiers_that_they_are_taken(
    hue: OpenedSpace, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(throttle, "REGISTRATIONS", 20)
    somebody(hue, "taken@hue.example")
    asked = AN | {"login": "taken@hue.example"}
    assert [register(hue, asked).status for _ in range(4)] == [409, 409, 429, 429]
    register(hue, AN | {"login": "free@hue.example"}).refused(429, "too_many_tries")


def test_many_who_ask_at_once_hear_no_more_than_one_who_asks_often(
    hue: OpenedSpace, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(throttle, "REGISTRATIONS", 20)
    somebody(hue, "taken@hue.example")
    asked = AN | {"login": "taken@hue.example"}
    with ThreadPoolExecutor(16) as threads:
        statuses = list(threads.map(lambda _: register(hue, asked).status, range(16)))
    assert statuses.count(409) <= 2


def test_a_password_that_is_too_long_is_not_worked_on() -> None:
    for field in (passwords.GivenPassword, passwords.NewPassword):
        with pytest.raises(ValidationError) as refused:
            TypeAdapter(field).validate_python("\ufdfa" * 1_000)
        assert refused.value.errors()[0]["input"] == "\ufdfa" * 1_000  # one of these becomes eighteen characters


def test_ensuring_somebody_changes_nobody(hue: OpenedSpace) -> None:
    first = somebody(hue)
    assert somebody(hue, name="Khác") == first


def test_the_list_of_common_passwords_is_read() -> None:
    words, whole = passwords._listed()
    assert len(words) > 300
    assert len(whole) > 80
    assert {"matkhau", "password", "anhyeuem"} <= words
    assert "1q2w3e4r" in whole
    assert "#" not in words | whole
