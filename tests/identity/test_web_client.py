"""The web client's session: its refresh token is in a cookie that no script reads and no other site's page can use."""

from __future__ import annotations

from typing import Any

import pytest

from chalicelib.http.endpoint import OPERATIONS
from chalicelib.identity import operators
from tests.api import Api, Reply
from tests.emulated import Cloud
from tests.factories import OpenedSpace, open_space
from tests.identity.people import OTHER_PASSWORD, PASSWORD, as_signed_in, refresh, somebody
from tests.spending import spending

WEB = {"x-hocmo-client": "web"}
SAME = {"sec-fetch-site": "same-origin"}


@pytest.fixture
def hue(aws: Cloud) -> OpenedSpace:
    return open_space()


def cookie(reply: Reply) -> tuple[str, str, set[str]]:
    """The cookie that an answer sets: its name, its value, what is said of it."""
    first, *rest = reply.headers["set-cookie"].split("; ")
    name, _, value = first.partition("=")
    return name, value, set(rest)


def enter(hue: OpenedSpace, **headers: str) -> Reply:
    """The answer to somebody who signs in at a page."""
    body = {"login": "an@hue.example", "password": PASSWORD}
    return Api().post(hue.at("/sessions"), body, headers={**WEB, **headers})


def go_on(hue: OpenedSpace, token: str, body: Any = None, headers: dict[str, str] | None = None) -> Reply:
    """The answer to a page that goes on with what its browser keeps."""
    sent = {**WEB, **SAME, "cookie": f"theme=dark; hocmo-refresh={token}", **(headers or {})}
    return Api().post(hue.at("/sessions/refresh"), body, headers={name: each for name, each in sent.items() if each})


def test_the_token_goes_into_a_cookie_and_not_into_the_body(hue: OpenedSpace) -> None:
    somebody(hue)
    reply = enter(hue)
    name, token, about = cookie(reply)
    assert name == "hocmo-refresh"
    assert about == {f"Path=/v1/spaces/{hue.slug}/sessions", "HttpOnly", "SameSite=Strict", "Max-Age=2592000"}
    assert reply.ok(200)["refresh_token"] is None
    assert reply.headers["cache-control"] == "no-store"
    assert token not in str(reply.text)
    assert Api(reply.json["access_token"]).get(hue.at("/me")).ok()["name"] == "Nguyễn Văn An"


def test_in_the_cloud_the_cookie_is_secure(hue: OpenedSpace, monkeypatch: pytest.MonkeyPatch) -> None:
    from chalicelib import config
    from chalicelib.http.session_cookie import WebClient

    with monkeypatch.context() as cloud:
        cloud.delenv("HOCMO_LOCAL")
        config.current.cache_clear()
        told, over = WebClient("hue", None).keeping("a.b.c"), WebClient("platform", None).forgetting()
    config.current.cache_clear()
    place = "HttpOnly; SameSite=Strict; Secure"
    assert told == f"__Secure-hocmo-refresh=a.b.c; Max-Age=2592000; Path=/v1/spaces/hue/sessions; {place}"
    assert over == f"__Secure-hocmo-refresh=; Max-Age=0; Path=/v1/sessions; {place}"


def test_a_page_goes_on_by_its_cookie_alone(hue: OpenedSpace) -> None:
    somebody(hue)
    first = cookie(enter(hue))[1]
    with spending() as spent:
        reply = go_on(hue, first)
    spent.within_budget()
    second = cookie(reply)[1]
    assert reply.ok(200)["refresh_token"] is None
    assert second not in ("", first)
    go_on(hue, second, {"attempt": "a" * 22}).ok(200)


@pytest.mark.parametrize("name", ["x-hocmo-client", "sec-fetch-site", "origin"])
def test_no_other_sites_page_can_use_the_cookie(hue: OpenedSpace, name: str) -> None:
    somebody(hue)
    token = cookie(enter(hue))[1]
    forged = {
        "x-hocmo-client": [""],
        "sec-fetch-site": ["cross-site", "same-site", "none", ""],
        "origin": ["https://evil.example", "http://localhost:8000.evil.example", "https://localhost:8000", "null"],
    }[name]
    for value in forged:
        headers = {name: value, **({"sec-fetch-site": ""} if name == "origin" else {})}
        if name == "sec-fetch-site" and not value:
            headers = {name: value, "origin": "https://evil.example"}
        reply = go_on(hue, token, headers=headers)
        reply.refused(*((422, "invalid_input") if name == "x-hocmo-client" else (403, "from_elsewhere")))
        assert "set-cookie" not in reply.headers
    go_on(hue, token).ok(200)


@pytest.mark.parametrize("origin", ["http://localhost:8000", "http://hue.localhost:8000"])
def test_a_browser_that_says_no_more_than_the_origin_goes_on(hue: OpenedSpace, origin: str) -> None:
    somebody(hue)
    go_on(hue, cookie(enter(hue))[1], headers={"sec-fetch-site": "", "origin": origin}).ok(200)


def test_nobody_is_signed_in_from_another_site(hue: OpenedSpace) -> None:
    """A page that signs a visitor in as somebody else learns what they do there."""
    somebody(hue)
    reply = enter(hue, **{"sec-fetch-site": "cross-site"})
    reply.refused(403, "from_elsewhere")
    assert "set-cookie" not in reply.headers


def test_other_clients_have_no_cookie_and_theirs_is_not_looked_at(hue: OpenedSpace) -> None:
    somebody(hue)
    reply = Api().post(hue.at("/sessions"), {"login": "an@hue.example", "password": PASSWORD})
    token = reply.ok(200)["refresh_token"]
    assert "set-cookie" not in reply.headers
    stranger = {"cookie": "hocmo-refresh=" + "x" * 40}
    again = Api().post(hue.at("/sessions/refresh"), {"refresh_token": token}, headers=stranger)
    assert again.ok(200)["refresh_token"]


def test_a_token_is_taken_from_one_place(hue: OpenedSpace) -> None:
    somebody(hue)
    token = cookie(enter(hue))[1]
    both = go_on(hue, token, {"refresh_token": token})
    both.refused(422, "invalid_input")
    assert both.bad_fields == {"refresh_token"}
    twice = go_on(hue, token, headers={"cookie": f"hocmo-refresh={token}; hocmo-refresh={'x' * 40}"})
    twice.refused(401, "session_ended")


def test_the_cookie_of_another_space_is_worth_nothing(hue: OpenedSpace) -> None:
    other = open_space()
    somebody(hue)
    somebody(other)
    token = cookie(enter(hue))[1]
    assert cookie(enter(other))[2] & cookie(enter(hue))[2] == {"HttpOnly", "SameSite=Strict", "Max-Age=2592000"}
    go_on(other, token).refused(401, "session_ended")
    Api().post("/sessions/refresh", headers={**WEB, "cookie": f"hocmo-refresh={token}"}).refused(401, "session_ended")
    go_on(hue, token).ok(200)


def test_who_signs_out_loses_the_cookie(hue: OpenedSpace) -> None:
    somebody(hue)
    entered = enter(hue)
    reply = Api(entered.json["access_token"]).delete(hue.at("/sessions"), headers=WEB)
    reply.ok(204)
    assert cookie(reply)[1:] == ("", cookie(entered)[2] - {"Max-Age=2592000"} | {"Max-Age=0"})
    ended = go_on(hue, cookie(entered)[1])
    ended.refused(401, "session_ended")
    assert "Max-Age=0" in cookie(ended)[2]


def test_who_was_only_overtaken_keeps_the_cookie_of_who_was_quicker(hue: OpenedSpace) -> None:
    """Tabs share one cookie: forgetting it for the slower one would sign out the quicker."""
    from tests.identity.interference import just_before

    somebody(hue)
    token = cookie(enter(hue))[1]
    with just_before("UpdateItem", lambda: go_on(hue, token).ok(200)):
        reply = go_on(hue, token)
    reply.refused(401, "refresh_raced")
    assert "set-cookie" not in reply.headers


def test_a_new_password_leaves_this_pages_session(hue: OpenedSpace) -> None:
    somebody(hue)
    entered = enter(hue)
    change = {"current": PASSWORD, "new": OTHER_PASSWORD}
    Api(entered.json["access_token"]).post(hue.at("/me/password"), change).ok(204)
    go_on(hue, cookie(entered)[1]).ok(200)


def test_operators_have_a_cookie_of_their_own(aws: Cloud) -> None:
    open_space()
    operators.ensure("op@hocmo.example", "Người vận hành", PASSWORD)
    body = {"email": "op@hocmo.example", "password": PASSWORD}
    entered = Api().post("/sessions", body, headers=WEB)
    assert entered.ok(200)["refresh_token"] is None
    assert "Path=/v1/sessions" in cookie(entered)[2]
    token = cookie(entered)[1]
    reply = Api().post("/sessions/refresh", {"attempt": "b" * 30}, headers={**WEB, "cookie": f"hocmo-refresh={token}"})
    assert cookie(reply)[1] not in ("", token)
    assert "Max-Age=0" in cookie(Api(reply.ok(200)["access_token"]).delete("/sessions", headers=WEB))[2]


def test_whatever_answers_a_refresh_token_can_keep_it_in_a_cookie() -> None:
    """And keeps no answer of its own for repetitions: those would hold a cookie."""
    giving = {each.name for each in OPERATIONS if "refresh_token" in getattr(each.returns, "model_fields", {})}
    assert {each.name for each in OPERATIONS if each.session == "gives"} == giving
    assert not any(each.creates for each in OPERATIONS if each.session)


def test_a_suspended_space_keeps_a_learners_cookie(aws: Cloud) -> None:
    hue = open_space(status="suspended")
    somebody(hue, roles=("admin",))
    assert as_signed_in(hue).delete(hue.at("/sessions"), headers=WEB).ok(204) is None
    refresh(hue, "x").refused(401, "session_ended")
