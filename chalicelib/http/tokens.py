"""Access tokens: ES256 JWTs (RFC 9068) that name one space and are worth nothing in another; the keys that sign them.

The keyring lives in the platform table. A token is verified without any call while its key is known; an unknown key id
makes the container look once, at most every few seconds, so that rotating keys signs nobody out and forged ids cost
nothing.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any, cast

from chalicelib import clock, config, ids
from chalicelib.errors import Unauthenticated
from chalicelib.http.caching import Remembered
from chalicelib.http.permissions import GRANTS, Role
from chalicelib.storage.spaces import platform
from chalicelib.storage.table import ConditionFailed

LIFETIME_S = 15 * 60
_KEYRING = ("keyring", "signing")
_KEYRING_FRESH_S = 300
_LOOK_AGAIN_S = 5
_TYPE = "at+jwt"


class InvalidToken(Unauthenticated):
    """A token that is forged, expired, or another space's."""

    code = "invalid_token"
    vi = "Phiên đăng nhập không còn hiệu lực. Hãy đăng nhập lại."
    en = "This session is no longer valid. Sign in again."


@dataclass(frozen=True, slots=True)
class Actor:
    """A verified caller. Only :func:`verify` makes one from a request."""

    person_id: str
    space: str
    roles: frozenset[Role]
    session_id: str


@dataclass(frozen=True, slots=True)
class _Keyring:
    active: str
    keys: dict[str, Any]  # key id -> joserfc ECKey with its private part
    read_at: int


_kept: _Keyring | None = None
_verified: Remembered[str, tuple[int, Actor]] = Remembered(8_192)


def issue(actor: Actor) -> str:
    """A token for a person just authenticated, valid for :data:`LIFETIME_S` seconds."""
    from joserfc import jwt

    ring = _keyring()
    now = clock.epoch_s()
    claims = {
        "iss": config.current().public_url,
        "aud": _audience(actor.space),
        "sub": actor.person_id,
        "sid": actor.session_id,
        "roles": sorted(actor.roles),
        "iat": now,
        "exp": now + LIFETIME_S,
        "jti": ids.new(),
    }
    header = {"alg": "ES256", "typ": _TYPE, "kid": ring.active}
    return jwt.encode(header, claims, ring.keys[ring.active], algorithms=["ES256"])


def verify(token: str, space: str) -> Actor:
    """Who holds this token, which must have been issued for this very space. Raises: InvalidToken."""
    kept = _verified.get(token, lambda: _decode(token))
    expires, actor = kept
    if clock.epoch_s() >= expires or actor.space != space:
        raise InvalidToken
    return actor


def public_keys() -> dict[str, Any]:
    """The JSON Web Key Set (RFC 7517) with which anyone can verify our tokens."""
    return {"keys": [{**key.as_dict(private=False), "use": "sig", "alg": "ES256"} for key in _keyring().keys.values()]}


def rotate() -> str:
    """Sign with a new key from now on; the one before it stays good for verifying. Gives the new key's id.

    Two keys are kept: a token lives 15 minutes, so rotate no more often than that.
    """
    global _kept
    table = platform().table("people")
    old = table.get(*_KEYRING, consistent=True)
    key_id, private = _new_key()
    keys = {old["active"]: old["keys"][old["active"]]} if old else {}
    fresh = {"pk": _KEYRING[0], "sk": _KEYRING[1], "active": key_id, "keys": {**keys, key_id: private}}
    if old:
        table.put(fresh, condition="active = :old", values={":old": old["active"]})
    else:
        table.create(fresh)
    _kept = None
    return key_id


def forget() -> None:
    """Drop what this process knows of keys and tokens: for tests."""
    global _kept
    _kept = None
    _verified.clear()


def _decode(token: str) -> tuple[int, Actor]:
    from joserfc import jwt
    from joserfc.errors import JoseError

    try:
        key = _verification_key(_key_id(token))
        decoded = jwt.decode(token, key, algorithms=["ES256"])
    except (JoseError, ValueError, TypeError, KeyError, AttributeError):
        raise InvalidToken from None
    claims = decoded.claims
    if decoded.header.get("typ") != _TYPE or claims.get("iss") != config.current().public_url:
        raise InvalidToken
    return _actor(claims)


def _actor(claims: dict[str, Any]) -> tuple[int, Actor]:
    audience, expires = claims.get("aud"), claims.get("exp")
    if not isinstance(audience, str) or not isinstance(expires, int) or not audience.startswith("space:"):
        raise InvalidToken
    roles = frozenset(role for role in claims["roles"] if role in GRANTS)
    return expires, Actor(claims["sub"], audience.removeprefix("space:"), cast(frozenset[Role], roles), claims["sid"])


def _audience(space: str) -> str:
    return f"space:{space}"


def _key_id(token: str) -> str:
    from joserfc.jws import extract_compact

    header = extract_compact(token.encode("ascii", errors="strict")).headers()
    key_id = header["kid"]
    if not isinstance(key_id, str):
        raise InvalidToken
    return key_id


def _verification_key(key_id: str) -> Any:
    ring = _keyring()
    if key_id not in ring.keys and clock.epoch_s() - ring.read_at >= _LOOK_AGAIN_S:
        ring = _read_keyring()
    if key_id not in ring.keys:
        raise InvalidToken
    return ring.keys[key_id]


def _keyring() -> _Keyring:
    kept = _kept
    if kept and clock.epoch_s() - kept.read_at < _KEYRING_FRESH_S:
        return kept
    return _read_keyring()


def _read_keyring() -> _Keyring:
    """One GetItem; the first process of a new deployment makes the first key, and a race for it has one winner."""
    global _kept
    from joserfc.jwk import ECKey

    table = platform().table("people")
    item = table.get(*_KEYRING, consistent=True)
    if item is None:
        key_id, private = _new_key()
        item = {"pk": _KEYRING[0], "sk": _KEYRING[1], "active": key_id, "keys": {key_id: private}}
        try:
            table.create(item)
        except ConditionFailed as lost:
            item = lost.item or item
    keys = {key_id: ECKey.import_key(json.loads(private)) for key_id, private in item["keys"].items()}
    _kept = _Keyring(item["active"], keys, clock.epoch_s())
    return _kept


def _new_key() -> tuple[str, str]:
    from joserfc.jwk import ECKey

    key_id = ids.new()
    return key_id, json.dumps(ECKey.generate_key("P-256", {"kid": key_id}).as_dict(private=True))
