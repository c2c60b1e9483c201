"""Somebody registers with another's address or number, to be in the account when its owner comes (account
pre-hijacking): whichever way the owner comes, what was set before opens nothing."""

from __future__ import annotations

from typing import Any

import pytest

from tests.api import Api
from tests.apps.superapp import SuperApp
from tests.emulated import Cloud
from tests.factories import OpenedSpace, open_space
from tests.identity import links
from tests.identity.people import OTHER_PASSWORD, PASSWORD, sign_in
from tests.identity.test_codes import enter, mailed
from tests.rosters.loading import committed

ADDRESS, NUMBER = "an@hue.example", "0912345678"


@pytest.fixture
def hue(aws: Cloud) -> OpenedSpace:
    return open_space()


def register(hue: OpenedSpace, login: str) -> Any:
    """What anybody may do with an address that is not theirs; gives the tokens of who did."""
    body = {"name": "Nguyễn Văn An", "login": login, "password": PASSWORD}
    Api().post(hue.at("/people"), body).ok(201)
    return sign_in(hue, login, PASSWORD)


def require_shut_out(hue: OpenedSpace, login: str, tokens: Any) -> None:
    refused = Api().post(hue.at("/sessions"), {"login": login, "password": PASSWORD})
    refused.refused(401, "wrong_credentials")
    Api().post(hue.at("/sessions/refresh"), {"refresh_token": tokens["refresh_token"]}).refused(401, "session_ended")


def test_by_a_code(hue: OpenedSpace, aws: Cloud) -> None:
    tokens = register(hue, ADDRESS)
    came = enter(hue, ADDRESS, mailed(hue, aws, ADDRESS, ADDRESS)).ok(200)
    assert came["person"]["id"] == tokens["person"]["id"]
    require_shut_out(hue, ADDRESS, tokens)


def test_by_a_letter(hue: OpenedSpace, aws: Cloud) -> None:
    tokens = register(hue, ADDRESS)
    links.reset(hue, links.reset_token(hue, aws, ADDRESS)).ok()
    require_shut_out(hue, ADDRESS, tokens)
    assert sign_in(hue, ADDRESS, OTHER_PASSWORD)["person"]["id"] == tokens["person"]["id"]


def test_by_an_app(hue: OpenedSpace) -> None:
    app = SuperApp.trusted(hue)
    tokens = register(hue, NUMBER)
    assert app.person(phone_number=NUMBER, phone_number_verified=True) == tokens["person"]["id"]
    require_shut_out(hue, NUMBER, tokens)


def test_by_a_list(hue: OpenedSpace, aws: Cloud) -> None:
    tokens = register(hue, NUMBER)
    content = f"Mã CB;Họ và tên;Số ĐT\nCB0000001;Nguyễn Văn An;{NUMBER}\n".encode()
    committed(aws, hue, content)
    require_shut_out(hue, NUMBER, tokens)
    found = hue.admin.get(hue.at("/people?q=cb0000001")).ok()["items"]
    assert [(each["id"], each["status"]) for each in found] == [(tokens["person"]["id"], "invited")]


def test_whoever_has_proved_it_keeps_their_password(hue: OpenedSpace, aws: Cloud) -> None:
    register(hue, ADDRESS)
    links.reset(hue, links.reset_token(hue, aws, ADDRESS)).ok()
    enter(hue, ADDRESS, mailed(hue, aws, ADDRESS, ADDRESS)).ok(200)
    sign_in(hue, ADDRESS, OTHER_PASSWORD)


def test_by_being_made_staff(hue: OpenedSpace) -> None:
    tokens = register(hue, ADDRESS)
    at = hue.at(f"/people/{tokens['person']['id']}")
    hue.admin.patch(at, {"roles": ["admin", "learner"]}, headers={"if-match": "*"}).ok()
    require_shut_out(hue, ADDRESS, tokens)


def test_by_a_staff_code_that_an_admin_adds(hue: OpenedSpace) -> None:
    tokens = register(hue, ADDRESS)
    at = hue.at(f"/people/{tokens['person']['id']}/identifiers")
    added = {"add": [{"kind": "staff_code", "value": "CB0000001"}]}
    hue.admin.patch(at, added, headers={"if-match": "*"}).ok()
    require_shut_out(hue, ADDRESS, tokens)
    refused = Api().post(hue.at("/sessions"), {"login": "CB0000001", "password": PASSWORD})
    refused.refused(401, "wrong_credentials")


def test_what_an_app_opens_is_no_staffs(hue: OpenedSpace) -> None:
    app = SuperApp.trusted(hue)
    at = hue.at(f"/people/{app.person()}")
    promotion = {"roles": ["author", "learner"]}
    hue.admin.patch(at, promotion, headers={"if-match": "*"}).refused(409, "app_linked")


def test_who_withdraws_is_signed_out_of_what_the_app_holds(hue: OpenedSpace) -> None:
    app = SuperApp.trusted(hue)
    tokens = app.entered()
    Api(tokens["access_token"]).delete(hue.at(f"/me/consents/{app.id}")).ok()
    Api().post(hue.at("/sessions/refresh"), {"refresh_token": tokens["refresh_token"]}).refused(401, "session_ended")
