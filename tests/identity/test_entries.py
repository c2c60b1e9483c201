"""One-time entry codes: good once, for a minute, and for the client that began."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

import pytest

from chalicelib import clock
from chalicelib.federation import pkce
from chalicelib.http import tokens
from chalicelib.identity import entries, origins
from chalicelib.identity.entries import Entry
from chalicelib.identity.origins import Origin
from chalicelib.people import administration
from chalicelib.people.person import Person
from tests.api import Api, Reply
from tests.emulated import Cloud
from tests.factories import OpenedSpace, open_space
from tests.identity.people import somebody

VERIFIER = "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk"


@pytest.fixture
def hue(aws: Cloud) -> OpenedSpace:
    return open_space()


@pytest.fixture
def hoa(hue: OpenedSpace) -> Person:
    return somebody(hue)


def _code(hue: OpenedSpace, person: Person, entry: Entry) -> str:
    return entries.issue(hue.space, person.id, person.epoch, entry)


def _redeem(api: Api, hue: OpenedSpace, code: str, verifier: str | None = None) -> Reply:
    sent = {"code": code} | ({"verifier": verifier} if verifier else {})
    return api.post(hue.at("/sessions/entry"), sent)


def test_a_code_gives_tokens_and_says_where_to_land(api: Api, hue: OpenedSpace, hoa: Person) -> None:
    code = _code(hue, hoa, Entry(to="/courses/x"))
    entered = _redeem(api, hue, code).ok(200)
    assert (entered["to"], entered["person"]["id"]) == ("/courses/x", hoa.id)
    assert api.as_(entered["access_token"]).get(hue.at("/me")).ok()["id"] == hoa.id
    assert api.post(hue.at("/sessions/refresh"), {"refresh_token": entered["refresh_token"]}).ok()


def test_a_code_is_good_once(api: Api, hue: OpenedSpace, hoa: Person) -> None:
    code = _code(hue, hoa, Entry())
    _redeem(api, hue, code).ok()
    _redeem(api, hue, code).refused(401, "entry_invalid")


def test_of_many_who_redeem_at_once_one_is_in(api: Api, hue: OpenedSpace, hoa: Person) -> None:
    code = _code(hue, hoa, Entry())
    with ThreadPoolExecutor(8) as pool:
        statuses = sorted(pool.map(lambda _: _redeem(api, hue, code).status, range(8)))
    assert statuses == [200] + [401] * 7


def test_a_code_is_good_for_a_minute(api: Api, hue: OpenedSpace, hoa: Person) -> None:
    code, now = _code(hue, hoa, Entry()), clock.epoch_s()
    clock.set_source(lambda: now + entries.LASTING_S + 1)
    _redeem(api, hue, code).refused(401, "entry_invalid")


@pytest.mark.parametrize("given", [None, "x" * 43])
def test_a_code_is_worth_nothing_to_another_client(api: Api, hue: OpenedSpace, hoa: Person, given: str | None) -> None:
    code = _code(hue, hoa, Entry(challenge=pkce.challenge(VERIFIER)))
    _redeem(api, hue, code, given).refused(401, "entry_invalid")
    _redeem(api, hue, code, VERIFIER).ok()


def test_a_code_of_nobody_and_of_another_space_look_alike(api: Api, hue: OpenedSpace, hoa: Person) -> None:
    elsewhere = open_space()
    code = _code(hue, hoa, Entry())
    _redeem(api, elsewhere, code).refused(401, "entry_invalid")
    _redeem(api, hue, f"{hoa.id}.{'A' * 43}").refused(401, "entry_invalid")


def test_who_was_shut_out_meanwhile_stays_out(api: Api, hue: OpenedSpace, hoa: Person) -> None:
    code = _code(hue, hoa, Entry())
    administration.deactivate(hue.space, hoa.id)
    _redeem(api, hue, code).refused(403, "account_deactivated")


def test_signing_out_everywhere_voids_a_code_too(api: Api, hue: OpenedSpace, hoa: Person) -> None:
    code = _code(hue, hoa, Entry())
    administration.on_latest(hue.space, hoa.id, Person.signed_out)
    _redeem(api, hue, code).refused(401, "entry_invalid")


def test_who_vouched_is_remembered_beside_the_session(api: Api, hue: OpenedSpace, hoa: Person) -> None:
    entered = _redeem(api, hue, _code(hue, hoa, Entry(origin=Origin("p1", "sid-1", "the.id.token")))).ok()
    actor = tokens.verify(entered["access_token"], hue.slug)
    assert origins.of_session(hue.space, actor) == Origin("p1", "sid-1", "the.id.token")
    assert origins.end_by_sid(hue.space, "p2", "sid-1") == 0
    assert origins.end_by_sid(hue.space, "p1", "sid-1") == 1
    api.post(hue.at("/sessions/refresh"), {"refresh_token": entered["refresh_token"]}).refused(401, "session_ended")
