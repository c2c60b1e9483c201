"""Access tokens: ES256 JWTs (RFC 9068) that name one space and are worth nothing in another.

A token is verified without any call while its key is known (``keyring.py``). What has been verified is remembered by
the token's digest, and forgotten with its key.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from typing import Any

from chalicelib import clock, config, ids
from chalicelib.errors import Unauthenticated
from chalicelib.http import keyring
from chalicelib.http.caching import Remembered
from chalicelib.http.permissions import GRANTS, Role

LIFETIME_S = keyring.TOKEN_LIFETIME_S
_TYPE = "at+jwt"
_ALGORITHMS = ["ES256"]
_MAX_CHARACTERS = 4_096  # ours have about 500; a longer one is not worth decoding


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
    audiences: tuple[str, ...] = ()  # those that the person was in when the token was issued


@dataclass(frozen=True, slots=True)
class _Verified:
    actor: Actor
    key_id: str
    expires: int


_verified: Remembered[bytes, _Verified] = Remembered(8_192)


def issue(actor: Actor) -> str:
    """A token for a person just authenticated, valid for :data:`LIFETIME_S` seconds. Raises: Unavailable."""
    from joserfc import jwt

    key = keyring.current().signing
    now = clock.epoch_s()
    claims = {
        "iss": config.current().public_url,
        "aud": f"space:{actor.space}",
        "sub": actor.person_id,
        "sid": actor.session_id,
        "roles": sorted(actor.roles),
        "iat": now,
        "exp": now + LIFETIME_S,
        "jti": ids.new(),
        **({"groups": list(actor.audiences)} if actor.audiences else {}),
    }
    return jwt.encode({"alg": "ES256", "typ": _TYPE, "kid": key.id}, claims, key.private, algorithms=_ALGORITHMS)


def verify(token: str, space: str) -> Actor:
    """Who holds this token, which must have been issued for this very space. Raises: InvalidToken, Unavailable."""
    if len(token) > _MAX_CHARACTERS or not token.isascii() or token.count(".") != 2:
        raise InvalidToken
    found = _verified.get(hashlib.sha256(token.encode()).digest(), lambda: _decode(token))
    if found.actor.space != space or clock.epoch_s() >= found.expires or keyring.current().find(found.key_id) is None:
        raise InvalidToken
    return found.actor


def public_keys() -> dict[str, Any]:
    """The JSON Web Key Set (RFC 7517) with which anyone can verify our tokens."""
    return {"keys": keyring.public()}


def rotate(*, at_once: bool = False) -> keyring.Key:
    """A new signing key; see :func:`keyring.rotate`. Raises: RotationPending."""
    return keyring.rotate(at_once=at_once)


def forget() -> None:
    """Drop what this process knows of keys and tokens: for tests."""
    keyring.forget()
    _verified.clear()


def _decode(token: str) -> _Verified:
    """Every claim is looked at, although only we can sign: a defect elsewhere must not become anyone's identity."""
    from joserfc import jwt
    from joserfc.errors import JoseError

    try:
        key_id = _key_id(token)
        key = keyring.find(key_id)
        if key is None:
            raise InvalidToken
        decoded = jwt.decode(token, key.public, algorithms=_ALGORITHMS)
        if decoded.header.get("typ") != _TYPE:
            raise InvalidToken
        return _claimed(decoded.claims, key_id)
    except (JoseError, ValueError, TypeError, KeyError, AttributeError, RecursionError):
        raise InvalidToken from None


def _claimed(claims: dict[str, Any], key_id: str) -> _Verified:
    issuer, audience, subject, session = (_text(claims[name]) for name in ("iss", "aud", "sub", "sid"))
    expires, roles = claims["exp"], claims["roles"]
    if issuer != config.current().public_url or not audience.startswith("space:"):
        raise InvalidToken
    if type(expires) is not int or not isinstance(roles, list):
        raise InvalidToken
    granted = frozenset(role for role in roles if isinstance(role, str) and role in GRANTS)
    groups = claims.get("groups", [])
    if not isinstance(groups, list):
        raise InvalidToken
    actor = Actor(subject, audience.removeprefix("space:"), granted, session, tuple(_text(each) for each in groups))
    return _Verified(actor, key_id, expires)


def _text(claim: Any) -> str:
    if not isinstance(claim, str) or not claim:
        raise InvalidToken
    return claim


def _key_id(token: str) -> str:
    from joserfc.jws import extract_compact

    return _text(extract_compact(token.encode()).headers()["kid"])
