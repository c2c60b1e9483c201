"""Whoever forges, replays or confuses is refused, each with a code; and no refusal leaves anything behind."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
from collections.abc import Callable
from typing import Any

import pytest
from joserfc import jwt
from joserfc.jwk import ECKey, OKPKey, RSAKey

from chalicelib import clock
from tests.apps.superapp import SuperApp, registration
from tests.factories import OpenedSpace

Made = Callable[[SuperApp], str]
NOW = 1_700_000_000


def _part(value: Any) -> str:
    return base64.urlsafe_b64encode(json.dumps(value).encode()).decode().rstrip("=")


def _unsigned(app: SuperApp) -> str:
    return f"{_part({'alg': 'none', 'kid': '1'})}.{_part(app.claims())}."


def _with_the_public_key_as_a_secret(app: SuperApp) -> str:
    """Key confusion (RFC 8725, 2.1): HS256, the secret being what everybody knows."""
    text = f"{_part({'alg': 'HS256', 'kid': '1'})}.{_part(app.claims())}"
    secret = app.key.as_pem(private=False)
    mac = hmac.digest(secret, text.encode(), hashlib.sha256)
    return f"{text}.{base64.urlsafe_b64encode(mac).decode().rstrip('=')}"


def _of_another_key(app: SuperApp) -> str:
    return jwt.encode({"alg": "ES256", "kid": "1"}, app.claims(), ECKey.generate_key("P-256"))


def _rs256_for_an_ec_key(app: SuperApp) -> str:
    return jwt.encode({"alg": "RS256", "kid": "1"}, app.claims(), RSAKey.generate_key(2048))


def _changed(app: SuperApp) -> str:
    header, _, signature = app.signed().split(".")
    return f"{header}.{_part(app.claims('somebody-else'))}.{signature}"


def _with(**claims: Any) -> Made:
    return lambda app: app.signed(**claims)


REFUSED: dict[str, tuple[Made, str]] = {
    "no jwt": (lambda app: "a.b.c", "assertion_malformed"),
    "empty": (lambda app: "", "assertion_malformed"),
    "oversized": (_with(pad="x" * 9_000), "assertion_oversized"),
    "alg none": (_unsigned, "algorithm_refused"),
    "HS256 with the public key": (_with_the_public_key_as_a_secret, "algorithm_refused"),
    "forged": (_of_another_key, "signature_invalid"),
    "changed": (_changed, "signature_invalid"),
    "another type of key": (_rs256_for_an_ec_key, "key_mismatch"),
    "unknown kid": (lambda app: app.signed(header={"kid": "2"}), "key_unknown"),
    "an access token": (lambda app: app.signed(header={"typ": "at+jwt"}), "assertion_type_refused"),
    "critical extension": (lambda app: app.signed(header={"crit": ["b64"], "b64": True}), "assertion_malformed"),
    "wrong audience": (_with(aud="https://elsewhere.example"), "audience_mismatch"),
    "another space": (_with(aud="http://localhost:8000/v1/spaces/hue-khac/entries"), "audience_mismatch"),
    "wrong issuer": (_with(iss="https://evil.example"), "issuer_mismatch"),
    "expired": (_with(iat=NOW - 300, exp=NOW - 61), "assertion_expired"),
    "of the future": (_with(iat=NOW + 90, exp=NOW + 120), "assertion_early"),
    "not yet": (_with(nbf=NOW + 90), "assertion_early"),
    "good for too long": (_with(iat=NOW, exp=NOW + 301), "assertion_too_lasting"),
    "no expiry": (_with(exp=None), "claim_missing"),
    "no subject": (lambda app: app.signed(sub=None), "claim_missing"),  # type: ignore[arg-type]
    "no id": (_with(jti=None), "claim_missing"),
    "a subject of control characters": (lambda app: app.signed(sub="a\nb"), "claim_missing"),
}


@pytest.fixture
def at_a_time() -> None:
    clock.set_source(lambda: float(NOW))


@pytest.mark.usefixtures("at_a_time")
@pytest.mark.parametrize("kind", REFUSED)
def test_what_is_not_right_is_refused_with_its_code(kind: str, hue: OpenedSpace, app: SuperApp) -> None:
    make, code = REFUSED[kind]
    problem = app.post(make(app)).refused(400, code)
    assert problem["error"] == "invalid_grant"
    assert problem["detail"]
    assert hue.admin.get(hue.at("/people")).ok()["items"] == []


@pytest.mark.usefixtures("at_a_time")
@pytest.mark.parametrize("claims", [{"iat": NOW + 50, "exp": NOW + 100}, {"iat": NOW - 200, "exp": NOW - 50}])
def test_a_minutes_skew_is_granted(claims: dict[str, Any], app: SuperApp) -> None:
    app.post(app.signed(**claims)).ok(202)


def test_an_assertion_is_good_once(app: SuperApp) -> None:
    app.entered()
    assertion = app.signed()
    app.post(assertion).ok(200)
    app.post(assertion).refused(400, "assertion_replayed")


def test_an_assertion_that_was_asked_about_is_used_too(app: SuperApp) -> None:
    assertion = app.signed()
    app.post(assertion).ok(202)
    app.post(assertion).refused(400, "assertion_replayed")


def test_two_apps_may_use_the_same_id(hue: OpenedSpace, app: SuperApp) -> None:
    other = SuperApp.trusted(hue)
    app.post(app.signed(jti="1")).ok(202)
    other.post(other.signed(jti="1")).ok(202)


def test_an_app_speaks_for_its_own_people_alone(hue: OpenedSpace, app: SuperApp) -> None:
    """The other's subject of the same name is another person."""
    other = SuperApp.trusted(hue)
    assert app.person("an") != other.person("an")


def test_another_grant_is_told_what_there_is(app: SuperApp) -> None:
    problem = app.post(app.signed(), grant_type="password").refused(400, "grant_unsupported")
    assert problem["error"] == "unsupported_grant_type"


def test_a_field_given_twice_is_refused(hue: OpenedSpace, app: SuperApp, api: Any) -> None:
    raw = f"grant_type=x&grant_type=y&assertion={app.signed()}".encode()
    form = {"content-type": "application/x-www-form-urlencoded"}
    api.call("POST", hue.at("/entries"), raw=raw, headers=form).refused(400, "ambiguous_body")


@pytest.mark.parametrize(
    ("algorithm", "key"),
    [("RS256", RSAKey.generate_key(2048)), ("PS256", RSAKey.generate_key(2048)), ("EdDSA", OKPKey.generate_key())],
    ids=["RS256", "PS256", "EdDSA"],
)
def test_other_algorithms_are_taken(hue: OpenedSpace, algorithm: str, key: Any) -> None:
    app = SuperApp(hue, key)
    app.id = hue.admin.post(hue.at("/apps"), registration(app.issuer, key)).ok(201)["id"]
    claims = app.claims()
    token = jwt.encode({"alg": algorithm, "kid": "1"}, claims, key, algorithms=[algorithm])
    app.post(token).ok(202)
