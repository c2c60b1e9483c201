"""A space's providers: kept, shown without their secret, looked at before anybody stands in front of them; and browsers
that come back with what nobody gave them."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import boto3
import pytest

from chalicelib import clock, config
from chalicelib.federation import pkce
from chalicelib.storage import secrets
from tests.api import Api
from tests.factories import OpenedSpace, open_space
from tests.federation.oidc_provider import OidcProvider, fragment, query
from tests.federation.signer import Published, Signer, publishing
from tests.sso.conftest import VERIFIER, Trusted, trust

NEW = {"name": "Tài khoản công vụ", "issuer": "https://sso.hue.example/realms/can-bo", "client_id": "hocmo"}
SECRET = "chim-sáo".encode().hex()


def _made(hue: OpenedSpace, **other: Any) -> Any:
    return hue.admin.post(hue.at("/providers"), NEW | {"client_secret": SECRET} | other).ok(201)


def test_a_provider_is_shown_without_its_secret(hue: OpenedSpace) -> None:
    made = _made(hue)
    shown = hue.admin.get(hue.at(f"/providers/{made['id']}"))
    assert shown.ok() == made
    assert made["confidential"] is True
    assert SECRET not in str(shown.text)
    assert made["redirect_uri"].endswith(f"/v1/spaces/{hue.slug}/providers/{made['id']}/callback")


def test_strangers_see_the_buttons_and_admins_what_is_switched_off_too(hue: OpenedSpace, api: Api) -> None:
    on, off = _made(hue), _made(hue, enabled=False, name="Cũ")
    card = {"id": on["id"], "name": NEW["name"], "enabled": True}
    assert api.get(hue.at("/providers")).ok() == {"items": [card], "next": None}
    assert {each["id"] for each in hue.admin.get(hue.at("/providers")).ok()["items"]} == {on["id"], off["id"]}
    sent = {"challenge": pkce.challenge(VERIFIER)}
    api.post(hue.at(f"/providers/{off['id']}/sign-ins"), sent).refused(404, "not_found")


def test_an_edit_keeps_what_it_does_not_name(hue: OpenedSpace) -> None:
    made = _made(hue, email_domains=["HUE.example"])
    at = hue.at(f"/providers/{made['id']}")
    hue.admin.patch(at, {"name": "Mới"}).refused(428)
    hue.admin.patch(at, {"name": "Mới"}, headers={"if-match": '"9"'}).refused(412)
    edited = hue.admin.patch(at, {"name": "Mới"}, headers={"if-match": '"1"'}).ok()
    assert edited == made | {"name": "Mới"}
    assert edited["email_domains"] == ["hue.example"]
    public = hue.admin.patch(at, {"client_secret": None}, headers={"if-match": '"2"'}).ok()
    assert public["confidential"] is False


def test_the_issuer_stays_for_good(hue: OpenedSpace) -> None:
    made = _made(hue)
    at = hue.at(f"/providers/{made['id']}")
    hue.admin.patch(at, {"issuer": "https://another.example"}, headers={"if-match": "*"}).refused(422)


@pytest.mark.parametrize(
    ("other", "bad"),
    [
        ({"issuer": "http://sso.hue.example"}, "issuer"),
        ({"issuer": "https://10.0.0.5/"}, "issuer"),
        ({"issuer": "https://sso.hue.example/?x=1"}, "issuer"),
        ({"claims": {"fields": {"unit": "department"}}}, "claims"),
        ({"claims": {"fields": {"salary": "x"}}}, "claims.fields.salary"),
        ({"role_rules": [{"claim": "groups", "value": "x", "roles": ["operator"]}]}, "role_rules.0.roles.0"),
        ({"email_domains": ["@hue.example"]}, "email_domains.0"),
        ({"scopes": ["open id"]}, "scopes.0"),
    ],
)
def test_terms_that_make_no_sense_are_named(hue: OpenedSpace, other: dict[str, Any], bad: str) -> None:
    reply = hue.admin.post(hue.at("/providers"), NEW | other)
    reply.refused(422, "invalid_input")
    assert any(each.startswith(bad) for each in reply.bad_fields), reply.bad_fields


def test_a_space_has_few_providers(hue: OpenedSpace) -> None:
    for number in range(20):
        _made(hue, name=f"Nơi {number}")
    hue.admin.post(hue.at("/providers"), NEW).refused(409, "too_many_providers")


def test_a_repeated_creation_makes_one(hue: OpenedSpace) -> None:
    for _ in range(2):
        hue.admin.post(hue.at("/providers"), NEW, headers={"idempotency-key": "mot-lan"}).ok(201)
    assert len(hue.admin.get(hue.at("/providers")).ok()["items"]) == 1


def test_a_deleted_provider_lets_nobody_in(trusted: Trusted) -> None:
    came = trusted.given("hoa")
    trusted.hue.admin.delete(trusted.at()).ok(204)
    Api().get(trusted.at("/callback"), query=came).refused(404, "not_found")


def test_another_spaces_provider_is_not_there(trusted: Trusted) -> None:
    other = open_space()
    other.admin.get(other.at(f"/providers/{trusted.id}")).refused(404, "not_found")
    sent = {"challenge": pkce.challenge(VERIFIER)}
    Api().post(other.at(f"/providers/{trusted.id}/sign-ins"), sent).refused(404, "not_found")


@pytest.mark.parametrize(
    "to", ["https://evil.example/", "//evil.example", "/\\evil.example", "courses", "javascript:alert(1)", "/ấ", "/a\n"]
)
def test_one_lands_within_the_space_alone(trusted: Trusted, to: str) -> None:
    sent = {"challenge": pkce.challenge(VERIFIER), "to": to}
    Api().post(trusted.at("/sign-ins"), sent).refused(422, "invalid_input")


def _came_back(trusted: Trusted, asked: dict[str, str]) -> dict[str, str]:
    reply = Api().get(trusted.at("/callback"), query=asked)
    assert reply.status == 303
    return fragment(reply.headers["location"])


def test_a_browser_that_comes_back_with_nothing_is_shown_the_spaces_page(trusted: Trusted) -> None:
    for asked in ({}, {"state": "x"}, {"state": "AAAA" * 20, "code": "x"}):
        assert _came_back(trusted, asked)["error"] == "ticket_invalid"


def test_a_state_is_one_providers_and_one_spaces(trusted: Trusted, idp: OidcProvider) -> None:
    """Mix-up (RFC 9700, 4.4): what one provider gave is not shown to another."""
    came = trusted.given("hoa")
    another = trust(trusted.hue, idp)
    assert _came_back(another, came)["error"] == "issuer_mismatch"
    elsewhere = trust(open_space(), idp)
    assert _came_back(elsewhere, came)["error"] == "ticket_invalid"


def test_an_answer_names_its_issuer(trusted: Trusted) -> None:
    came = trusted.given("hoa")
    assert _came_back(trusted, came | {"iss": "https://evil.example"})["error"] == "issuer_mismatch"
    without = {name: value for name, value in came.items() if name != "iss"}
    assert _came_back(trusted, without)["error"] == "issuer_mismatch"


def test_a_code_is_good_once_there_too(trusted: Trusted) -> None:
    came = trusted.given("hoa")
    assert "code" in _came_back(trusted, came)
    assert _came_back(trusted, came)["error"] == "code_refused"


def test_a_code_of_another_sign_in_is_refused(trusted: Trusted) -> None:
    """PKCE: a code that was slipped in does not fit the verifier that the state holds."""
    victim = query(trusted.start())["state"]
    thief = trusted.given("hoa")
    assert _came_back(trusted, thief | {"state": victim})["error"] == "code_refused"


def test_a_state_is_good_for_ten_minutes(trusted: Trusted) -> None:
    came, now = trusted.given("hoa"), clock.epoch_s()
    clock.set_source(lambda: now + 601.0)
    assert _came_back(trusted, came)["error"] == "ticket_expired"


def test_who_refuses_there_is_told_so_here(trusted: Trusted) -> None:
    asked = {"error": "access_denied", "state": query(trusted.start())["state"], "iss": trusted.idp.issuer}
    assert _came_back(trusted, asked)["error"] == "sign_in_refused"


def test_a_look_finds_nothing_wrong(trusted: Trusted) -> None:
    found = trusted.hue.admin.post(trusted.at("/check")).ok()
    assert found == {"ok": True, "problems": [], "keys": 2, "back_channel_logout": True, "sign_out": True}


def test_a_look_finds_a_wrong_secret(trusted: Trusted) -> None:
    trusted.edit(client_secret="sai")
    found = trusted.hue.admin.post(trusted.at("/check")).ok()
    assert [each["code"] for each in found["problems"]] == ["code_refused"]
    assert "invalid_client" in found["problems"][0]["detail"]
    assert trusted.landing("hoa")["error"] == "code_refused"


@pytest.fixture
def published() -> Iterator[Published]:
    with publishing() as server:
        yield server


@pytest.mark.parametrize(
    ("change", "code"),
    [
        (lambda documents: documents.clear(), "answer_unfit"),
        (lambda documents: documents["/.well-known/openid-configuration"].pop("token_endpoint"), "provider_unfit"),
        (lambda documents: documents.pop("/keys"), "answer_unfit"),
        (lambda documents: documents["/keys"].update(keys=[]), "keys_unavailable"),
    ],
)
def test_a_look_says_what_is_wrong(hue: OpenedSpace, published: Published, change: Any, code: str) -> None:
    issuer = published.provider(Signer())
    published.documents["/token"] = {}
    change(published.documents)
    made = hue.admin.post(hue.at("/providers"), NEW | {"issuer": issuer}).ok(201)
    found = hue.admin.post(hue.at(f"/providers/{made['id']}/check")).ok()
    assert found["ok"] is False
    assert found["problems"][0]["code"] == code


def test_a_secret_is_sealed_at_rest_and_opens_at_its_own_place_alone(
    trusted: Trusted, monkeypatch: pytest.MonkeyPatch
) -> None:
    with monkeypatch.context() as deployed:
        deployed.setenv("HOCMO_KEY_ARN", boto3.client("kms").create_key()["KeyMetadata"]["Arn"])
        config.current.cache_clear()
        trusted.edit(client_secret=trusted.client["client_secret"])
        items = trusted.hue.space.table("people").query_all("providers")
        assert trusted.client["client_secret"] not in str(items)
        sealed = items[0]["secret"]["sealed"]
        assert "code" in trusted.landing("hoa")
        with pytest.raises(secrets.NotOurs):
            secrets.unseal(sealed, "client-secret", f"another/{trusted.id}")
    config.current.cache_clear()
    secrets.reset()
