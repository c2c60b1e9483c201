"""Operators: the control plane's people sign in by the same code, and their tokens open no space."""

from __future__ import annotations

import pytest

from chalicelib import clock
from chalicelib.identity import operators
from chalicelib.people import persons
from chalicelib.storage.spaces import platform
from tests.api import Api
from tests.emulated import Cloud
from tests.factories import open_space, operator
from tests.identity import mailbox
from tests.identity.people import OTHER_PASSWORD, PASSWORD, as_signed_in, somebody

EMAIL = "operator@hocmo.local"


@pytest.fixture(autouse=True)
def _first(aws: Cloud) -> None:
    operators.ensure(EMAIL, "Người Vận Hành", PASSWORD)


def sign_in(password: str = PASSWORD, email: str = EMAIL) -> Api:
    answer = Api().post("/sessions", {"email": email, "password": password}).ok(200)
    return Api(answer["access_token"])


def test_an_operator_signs_in_and_out() -> None:
    answer = Api().post("/sessions", {"email": "Operator@Hocmo.local", "password": PASSWORD}).ok(200)
    assert answer["person"]["roles"] == ["operator"]
    me = Api(answer["access_token"])
    assert me.get("/me").ok()["name"] == "Người Vận Hành"
    assert me.patch("/me", {"locale": "en"}).ok()["locale"] == "en"
    assert me.get("/me/sessions").ok()["items"][0]["current"]
    again = Api().post("/sessions/refresh", {"refresh_token": answer["refresh_token"]}).ok()
    me.delete("/sessions").ok(204)
    Api().post("/sessions/refresh", {"refresh_token": again["refresh_token"]}).refused(401, "session_ended")


def test_a_wrong_password_of_an_operator_is_refused() -> None:
    Api().post("/sessions", {"email": EMAIL, "password": "sai"}).refused(401, "wrong_credentials")
    Api().post("/sessions", {"login": EMAIL, "password": PASSWORD}).refused(422)


def test_the_first_operator_is_made_once() -> None:
    first = operators.ensure(EMAIL, "Khác", OTHER_PASSWORD)
    assert first.name == "Người Vận Hành"
    sign_in()


def test_an_operators_token_opens_no_space_and_a_spaces_token_no_platform(aws: Cloud) -> None:
    hue = open_space()
    somebody(hue, "admin@hue.example", ("admin",))
    sign_in().get(hue.at("/people")).refused(401, "invalid_token")
    as_signed_in(hue, "admin@hue.example").get("/operators").refused(401, "invalid_token")
    Api().post(hue.at("/sessions"), {"login": EMAIL, "password": PASSWORD}).refused(401, "wrong_credentials")
    Api().post("/sessions", {"email": "admin@hue.example", "password": PASSWORD}).refused(401, "wrong_credentials")


def test_an_operator_invites_another_who_may_then_be_shut_out(aws: Cloud) -> None:
    body = {"name": "Người Mới", "email": "moi@hocmo.local"}
    person = sign_in().post("/operators", body).ok(201)
    assert (person["status"], person["roles"]) == ("invited", ["operator"])
    sign_in().post("/operators", body).refused(409, "identifier_taken")
    mailbox.deliver(aws)
    (message,) = mailbox.to("moi@hocmo.local")
    assert message.subject == "Hocmo: mời bạn tham gia"
    assert mailbox.link(message).startswith("http://localhost:8000/invitations/")
    token = mailbox.token(message)
    assert Api().get(f"/invitations/{token}").ok()["space"] == "Hocmo"
    answer = Api().post(f"/invitations/{token}", {"password": OTHER_PASSWORD}).ok()
    second = Api(answer["access_token"])
    names = [each["name"] for each in second.get("/operators").ok()["items"]]
    assert names == ["Người Vận Hành", "Người Mới"] or names == ["Người Mới", "Người Vận Hành"]
    sign_in().delete(f"/operators/{person['id']}").ok(204)
    Api().post("/sessions/refresh", {"refresh_token": answer["refresh_token"]}).refused(401, "session_ended")
    sign_in().post(f"/operators/{person['id']}/invitation").refused(409, "already_joined")


def test_the_last_operator_stays() -> None:
    first = operators.ensure(EMAIL, "", PASSWORD)
    sign_in().delete(f"/operators/{first.id}").refused(409, "last_admin")


def test_an_operator_changes_and_resets_the_password(aws: Cloud) -> None:
    operators.ensure("doi@hocmo.local", "Người Đổi", PASSWORD)
    me = sign_in(email="doi@hocmo.local")
    me.post("/me/password", {"current": PASSWORD, "new": OTHER_PASSWORD}).ok(204)
    Api().post("/password-resets", {"email": "doi@hocmo.local"}).ok(202)
    mailbox.deliver(aws)
    (message,) = mailbox.to("doi@hocmo.local")
    assert mailbox.link(message).startswith("http://localhost:8000/password-resets/")
    Api().post(f"/password-resets/{mailbox.token(message)}", {"password": PASSWORD}).ok(204)
    sign_in(email="doi@hocmo.local")


def test_what_operators_do_is_in_the_audit_trail(aws: Cloud) -> None:
    operator().post("/operators", {"name": "Người Ba", "email": "ba@hocmo.local"}).ok(201)
    trail = platform().table("people").query(f"audit#{clock.timestamp()[:7]}", descending=True, limit=1).items
    assert trail[0]["operation"] == "invite_operator"
    assert "ba@hocmo.local" not in repr(trail)


def test_an_operator_counts_no_registration(aws: Cloud) -> None:
    made = operators.ensure("dem@hocmo.local", "Người Đếm", PASSWORD)
    assert persons.get(platform(), made.id).roles == {"operator"}
