"""Signing out: here and at the provider, from either side."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import urlencode

import pytest
from joserfc import jwt

from chalicelib import clock, ids
from chalicelib.sso.sign_in import LOGOUT_EVENT
from tests.api import Api, Reply
from tests.factories import OpenedSpace
from tests.federation.oidc_provider import Browser, OidcProvider, query
from tests.federation.signer import Signer, publishing
from tests.identity.people import refresh
from tests.sso.conftest import Trusted, trust

FORM = {"content-type": "application/x-www-form-urlencoded"}


@contextmanager
def _relaying(path: list[str]) -> Iterator[str]:
    """The provider's way to our API, which has no socket here: what is posted is handed on to ``path``."""

    class Relay(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["content-length"]))
            reply = Api().post(path[0], raw=body, headers={"content-type": self.headers["content-type"]})
            self.send_response(reply.status)
            self.send_header("content-length", "0")
            self.end_headers()

        def log_message(self, *_: Any) -> None:
            """Nothing."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Relay)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_address[1]}/logout"
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


def test_signing_out_here_goes_on_there(trusted: Trusted) -> None:
    browser = Browser()
    entered = trusted.signed_in("hoa", browser)
    address = Api(entered["access_token"]).post(trusted.hue.at("/me/sign-out")).ok()["address"]
    refresh(trusted.hue, entered["refresh_token"]).refused(401, "session_ended")
    asked = query(address)
    assert asked["client_id"] == trusted.client["client_id"]
    assert asked["id_token_hint"].count(".") == 2
    page = browser.visit(address)
    back = browser.submit(page, logout="yes").location
    assert back == asked["post_logout_redirect_uri"]
    # Nobody is signed in there any more: the silent try comes back empty, and the person is asked.
    silent = browser.visit(trusted.start()).location
    assert silent is not None
    assert query(silent)["error"] == "login_required"
    assert trusted.came_back(silent).startswith(trusted.idp.issuer)


def test_a_provider_that_is_switched_off_takes_its_sessions_along(trusted: Trusted) -> None:
    by_provider = trusted.signed_in("hoa")
    trusted.edit(enabled=False)
    trusted.edit(enabled=True)
    refresh(trusted.hue, by_provider["refresh_token"]).refused(401, "session_ended")
    clock.set_source(lambda: time.time() + 300)
    refresh(trusted.hue, trusted.signed_in("hoa")["refresh_token"]).ok()


def test_a_provider_that_is_deleted_takes_its_sessions_along(trusted: Trusted) -> None:
    entered = trusted.signed_in("hoa")
    trusted.hue.admin.delete(trusted.at()).ok(204)
    trusted.hue.admin.delete(trusted.at()).ok(204)
    refresh(trusted.hue, entered["refresh_token"]).refused(401, "session_ended")


def test_who_signed_in_by_password_has_nobody_else_to_tell(hue: OpenedSpace) -> None:
    assert hue.learner.post(hue.at("/me/sign-out")).ok()["address"] is None


def test_signing_out_there_ends_the_sessions_here(hue: OpenedSpace, idp: OidcProvider) -> None:
    path: list[str] = []
    with _relaying(path) as address:
        registered = {"backchannel_logout_uri": address, "backchannel_logout_session_required": True}
        trusted = trust(hue, idp, registered=registered)
        path.append(trusted.at("/logout"))
        browser = Browser()
        there, elsewhere = trusted.signed_in("hoa", browser), trusted.signed_in("hoa")
        page = browser.visit(f"{idp.issuer}/session/end")
        browser.submit(page, logout="yes")
    refresh(hue, there["refresh_token"]).refused(401, "session_ended")
    refresh(hue, elsewhere["refresh_token"]).ok()


@pytest.fixture
def forging(hue: OpenedSpace) -> Iterator[tuple[str, Signer]]:
    """A provider of our own, whose logout tokens we sign; gives the address that hears them."""
    with publishing() as published:
        signer = Signer()
        issuer = signer.issuer = published.provider(signer)
        made = hue.admin.post(hue.at("/providers"), {"name": "P", "issuer": issuer, "client_id": "hocmo"}).ok(201)
        yield hue.at(f"/providers/{made['id']}/logout"), signer


def _hear(address: str, token: str) -> Reply:
    return Api().post(address, raw=urlencode({"logout_token": token}).encode(), headers=FORM)


def _logout(signer: Signer, **other: Any) -> str:
    good = {"aud": "hocmo", "sid": "s1", "events": {LOGOUT_EVENT: {}}}
    return signer.signed({"typ": "logout+jwt"}, **(good | other))


def test_a_logout_token_is_heard_once(forging: tuple[str, Signer]) -> None:
    address, signer = forging
    token = _logout(signer)
    reply = _hear(address, token)
    reply.ok(200)
    assert reply.headers["cache-control"] == "no-store"
    _hear(address, token).refused(400, "assertion_replayed")


@pytest.mark.parametrize(
    ("other", "code"),
    [
        ({"events": None}, "claim_missing"),
        ({"events": {"http://another": {}}}, "claim_missing"),
        ({"nonce": "n"}, "assertion_malformed"),  # an identity token, which the person may hold
        ({"sid": None, "sub": None}, "claim_missing"),
        ({"jti": None}, "claim_missing"),
        ({"aud": "another"}, "audience_mismatch"),
        ({"iss": "https://another.example"}, "issuer_mismatch"),
        ({"iat": clock.epoch_s() - 7_200, "exp": clock.epoch_s() - 7_000}, "assertion_expired"),
    ],
)
def test_a_logout_token_that_is_none_ends_nothing(
    forging: tuple[str, Signer], other: dict[str, Any], code: str
) -> None:
    address, signer = forging
    _hear(address, _logout(signer, **other)).refused(400, code)


def test_anothers_signature_ends_nothing(forging: tuple[str, Signer]) -> None:
    address, signer = forging
    other = Signer(issuer=signer.issuer)
    _hear(address, _logout(other)).refused(400, "signature_invalid")
    _hear(address, jwt.encode({"alg": "HS256", "typ": "logout+jwt"}, {}, _secret())).refused(400, "algorithm_refused")


def _secret() -> Any:
    from joserfc.jwk import OctKey

    return OctKey.import_key(ids.secret())
