"""Signing in by password: what it answers, what it costs, and how often one may try."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

import pytest

from chalicelib import clock
from chalicelib.http import addresses
from chalicelib.http.tokens import verify
from chalicelib.identity import passwords, throttle
from chalicelib.people import identifiers, persons
from tests.api import Api
from tests.emulated import Cloud
from tests.factories import OpenedSpace, open_space
from tests.identity.people import PASSWORD, as_signed_in, sign_in, somebody
from tests.spending import spending


@pytest.fixture
def hue(aws: Cloud) -> OpenedSpace:
    return open_space()


def attempt(hue: OpenedSpace, login: str, password: str, address: str = "203.0.113.7") -> int:
    return Api(address=address).post(hue.at("/sessions"), {"login": login, "password": password}).status


def test_signing_in_gives_tokens_and_the_person(hue: OpenedSpace) -> None:
    an = somebody(hue)
    answer = sign_in(hue)
    assert (answer["token_type"], answer["expires_in"]) == ("Bearer", 900)
    assert answer["person"] == {"id": an.id, "name": "Nguyễn Văn An", "roles": ["learner"], "locale": "vi"}
    actor = verify(answer["access_token"], hue.slug)
    assert actor.person_id == an.id
    assert actor.roles == {"learner"}
    assert Api(answer["access_token"]).get(hue.at("/me")).ok()["id"] == an.id


def test_tokens_are_not_kept_by_anyone(hue: OpenedSpace) -> None:
    somebody(hue)
    reply = Api().post(hue.at("/sessions"), {"login": "an@hue.example", "password": PASSWORD})
    assert reply.headers["cache-control"] == "no-store"


@pytest.mark.parametrize("login", ["0912 345 678", "+84912345678", "84912345678", "0912.345-678"])
def test_a_phone_number_is_one_however_it_is_written(hue: OpenedSpace, login: str) -> None:
    somebody(hue, "0912345678")
    assert sign_in(hue, login)["person"]["name"] == "Nguyễn Văn An"


def test_a_password_is_one_however_the_keyboard_composes_it(hue: OpenedSpace) -> None:
    import unicodedata

    somebody(hue)
    decomposed = unicodedata.normalize("NFD", PASSWORD)
    assert decomposed != PASSWORD
    sign_in(hue, password=decomposed)


def test_an_unknown_login_and_a_wrong_password_are_told_alike(hue: OpenedSpace) -> None:
    somebody(hue)
    somebody(hue, "moi@hue.example")
    persons.create(hue.space, "Mời", [identifiers.parse("invited@hue.example")], ["author"], status="invited")
    attempt(hue, "warm@hue.example", "sai")
    answers = []
    for login in ("an@hue.example", "nobody@hue.example", "invited@hue.example", "không phải email", ""):
        with spending() as spent:
            reply = Api().post(hue.at("/sessions"), {"login": login, "password": "sai-mật-khẩu"})
        problem = reply.refused(401, "wrong_credentials")
        del problem["request_id"]
        answers.append((problem, spent.last["calls"], spent.last["rcu"], spent.last["wcu"]))
    for answer in answers:
        assert answer == answers[0]


def test_an_unknown_login_is_compared_with_a_hash_of_the_same_parameters(aws: Cloud) -> None:
    assert not passwords.is_outdated(passwords._NOBODYS)
    assert passwords._NOBODYS.startswith("$argon2id$v=19$m=19456,t=2,p=1$")
    assert passwords.hash_new("x").startswith("$argon2id$v=19$m=19456,t=2,p=1$")
    assert not passwords.verify(None, "x")


def test_signing_in_is_three_calls(hue: OpenedSpace) -> None:
    somebody(hue)
    sign_in(hue)
    with spending() as spent:
        sign_in(hue)
    assert spent.last["calls"] == 3
    spent.within_budget()


def test_ten_wrong_passwords_close_the_login_for_a_while(hue: OpenedSpace) -> None:
    somebody(hue)
    clock.set_source(lambda: 1_800_000_900.0)
    assert [attempt(hue, "an@hue.example", "sai") for _ in range(throttle.LOGIN_TRIES)] == [401] * 10
    reply = Api().post(hue.at("/sessions"), {"login": "AN@hue.example", "password": PASSWORD})
    problem = reply.refused(429, "too_many_tries")
    assert reply.headers["retry-after"] == "900"
    assert "15 phút" in problem["detail"]
    clock.set_source(lambda: 1_800_000_900.0 + 900)
    sign_in(hue)


def test_an_unknown_login_is_closed_like_a_known_one(hue: OpenedSpace) -> None:
    tries = [attempt(hue, "nobody@hue.example", "sai") for _ in range(throttle.LOGIN_TRIES + 2)]
    assert tries == [401] * 10 + [429] * 2


def test_success_forgets_the_failures_before(hue: OpenedSpace) -> None:
    somebody(hue)
    for place in range(3):
        tries = [attempt(hue, "an@hue.example", "sai", address=f"203.0.113.{place}") for _ in range(9)]
        assert tries == [401] * 9
        sign_in(hue)


def test_many_at_once_have_no_more_tries(hue: OpenedSpace) -> None:
    somebody(hue)
    with ThreadPoolExecutor(40) as pool:
        answers = list(pool.map(lambda _: attempt(hue, "an@hue.example", "sai"), range(40)))
    assert sorted(answers) == [401] * throttle.LOGIN_TRIES + [429] * 30


def test_an_address_that_tries_many_logins_is_stopped(hue: OpenedSpace, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(throttle, "ADDRESS_SHARDS", 1)
    monkeypatch.setattr(throttle, "ADDRESS_TRIES", 12)
    with ThreadPoolExecutor(20) as pool:
        answers = list(pool.map(lambda number: attempt(hue, f"p{number}@hue.example", "sai"), range(20)))
    assert sorted(answers) == [401] * 12 + [429] * 8
    assert attempt(hue, "else@hue.example", "sai", address="203.0.113.8") == 401


def test_an_office_that_signs_in_behind_one_address_is_not_stopped(
    hue: OpenedSpace, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(throttle, "ADDRESS_SHARDS", 1)
    monkeypatch.setattr(throttle, "ADDRESS_TRIES", 3)
    somebody(hue)
    assert [attempt(hue, "an@hue.example", PASSWORD) for _ in range(8)] == [200] * 8


def test_one_subscriber_of_ipv6_is_one_address() -> None:
    assert addresses.network("2001:db8:1:2::1") == addresses.network("2001:db8:1:2:ffff::9") == "2001:db8:1:2::/64"
    assert addresses.network("2001:db8:1:3::1") != addresses.network("2001:db8:1:2::1")
    assert addresses.network("::ffff:203.0.113.7") == "203.0.113.7"
    assert addresses.network("") == "unknown"


def test_a_deactivated_person_hears_of_it_after_the_right_password_only(hue: OpenedSpace) -> None:
    an = somebody(hue)
    persons.change(hue.space, an, an.deactivated())
    Api().post(hue.at("/sessions"), {"login": "an@hue.example", "password": "sai"}).refused(401, "wrong_credentials")
    reply = Api().post(hue.at("/sessions"), {"login": "an@hue.example", "password": PASSWORD})
    reply.refused(403, "account_deactivated")


def test_a_password_is_kept_anew_when_parameters_have_changed(hue: OpenedSpace) -> None:
    from argon2 import PasswordHasher

    old = PasswordHasher(time_cost=1, memory_cost=8_192, parallelism=1).hash(PASSWORD)
    pair = [identifiers.parse("an@hue.example"), identifiers.parse("0912345678")]
    persons.create(hue.space, "An", pair, ["learner"], password_hash=old)
    sign_in(hue)
    for identifier in pair:
        login = persons.login(hue.space, identifier)
        assert login
        assert login.password_hash
        assert not passwords.is_outdated(login.password_hash)
    sign_in(hue, "0912345678")


def test_a_suspended_space_lets_its_admins_in_and_tells_the_others(aws: Cloud) -> None:
    hue = open_space(status="suspended")
    somebody(hue)
    somebody(hue, "admin@hue.example", ("admin",))
    Api().post(hue.at("/sessions"), {"login": "an@hue.example", "password": PASSWORD}).refused(403, "space_suspended")
    Api().post(hue.at("/sessions"), {"login": "an@hue.example", "password": "sai"}).refused(401, "wrong_credentials")
    as_signed_in(hue, "admin@hue.example").get(hue.at("/people")).ok()


def test_a_space_that_is_being_opened_says_so(aws: Cloud) -> None:
    hue = open_space(status="opening")
    Api().post(hue.at("/sessions"), {"login": "an@hue.example", "password": "x"}).refused(503, "space_opening")
    Api().post(hue.at("/sessions/refresh"), {"refresh_token": "x"}).refused(503, "space_opening")


def test_every_bad_field_is_named(hue: OpenedSpace) -> None:
    reply = Api().post(hue.at("/sessions"), {"email": "x", "password": 5})
    reply.refused(422)
    assert reply.bad_fields == {"login", "email", "password"}


def test_a_login_of_one_space_is_nobody_in_another(aws: Cloud, hue: OpenedSpace) -> None:
    other = open_space()
    somebody(hue)
    assert attempt(other, "an@hue.example", PASSWORD) == 401


ODD = ["\0", "@", "＠" * 99, "x" * 508, "İ" * 508, "🐃" * 508, "ﷺ" * 508, "\uffff", "a@" + "b" * 506]


@pytest.mark.parametrize("odd", ODD)
def test_an_odd_login_is_nobodys_and_an_odd_password_wrong(hue: OpenedSpace, odd: str) -> None:
    assert attempt(hue, odd, "sai") == 401
    assert attempt(hue, "an@hue.example", odd[:28]) == 401
    assert Api().post(hue.at("/password-resets"), {"login": odd}).status == 202
