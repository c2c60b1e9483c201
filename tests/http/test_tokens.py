"""Access tokens: forged, borrowed, expired and odd ones open nothing; rotating keys signs nobody out."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
from collections.abc import Callable
from typing import Any

import pytest
from joserfc import jwt
from joserfc.jwk import ECKey, OctKey

from chalicelib import clock, config, ids
from chalicelib.http import keyring, tokens
from chalicelib.http.tokens import Actor, InvalidToken
from chalicelib.storage.spaces import platform
from tests.api import Api
from tests.emulated import Cloud
from tests.factories import OpenedSpace, open_space, operator
from tests.spending import spending


@pytest.fixture
def hue(aws: Cloud) -> OpenedSpace:
    platform().table("people").delete("keyring", "signing")
    tokens.forget()
    return open_space()


def actor(space: str, *roles: Any) -> Actor:
    return Actor(ids.new(), space, frozenset(roles or ("learner",)), ids.new())


def signed(claims: dict[str, Any], header: dict[str, Any] | None = None, key: Any = None) -> str:
    """A token with these claims, by the key that really signs unless told otherwise."""
    ours = keyring.current().signing
    head = {"alg": "ES256", "typ": "at+jwt", "kid": ours.id, **(header or {})}
    return jwt.encode({k: v for k, v in head.items() if v is not None}, claims, key or ours.private)


def claims_of(space: str, **changed: Any) -> dict[str, Any]:
    now = clock.epoch_s()
    claims = {
        "iss": config.current().public_url, "aud": f"space:{space}", "sub": ids.new(), "sid": ids.new(),
        "roles": ["admin"], "iat": now, "exp": now + 900, "jti": ids.new(), **changed,
    }  # fmt: skip
    return {name: value for name, value in claims.items() if value is not ...}


def encoded(part: Any) -> str:
    raw = part if isinstance(part, bytes) else json.dumps(part).encode()
    return base64.urlsafe_b64encode(raw).decode().rstrip("=")


def refused(token: str, hue: OpenedSpace) -> None:
    """Neither the verifier nor the API takes it, and the API says why as a problem."""
    with pytest.raises(InvalidToken):
        tokens.verify(token, hue.slug)
    if token.isascii() and token.isprintable() and " " not in token and token:
        Api(token).get(hue.at("/people")).refused(401, "invalid_token")


def test_a_token_of_ours_opens_its_space_and_no_other(hue: OpenedSpace) -> None:
    other = open_space()
    who = actor(hue.slug, "admin", "author")
    token = tokens.issue(who)
    assert tokens.verify(token, hue.slug) == who
    refused(token, other)
    refused(tokens.issue(actor("platform", "operator")), hue)
    with pytest.raises(InvalidToken):
        tokens.verify(token, "platform")


def test_verifying_costs_nothing_when_warm(hue: OpenedSpace) -> None:
    api = hue.admin
    api.get(hue.at("/people")).ok()
    with spending() as spent:
        api.get(hue.at("/people")).ok()
    assert spent.last["calls"] == 4


FORGERIES: dict[str, Callable[[str], str]] = {
    "no algorithm": lambda slug: f"{encoded({'alg': 'none', 'typ': 'at+jwt'})}.{encoded(claims_of(slug))}.",
    "none with our kid": lambda slug: (
        f"{encoded({'alg': 'none', 'typ': 'at+jwt', 'kid': keyring.current().signing.id})}.{encoded(claims_of(slug))}."
    ),
    "the public key as a shared secret": lambda slug: _by_public_key(slug),
    "somebody's own key": lambda slug: signed(claims_of(slug), key=ECKey.generate_key("P-256")),
    "somebody's own key in the header": lambda slug: _with_key_in_header(slug),
    "an unknown kid": lambda slug: signed(claims_of(slug), {"kid": ids.new()}),
    "no kid": lambda slug: signed(claims_of(slug), {"kid": None}),
    "another type": lambda slug: signed(claims_of(slug), {"typ": "JWT"}),
    "no type": lambda slug: signed(claims_of(slug), {"typ": None}),
    "another issuer": lambda slug: signed(claims_of(slug, iss="https://evil.example")),
    "no issuer": lambda slug: signed(claims_of(slug, iss=...)),
    "another audience": lambda slug: signed(claims_of(slug, aud="space:other")),
    "an audience of another form": lambda slug: signed(claims_of(slug, aud=slug)),
    "many audiences": lambda slug: signed(claims_of(slug, aud=[f"space:{slug}"])),
    "no audience": lambda slug: signed(claims_of(slug, aud=...)),
    "no subject": lambda slug: signed(claims_of(slug, sub=...)),
    "an empty subject": lambda slug: signed(claims_of(slug, sub="")),
    "a number for a subject": lambda slug: signed(claims_of(slug, sub=5)),
    "a list for a session": lambda slug: signed(claims_of(slug, sid=["x"])),
    "no session": lambda slug: signed(claims_of(slug, sid=...)),
    "no expiry": lambda slug: signed(claims_of(slug, exp=...)),
    "a text for an expiry": lambda slug: signed(claims_of(slug, exp="2999")),
    "true for an expiry": lambda slug: signed(claims_of(slug, exp=True)),
    "an infinite expiry": lambda slug: signed(claims_of(slug, exp=float("inf"))),
    "expired": lambda slug: signed(claims_of(slug, exp=clock.epoch_s() - 1)),
    "no roles": lambda slug: signed(claims_of(slug, roles=...)),
    "a text for roles": lambda slug: signed(claims_of(slug, roles="admin")),
    "tampered roles": lambda slug: _tampered(slug, roles=["admin"]),
    "tampered space": lambda slug: _tampered(f"{slug}x", aud=f"space:{slug}"),
    "another signature": lambda slug: tokens.issue(actor(slug)).rpartition(".")[0] + "." + encoded(b"x" * 64),
    "no signature": lambda slug: tokens.issue(actor(slug)).rpartition(".")[0] + ".",
    "no payload": lambda slug: signed(claims_of(slug)).split(".")[0] + ".." + "x",
    "two parts": lambda slug: tokens.issue(actor(slug)).rpartition(".")[0],
    "five parts": lambda slug: tokens.issue(actor(slug)) + ".x.y",
    "a header that is a list": lambda slug: f"{encoded([])}.{encoded({})}.{encoded(b'x')}",
    "a header that nests": lambda slug: f"{encoded(b'[' * 1_500)}.{encoded({})}.{encoded(b'x')}",
    "a kid that is no text": lambda slug: f"{encoded({'alg': 'ES256', 'kid': {}})}.{encoded({})}.{encoded(b'x')}",
    "a critical extension": lambda slug: (
        f"{encoded({'alg': 'ES256', 'kid': keyring.current().signing.id, 'crit': ['b64'], 'b64': False})}"
        f".{encoded({})}.{encoded(b'x' * 64)}"
    ),
    "nothing but dots": lambda slug: "..",
    "huge": lambda slug: "x" * 1_000_000 + ".y.z",
    "nul": lambda slug: "\0.\0.\0",
    "not ASCII": lambda slug: "é.ữ.ạ",
    "a lone surrogate": lambda slug: "\ud800.x.y",
    "empty": lambda slug: "",
}


def _by_public_key(slug: str) -> str:
    key = keyring.current().signing
    head = encoded({"alg": "HS256", "typ": "at+jwt", "kid": key.id})
    body = f"{head}.{encoded(claims_of(slug))}"
    secret = key.public.as_pem(private=False)
    return f"{body}.{encoded(hmac.new(secret, body.encode(), hashlib.sha256).digest())}"


def _with_key_in_header(slug: str) -> str:
    own = ECKey.generate_key("P-256")
    return signed(claims_of(slug), {"jwk": own.as_dict(private=False)}, own)


def _tampered(slug: str, **changed: Any) -> str:
    head, payload, signature = tokens.issue(actor(slug)).split(".")
    claims = json.loads(base64.urlsafe_b64decode(payload + "=="))
    return f"{head}.{encoded(claims | changed)}.{signature}"


@pytest.mark.parametrize("how", FORGERIES)
def test_a_forged_token_opens_nothing(hue: OpenedSpace, how: str) -> None:
    refused(FORGERIES[how](hue.slug), hue)


def test_claims_that_we_sign_in_the_right_form_are_taken(hue: OpenedSpace) -> None:
    """What the forgeries change is why they are refused: unchanged, the same token is good."""
    claims = claims_of(hue.slug)
    assert tokens.verify(signed(claims), hue.slug).person_id == claims["sub"]
    odd = tokens.verify(signed(claims_of(hue.slug, roles=["admin", "emperor", 5, ["x"]])), hue.slug)
    assert odd.roles == {"admin"}


def test_a_shared_secret_of_ours_is_no_key(hue: OpenedSpace) -> None:
    refused(
        jwt.encode({"alg": "HS256", "typ": "at+jwt", "kid": "x"}, claims_of(hue.slug), OctKey.import_key("s" * 32)), hue
    )


def test_a_token_expires_also_where_it_is_remembered(hue: OpenedSpace) -> None:
    token = tokens.issue(actor(hue.slug))
    tokens.verify(token, hue.slug)
    start = clock.epoch_s()
    clock.set_source(lambda: float(start + tokens.LIFETIME_S + 1))
    refused(token, hue)


def test_forged_key_ids_cost_no_reads(hue: OpenedSpace) -> None:
    hue.admin.get(hue.at("/people")).ok()
    stranger = ECKey.generate_key("P-256")
    with spending() as spent:
        for _ in range(20):
            Api(signed(claims_of(hue.slug), {"kid": ids.new()}, stranger)).get(hue.at("/people")).refused(401)
    assert sum(line["calls"] for line in spent.lines) <= 1


def test_rotating_signs_nobody_out(hue: OpenedSpace) -> None:
    start = clock.epoch_s()
    api = hue.admin
    before = keyring.current().signing.id
    made = operator().post("/signing-keys").ok(201)
    assert made["kid"] != before
    api.get(hue.at("/people")).ok()
    assert keyring.current().signing.id == before
    operator().post("/signing-keys").refused(409, "rotation_pending")
    published = [key["kid"] for key in Api().get("/jwks.json").ok()["keys"]]
    assert published == [before, made["kid"]]

    clock.set_source(lambda: float(start + keyring.PUBLISHED_S + 1))
    assert keyring.current().signing.id == made["kid"]
    api.get(hue.at("/people")).ok()
    hue.admin.get(hue.at("/people")).ok()


def test_a_key_is_dropped_when_its_last_token_has_expired(hue: OpenedSpace) -> None:
    start = clock.epoch_s()
    first = keyring.current().signing.id
    second = tokens.rotate().id
    later = start + keyring.PUBLISHED_S + tokens.LIFETIME_S
    clock.set_source(lambda: float(later))
    tokens.rotate()
    assert {first, second} <= {key.id for key in keyring.current().keys}
    clock.set_source(lambda: float(later + keyring.PUBLISHED_S + keyring.FRESH_S + 1))
    fourth = tokens.rotate().id
    kept = [key.id for key in keyring.current().keys]
    assert first not in kept
    assert {second, fourth} <= set(kept)


def test_a_process_that_knows_old_keys_takes_tokens_of_a_new_one(hue: OpenedSpace) -> None:
    kept = keyring.current()
    fresh = tokens.rotate(at_once=True)
    token = signed(claims_of(hue.slug), {"kid": fresh.id}, fresh.private)
    keyring._kept = kept
    assert tokens.verify(token, hue.slug).roles == {"admin"}


def test_a_leaked_key_is_worth_nothing_within_a_minute(hue: OpenedSpace) -> None:
    start = clock.epoch_s()
    api = hue.admin
    api.get(hue.at("/people")).ok()
    kept = keyring.current()
    operator().post("/signing-keys", {"at_once": True}).ok(201)
    assert len(Api().get("/jwks.json").ok()["keys"]) == 1
    api.get(hue.at("/people")).refused(401, "invalid_token")
    keyring._kept = kept  # another container, which has not heard of it yet
    api.get(hue.at("/people")).ok()
    clock.set_source(lambda: float(start + keyring.FRESH_S + 1))
    api.get(hue.at("/people")).refused(401, "invalid_token")


def test_the_key_set_verifies_our_tokens_and_holds_no_secret(hue: OpenedSpace) -> None:
    reply = Api().get("/jwks.json")
    assert reply.headers["cache-control"] == "public, max-age=300"
    (key, *_) = reply.ok()["keys"]
    assert set(key) == {"kty", "crv", "x", "y", "kid", "use", "alg"}
    token = tokens.issue(actor(hue.slug))
    head = json.loads(base64.urlsafe_b64decode(token.split(".")[0] + "=="))
    public = next(each for each in reply.json["keys"] if each["kid"] == head["kid"])
    assert jwt.decode(token, ECKey.import_key(public), algorithms=["ES256"]).claims["aud"] == f"space:{hue.slug}"


def test_only_operators_rotate(hue: OpenedSpace) -> None:
    Api().post("/signing-keys").refused(401)
    hue.admin.post("/signing-keys").refused(401)


def test_two_processes_that_make_the_first_key_agree(aws: Cloud) -> None:
    platform().table("people").delete("keyring", "signing")
    tokens.forget()
    first = keyring.current().signing.id
    tokens.forget()
    assert keyring.current().signing.id == first
