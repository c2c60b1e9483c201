"""An answer that is lost on a poor line: the same attempt gets it again, and nobody else does."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

import pytest

from chalicelib import clock
from chalicelib.people import space_key
from tests.api import Api, Reply
from tests.emulated import Cloud
from tests.factories import OpenedSpace, open_space
from tests.identity.interference import just_before
from tests.identity.people import refresh, sign_in, somebody
from tests.spending import spending

FIRST, SECOND = "q7Zk2m8x9d4t6w5z1cAbCd", "another-attempt-9d4t6w5z1c"
DAY_S = 24 * 3600


@pytest.fixture
def hue(aws: Cloud) -> OpenedSpace:
    return open_space()


@pytest.fixture
def token(hue: OpenedSpace) -> str:
    """The refresh token of somebody who has just signed in; the space's key is in memory."""
    somebody(hue)
    space_key.mac(hue.space, "warm")
    return str(sign_in(hue)["refresh_token"])


def attempt(hue: OpenedSpace, token: str, value: str) -> Reply:
    return Api().post(hue.at("/sessions/refresh"), {"refresh_token": token, "attempt": value})


def gained(reply: Reply) -> str:
    return str(reply.ok(200)["refresh_token"])


def test_the_same_attempt_gets_the_same_token_again(hue: OpenedSpace, token: str) -> None:
    with spending() as spent:
        second = gained(attempt(hue, token, FIRST))
    spent.within_budget()
    with spending() as again:
        assert gained(attempt(hue, token, FIRST)) == second
    again.within_budget()
    assert gained(attempt(hue, token, FIRST)) == second
    third = gained(attempt(hue, second, SECOND))
    assert len({token, second, third}) == 3


@pytest.mark.parametrize("other", [SECOND, FIRST.swapcase(), None])
def test_with_another_attempt_or_none_it_is_a_thief(hue: OpenedSpace, token: str, other: str | None) -> None:
    second = gained(attempt(hue, token, FIRST))
    thief = refresh(hue, token) if other is None else attempt(hue, token, other)
    thief.refused(401, "refresh_token_reused")
    refresh(hue, second).refused(401, "session_ended")


@pytest.mark.parametrize("by_attempt", [True, False])
def test_only_the_newest_exchange_is_repeated(hue: OpenedSpace, token: str, by_attempt: bool) -> None:
    second = gained(attempt(hue, token, FIRST))
    gained(attempt(hue, second, FIRST) if by_attempt else refresh(hue, second))
    attempt(hue, token, FIRST).refused(401, "refresh_token_reused")


def test_an_exchange_without_an_attempt_is_never_repeated(hue: OpenedSpace, token: str) -> None:
    gained(refresh(hue, token))
    attempt(hue, token, FIRST).refused(401, "refresh_token_reused")


def test_an_answer_is_asked_for_within_a_day(hue: OpenedSpace, token: str) -> None:
    second = gained(attempt(hue, token, FIRST))
    start = clock.epoch_s()
    clock.set_source(lambda: float(start + DAY_S - 60))
    assert gained(attempt(hue, token, FIRST)) == second
    clock.set_source(lambda: float(start + DAY_S + 60))
    attempt(hue, token, FIRST).refused(401, "refresh_token_reused")


def test_all_who_send_one_attempt_at_once_get_one_token(hue: OpenedSpace, token: str) -> None:
    with ThreadPoolExecutor(8) as pool:
        tokens = set(pool.map(lambda _: gained(attempt(hue, token, FIRST)), range(8)))
    assert len(tokens) == 1
    gained(refresh(hue, tokens.pop()))


def test_of_two_attempts_at_once_one_gets_the_token_and_keeps_it(hue: OpenedSpace, token: str) -> None:
    won: list[str] = []
    with just_before("UpdateItem", lambda: won.append(gained(attempt(hue, token, FIRST)))):
        attempt(hue, token, SECOND).refused(401, "refresh_raced")
    assert gained(attempt(hue, token, FIRST)) == won[0]
    gained(refresh(hue, won[0]))


def test_a_session_that_ended_meanwhile_stays_ended(hue: OpenedSpace, token: str) -> None:
    entered = attempt(hue, token, FIRST).ok(200)
    Api(entered["access_token"]).delete(hue.at("/sessions"), query={"all": "true"}).ok(204)
    attempt(hue, token, FIRST).refused(401, "session_ended")


def test_a_release_that_knows_of_no_attempts_ends_the_exchange(hue: OpenedSpace, token: str) -> None:
    """While a release spreads, the former one exchanges tokens too, and leaves what it does not know."""
    second = gained(attempt(hue, token, FIRST))
    person_id, session_id, _ = second.split(".")
    session = (f"person#{person_id}", f"session#{session_id}")
    hue.space.table("people").update(*session, "SET #h = :h", {":h": "0" * 64}, names={"#h": "hash"})
    attempt(hue, token, FIRST).refused(401, "refresh_token_reused")


@pytest.mark.parametrize("poor", ["1", "a" * 21, "a" * 65, "a b" * 10, ""])
def test_an_attempt_is_a_secret_of_some_length(hue: OpenedSpace, token: str, poor: str) -> None:
    reply = attempt(hue, token, poor)
    reply.refused(422, "invalid_input")
    assert reply.bad_fields == {"attempt"}
    gained(refresh(hue, token))


def test_what_is_stored_of_an_exchange_tells_neither_token(hue: OpenedSpace, token: str) -> None:
    second = gained(attempt(hue, token, FIRST))
    stored = repr(hue.space.table("people").query_all(f"person#{token.split('.')[0]}"))
    assert not any(secret in stored for secret in (FIRST, token.split(".")[2], second.split(".")[2]))
