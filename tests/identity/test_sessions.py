"""Sessions: going on with a refresh token, thieves and races around it, signing out."""

from __future__ import annotations

import json
from concurrent.futures import ThreadPoolExecutor

import pytest

from chalicelib import clock, ids
from chalicelib.http.tokens import verify
from chalicelib.people import persons
from tests.api import Api
from tests.emulated import Cloud
from tests.factories import OpenedSpace, open_space
from tests.identity.interference import just_before
from tests.identity.people import OTHER_PASSWORD, PASSWORD, as_signed_in, refresh, sign_in, somebody
from tests.spending import spending

DAY_S = 24 * 3600


@pytest.fixture
def hue(aws: Cloud) -> OpenedSpace:
    return open_space()


def test_a_refresh_token_gives_the_next(hue: OpenedSpace) -> None:
    an = somebody(hue)
    first = sign_in(hue)
    second = refresh(hue, first["refresh_token"]).ok(200)
    assert second["refresh_token"] != first["refresh_token"]
    assert second["person"] == first["person"]
    assert verify(second["access_token"], hue.slug).person_id == an.id
    refresh(hue, second["refresh_token"]).ok(200)


def test_refreshing_is_two_calls(hue: OpenedSpace) -> None:
    somebody(hue)
    token = sign_in(hue)["refresh_token"]
    with spending() as spent:
        refresh(hue, token).ok()
    spent.within_budget()


def test_an_old_token_ends_the_session_for_both(hue: OpenedSpace) -> None:
    somebody(hue)
    first = sign_in(hue)["refresh_token"]
    second = refresh(hue, first).ok()["refresh_token"]
    third = refresh(hue, second).ok()["refresh_token"]
    refresh(hue, first).refused(401, "refresh_token_reused")
    refresh(hue, third).refused(401, "session_ended")


def test_another_session_of_the_person_goes_on(hue: OpenedSpace) -> None:
    somebody(hue)
    first, other = sign_in(hue)["refresh_token"], sign_in(hue)["refresh_token"]
    refresh(hue, first).ok()
    refresh(hue, first).refused(401, "refresh_token_reused")
    refresh(hue, other).ok()


def test_of_many_who_use_a_token_at_once_one_gets_the_next(hue: OpenedSpace) -> None:
    somebody(hue)
    token = sign_in(hue)["refresh_token"]
    with ThreadPoolExecutor(12) as pool:
        statuses = [reply.status for reply in pool.map(lambda _: refresh(hue, token), range(12))]
    assert sorted(statuses) == [200] + [401] * 11


def test_whoever_is_overtaken_leaves_the_winner_alone(hue: OpenedSpace) -> None:
    somebody(hue)
    token = sign_in(hue)["refresh_token"]
    won = []
    with just_before("UpdateItem", lambda: won.append(refresh(hue, token).ok()["refresh_token"])):
        refresh(hue, token).refused(401, "refresh_raced")
    refresh(hue, won[0]).ok()


def test_a_session_that_ends_while_it_is_refreshed_stays_ended(hue: OpenedSpace) -> None:
    somebody(hue)
    signed_in = sign_in(hue)
    api = Api(signed_in["access_token"])
    with just_before("UpdateItem", lambda: api.delete(hue.at("/sessions")).ok(204)):
        refresh(hue, signed_in["refresh_token"]).refused(401, "session_ended")
    assert api.get(hue.at("/me/sessions")).ok()["items"] == []


def test_a_refresh_whose_answer_was_lost_on_the_way_to_us_is_not_taken_for_theft(hue: OpenedSpace) -> None:
    """The SDK sends a write again when the connection breaks: its own first try must not look like a rival's."""
    somebody(hue)
    token = sign_in(hue)["refresh_token"]
    person_id, session_id, _ = token.split(".")
    table = hue.space.table("people")
    fixed = iter(["A" * 43])
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(ids, "secret", lambda: next(fixed))
        written = ids.fingerprint("A" * 43)
        with just_before(
            "UpdateItem",
            lambda: table.update(
                f"person#{person_id}",
                f"session#{session_id}",
                "SET #h = :h",
                {":h": written},
                names={"#h": "hash"},
            ),
        ):
            answer = refresh(hue, token).ok()
    refresh(hue, answer["refresh_token"]).ok()


@pytest.mark.parametrize(
    "token",
    [
        "",
        "x",
        "a.b.c",
        "." * 100,
        "0" * 22 + "." + "0" * 22 + "." + "A" * 43,
        "é" * 22 + "." + "0" * 22 + "." + "A" * 43,
        ("0" * 22 + "." + "0" * 22 + "." + "A" * 43 + "\n"),
    ],
)
def test_what_is_no_refresh_token_is_refused(hue: OpenedSpace, token: str) -> None:
    refresh(hue, token).refused(401, "session_ended")


def test_the_refresh_token_of_another_space_is_worth_nothing(hue: OpenedSpace) -> None:
    other = open_space()
    somebody(hue)
    somebody(other)
    token = sign_in(hue)["refresh_token"]
    refresh(other, token).refused(401, "session_ended")
    Api().post("/sessions/refresh", {"refresh_token": token}).refused(401, "session_ended")
    refresh(hue, token).ok()


def test_nothing_stored_lets_anyone_in(hue: OpenedSpace) -> None:
    an = somebody(hue)
    token = sign_in(hue)["refresh_token"]
    stored = repr(hue.space.table("people").query_all(f"person#{an.id}"))
    assert token.split(".")[2] not in stored
    assert PASSWORD not in stored


def test_a_session_lasts_thirty_days_from_its_last_use_and_ninety_in_all(hue: OpenedSpace) -> None:
    somebody(hue)
    start = clock.epoch_s()
    token, idle = sign_in(hue)["refresh_token"], sign_in(hue)["refresh_token"]
    for day in (29, 58, 87):
        clock.set_source(lambda day=day: float(start + day * DAY_S))  # type: ignore[misc]
        token = refresh(hue, token).ok()["refresh_token"]
    refresh(hue, idle).refused(401, "session_ended")
    clock.set_source(lambda: float(start + 90 * DAY_S))
    refresh(hue, token).refused(401, "session_ended")


def test_refreshing_gives_the_roles_that_the_person_has_now(hue: OpenedSpace) -> None:
    an = somebody(hue)
    token = sign_in(hue)["refresh_token"]
    persons.change(hue.space, an, an.edited(roles=frozenset({"author", "tutor"})))
    answer = refresh(hue, token).ok()
    assert answer["person"]["roles"] == ["author", "tutor"]
    assert verify(answer["access_token"], hue.slug).roles == {"author", "tutor"}


def test_a_deactivated_person_cannot_go_on_nor_after_coming_back(hue: OpenedSpace) -> None:
    an = somebody(hue)
    token, other = sign_in(hue)["refresh_token"], sign_in(hue)["refresh_token"]
    gone = persons.change(hue.space, an, an.deactivated())
    refresh(hue, token).refused(401, "session_ended")
    persons.change(hue.space, gone, gone.reactivated())
    refresh(hue, other).refused(401, "session_ended")
    sign_in(hue)


def test_a_suspended_space_goes_on_for_admins_alone(aws: Cloud) -> None:
    hue = open_space(status="suspended")
    somebody(hue, "admin@hue.example", ("admin",))
    an = somebody(hue, "an@hue.example", ("admin",))
    token = sign_in(hue, "admin@hue.example")["refresh_token"]
    learner = sign_in(hue)["refresh_token"]
    persons.change(hue.space, an, an.edited(roles=frozenset({"learner"})))
    refresh(hue, token).ok()
    refresh(hue, learner).refused(403, "space_suspended")
    refresh(hue, learner).refused(403, "space_suspended")


def test_signing_out_here_leaves_the_others(hue: OpenedSpace) -> None:
    somebody(hue)
    here, there = sign_in(hue), sign_in(hue)
    Api(here["access_token"]).delete(hue.at("/sessions")).ok(204)
    Api(here["access_token"]).delete(hue.at("/sessions")).ok(204)
    refresh(hue, here["refresh_token"]).refused(401, "session_ended")
    refresh(hue, there["refresh_token"]).ok()


def test_signing_out_everywhere(hue: OpenedSpace) -> None:
    somebody(hue)
    here, there = sign_in(hue), sign_in(hue)
    Api(here["access_token"]).delete(hue.at("/sessions"), query={"all": "true"}).ok(204)
    refresh(hue, here["refresh_token"]).refused(401, "session_ended")
    refresh(hue, there["refresh_token"]).refused(401, "session_ended")
    assert as_signed_in(hue).get(hue.at("/me/sessions")).ok()["items"][0]["current"]


def test_ones_sessions_are_listed_newest_first_and_paged(hue: OpenedSpace) -> None:
    somebody(hue)
    somebody(hue, "binh@hue.example")
    agents = [
        "Mozilla/5.0 (Linux; Android 13) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/120.0 Mobile Safari/537.36",
        "Mozilla/5.0 (iPhone; CPU iPhone OS 17_0 like Mac OS X) AppleWebKit/605 Version/17.0 Mobile Safari/604.1",
        "Mozilla/5.0 (Windows NT 10.0) AppleWebKit/537.36 Chrome/118 Safari/537.36 coc_coc_browser/118",
        "Mozilla/5.0 (Macintosh; Intel Mac OS X 13.1; rv:109.0) Gecko/20100101 Firefox/110.0",
        "curl/8.0" + "x" * 300,
    ]
    start = clock.epoch_s()
    for place, agent in enumerate(agents):
        clock.set_source(lambda place=place: float(start + place))  # type: ignore[misc]
        token = sign_in(hue, api=Api(headers={"user-agent": agent}))["access_token"]
    sign_in(hue, "binh@hue.example")
    me = Api(token)
    first = me.get(hue.at("/me/sessions"), query={"limit": 3}).ok()
    rest = me.get(hue.at("/me/sessions"), query={"limit": 3, "cursor": first["next"]}).ok()
    found = [*first["items"], *rest["items"]]
    devices = [each["device"] for each in found]
    assert devices == [
        ("curl/8.0" + "x" * 300)[:40],
        "Firefox, macOS",
        "Cốc Cốc, Windows",
        "Safari, iPhone",
        "Chrome, Android",
    ]
    assert [each["current"] for each in found] == [True, False, False, False, False]
    assert rest["next"] is None
    me.get(hue.at("/me/sessions"), query={"cursor": "x"}).refused(400, "bad_cursor")


def test_one_session_is_ended_from_another_and_nobody_elses(hue: OpenedSpace) -> None:
    somebody(hue)
    somebody(hue, "binh@hue.example")
    lost, here = sign_in(hue), sign_in(hue)
    me = Api(here["access_token"])
    lost_id = verify(lost["access_token"], hue.slug).session_id
    as_signed_in(hue, "binh@hue.example").delete(hue.at(f"/me/sessions/{lost_id}")).refused(404)
    me.delete(hue.at(f"/me/sessions/{lost_id}")).ok(204)
    me.delete(hue.at(f"/me/sessions/{lost_id}")).refused(404)
    refresh(hue, lost["refresh_token"]).refused(401, "session_ended")


def test_the_log_names_no_secrets_and_nobody(hue: OpenedSpace, capsys: pytest.CaptureFixture[str]) -> None:
    from chalicelib import logs

    somebody(hue, name="Trần Thị Bình")
    logs.configure()
    with spending() as spent:
        token = sign_in(hue)["refresh_token"]
        refresh(hue, token).ok()
        refresh(hue, token).refused(401)
    said = json.dumps(spent.lines, ensure_ascii=False) + capsys.readouterr().out
    for secret in (PASSWORD, token, token.split(".")[2], "an@hue.example", "Bình"):
        assert secret not in said


def test_changing_the_password_ends_the_other_sessions(hue: OpenedSpace) -> None:
    somebody(hue)
    here, there = sign_in(hue), sign_in(hue)
    me = Api(here["access_token"])
    me.post(hue.at("/me/password"), {"current": PASSWORD, "new": OTHER_PASSWORD}).ok(204)
    refresh(hue, there["refresh_token"]).refused(401, "session_ended")
    refresh(hue, here["refresh_token"]).ok()
    reply = Api().post(hue.at("/sessions"), {"login": "an@hue.example", "password": PASSWORD})
    reply.refused(401, "wrong_credentials")
    sign_in(hue, password=OTHER_PASSWORD)


def test_a_password_is_not_changed_by_who_does_not_know_it(hue: OpenedSpace) -> None:
    somebody(hue)
    me = as_signed_in(hue)
    reply = me.post(hue.at("/me/password"), {"current": "sai", "new": OTHER_PASSWORD})
    reply.refused(422, "wrong_password")
    assert reply.bad_fields == {"current"}
    for _ in range(20):
        reply = me.post(hue.at("/me/password"), {"current": "sai", "new": OTHER_PASSWORD})
    reply.refused(429, "too_many_tries")
    me.post(hue.at("/me/password"), {"current": PASSWORD, "new": OTHER_PASSWORD}).refused(429)


@pytest.mark.parametrize("new", ["ngắn", "matkhau123", "Nguyễn Văn An", "an@hue.example", "Thành phố Huế", "x" * 129])
def test_a_weak_new_password_is_refused(hue: OpenedSpace, new: str) -> None:
    somebody(hue)
    reply = as_signed_in(hue).post(hue.at("/me/password"), {"current": PASSWORD, "new": new})
    reply.refused(422)
    assert reply.bad_fields == {"new"}
    sign_in(hue)


def test_a_session_that_was_signed_out_changes_no_password(hue: OpenedSpace) -> None:
    somebody(hue)
    me = as_signed_in(hue)
    me.delete(hue.at("/sessions")).ok(204)
    me.post(hue.at("/me/password"), {"current": PASSWORD, "new": OTHER_PASSWORD}).refused(401, "invalid_token")
    sign_in(hue)


def test_a_password_changes_although_an_admin_edits_the_person_meanwhile(hue: OpenedSpace) -> None:
    an = somebody(hue)
    as_signed = as_signed_in(hue)

    def rename() -> None:
        persons.change(hue.space, an, an.edited(name="An Khác"))

    with just_before("TransactWriteItems", rename):
        given = {"current": PASSWORD, "new": OTHER_PASSWORD}
        as_signed.post(hue.at("/me/password"), given).ok(204)
    assert sign_in(hue, password=OTHER_PASSWORD)["person"]["name"] == "An Khác"
