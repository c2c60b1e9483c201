"""Public keys of those who vouch for people: pasted by an admin, or fetched from the address of a JWK Set (RFC 7517).

A fetched set is kept for ten minutes. A key id that it does not have makes us fetch it once more, at most once a minute
for each set and container: that is how a rotation is noticed, and forged ids cost us nothing. While the address does
not answer, the set as it was last read goes on, for an hour.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from threading import Lock
from typing import Any

from chalicelib import clock
from chalicelib.errors import Refusal, rule
from chalicelib.federation import fetching
from chalicelib.http.caching import Remembered
from chalicelib.storage.spaces import Space

FRESH_S = 600
STALE_S = 3_600
LOOK_AGAIN_S = 60
FAILED_S = 10  # so long an address that failed is left alone: signing in goes on soon after it is back
MOST_KEYS = 32
PASTED_LENGTH = 20_000
_LEAST_RSA_BITS = 2_048
_MOST_RSA_BITS = 8_192  # beyond it, verifying costs us more than an assertion is worth
# Which key an algorithm takes: the type, and for curves the curve (RFC 7518, 3.1; RFC 8037, 3.1; RFC 9864, 2.2).
ALGORITHMS: dict[str, tuple[str, str | None]] = {
    "ES256": ("EC", "P-256"),
    "RS256": ("RSA", None),
    "PS256": ("RSA", None),
    "EdDSA": ("OKP", "Ed25519"),
    "Ed25519": ("OKP", "Ed25519"),
}
_PRIVATE = frozenset({"d", "p", "q", "dp", "dq", "qi", "k"})
_PUBLIC = ("kty", "crv", "x", "y", "n", "e")


class KeysUnavailable(Refusal):
    """The address of the keys gives none."""

    status = 424
    code = "keys_unavailable"
    vi = "Không lấy được khoá công khai từ {host}. Hãy kiểm tra địa chỉ JWKS rồi thử lại."
    en = "No public keys came from {host}. Check the address of the JWK Set and try again."


@dataclass(frozen=True, slots=True)
class Key:
    """A public key: its id (may be empty), type, curve, and the only algorithm it is for, if it says so."""

    id: str
    kty: str
    curve: str | None
    algorithm: str | None
    jwk: str  # RFC 7517, public members alone

    def fits(self, algorithm: str) -> bool:
        """Whether signatures of this algorithm can be this key's: confusing an RSA key with a secret is the classic
        (RFC 8725, 2.1)."""
        return ALGORITHMS.get(algorithm) == (self.kty, self.curve) and self.algorithm in (None, algorithm)

    def opened(self) -> Any:
        """joserfc's key."""
        return _opened(self.jwk)


@dataclass(frozen=True, slots=True)
class Source:
    """Where a party's keys are: an address, or pasted ones (as :func:`pasted` gave them)."""

    address: str | None = None
    pasted: tuple[Mapping[str, Any], ...] = ()


@dataclass(frozen=True, slots=True)
class _Fetched:
    keys: tuple[Key, ...]
    read_at: int


_kept: Remembered[tuple[str, str], _Fetched] = Remembered(1_000, fresh_s=STALE_S)
_asked: Remembered[tuple[str, str], bool] = Remembered(5_000, fresh_s=LOOK_AGAIN_S)
_failed: Remembered[tuple[str, str], bool] = Remembered(5_000, fresh_s=FAILED_S)
_one_at_a_time = Lock()


def candidates(space: Space, source: Source, key_id: str | None, algorithm: str) -> list[Key]:
    """The keys that may have signed: that of the id, or, when the signer names none, all that fit the algorithm.

    0 calls; 1 fetch when the set is not known, old, or lacks the id. Raises: KeysUnavailable.
    """
    if source.address is None:
        return _named(_read(source.pasted), key_id, algorithm)
    found = _named(_current(space, source.address), key_id, algorithm)
    if found or key_id is None:
        return found
    return _named(_again(space, source.address), key_id, algorithm)


def fetch(address: str) -> list[Key]:
    """The keys at an address now: 1 fetch. Raises: KeysUnavailable, and whatever hinders the fetch."""
    answer = fetching.get(address)
    given = answer.json().get("keys")
    found = _read(given) if isinstance(given, list) else ()
    if not found:
        raise KeysUnavailable(host=answer.host)
    return list(found)


def pasted(text: str) -> list[dict[str, Any]]:
    """Keys that an admin pasted (PEM, a JWK, a JWK Set), as they may be stored. No I/O.

    Raises: PydanticCustomError (``key_unreadable``, ``key_private``, ``key_unfit``).
    """
    given = _of_pem(text) if "-----BEGIN" in text else _of_json(text)
    if any(_PRIVATE & each.keys() for each in given):
        raise rule(*_KEY_PRIVATE)
    found = _read(given)
    if not found or len(found) != len(given):
        raise rule(*_KEY_UNFIT)
    return [json.loads(each.jwk) | _told(each) for each in found]


def _told(key: Key) -> dict[str, str]:
    return {"kid": key.id, **({"alg": key.algorithm} if key.algorithm else {})}


def _named(keys: Sequence[Key], key_id: str | None, algorithm: str) -> list[Key]:
    """Of the id, whatever it fits: a key that is found and does not fit is told from one that is not found."""
    if key_id is None:
        return [key for key in keys if key.fits(algorithm)]
    named = [key for key in keys if key.id == key_id]
    # One pasted key without an id of its own is meant, whatever id the signer gives it.
    return named or ([keys[0]] if len(keys) == 1 and keys[0].id == thumbprint(keys[0].jwk) else [])


def _current(space: Space, address: str) -> tuple[Key, ...]:
    kept = _kept.peek((space.slug, address))
    if kept and clock.epoch_s() - kept.read_at < FRESH_S:
        return kept.keys
    return _again(space, address)


def _again(space: Space, address: str) -> tuple[Key, ...]:
    """Fetch, unless that was tried just now; what was read last serves when nothing better comes."""
    place = (space.slug, address)
    seen = _kept.peek(place)
    with _one_at_a_time:
        kept = _kept.peek(place)
        if kept is not None and kept is not seen:
            return kept.keys  # another thread has fetched it meanwhile
        if _asked.peek(place) is None and _failed.peek(place) is None:
            kept = _fetched(place, kept)
    if kept is None:
        raise KeysUnavailable(host=address[:100])
    return kept.keys


def _fetched(place: tuple[str, str], kept: _Fetched | None) -> _Fetched:
    """The set as it is now, or as it was kept. Raises: what hinders the fetch, when none was kept."""
    try:
        fresh = _Fetched(tuple(fetch(place[1])), clock.epoch_s())
    except Refusal:
        _failed.keep(place, True)
        if kept is None:
            raise
        return kept
    _asked.keep(place, True)
    _kept.keep(place, fresh)
    return fresh


def _read(given: Sequence[Any]) -> tuple[Key, ...]:
    """Those of a set that we can use for signatures; others are passed over, as RFC 7517, 5 asks."""
    found = (_key(each) for each in given[:MOST_KEYS] if isinstance(each, Mapping))
    return tuple(each for each in found if each is not None)


def _key(given: Mapping[str, Any]) -> Key | None:
    if given.get("use", "sig") != "sig" or "verify" not in (given.get("key_ops") or ["verify"]):
        return None
    members = {name: given[name] for name in _PUBLIC if isinstance(given.get(name), str)}
    kty, curve = members.get("kty", ""), members.get("crv")
    if (kty, curve) not in ALGORITHMS.values():
        return None
    jwk = json.dumps(members, sort_keys=True)
    if not _is_sound(jwk):
        return None
    key_id, algorithm = given.get("kid"), given.get("alg")
    return Key(
        key_id if isinstance(key_id, str) and key_id else thumbprint(jwk),
        kty,
        curve,
        algorithm if isinstance(algorithm, str) else None,
        jwk,
    )


def thumbprint(jwk: str) -> str:
    """What a key without an id is called: a digest of its public members."""
    return hashlib.sha256(jwk.encode()).hexdigest()[:32]


def _is_sound(jwk: str) -> bool:
    """Whether the members make a key of a strength that is worth something."""
    try:
        public = _opened(jwk).public_key
    except Exception:  # whatever the libraries make of a stranger's numbers: no key
        return False
    bits = getattr(public, "key_size", _LEAST_RSA_BITS)
    return not jwk_is_rsa(jwk) or _LEAST_RSA_BITS <= bits <= _MOST_RSA_BITS


def jwk_is_rsa(jwk: str) -> bool:
    """Whether these members are an RSA key's."""
    return bool(json.loads(jwk)["kty"] == "RSA")


@lru_cache(maxsize=512)
def _opened(jwk: str) -> Any:
    from joserfc.jwk import JWKRegistry

    return JWKRegistry.import_key(json.loads(jwk))


def _of_json(text: str) -> list[Any]:
    try:
        given = json.loads(text)
    except (ValueError, RecursionError):
        raise rule(*_KEY_UNREADABLE) from None
    keys = given.get("keys", [given]) if isinstance(given, dict) else None
    if not isinstance(keys, list) or not all(isinstance(each, dict) for each in keys) or not keys:
        raise rule(*_KEY_UNREADABLE)
    return keys


def _of_pem(text: str) -> list[Any]:
    """One or several PEM blocks (RFC 7468): public keys or certificates."""
    if "PRIVATE KEY-----" in text:
        raise rule(*_KEY_PRIVATE)
    from joserfc.jwk import ECKey, OKPKey, RSAKey

    given = []
    for block in text.split("-----BEGIN")[1:]:
        pem = f"-----BEGIN{block}".strip()
        for kind in (ECKey, RSAKey, OKPKey):
            try:
                given.append(kind.import_key(pem).as_dict(private=False))
                break
            except Exception:  # noqa: S112 (of another kind; of none at all, it is missing below)
                continue
        else:
            raise rule(*_KEY_UNREADABLE)
    return [{name: value for name, value in each.items() if name != "kid"} for each in given]


_KEY_UNREADABLE = (
    "key_unreadable",
    "Không đọc được khoá. Hãy dán khoá công khai dạng PEM, JWK hoặc JWK Set.",
    "The key cannot be read. Paste a public key as PEM, JWK or JWK Set.",
)
_KEY_PRIVATE = (
    "key_private",
    "Đây là khoá bí mật. Chỉ dán khoá công khai, và hãy thay khoá này vì nó đã bị lộ.",
    "This is a private key. Paste the public key alone, and replace this one: it has left its owner's hands.",
)
_KEY_UNFIT = (
    "key_unfit",
    "Chỉ nhận khoá ký EC P-256 (ES256), RSA từ 2048 đến 8192 bit (RS256, PS256) hoặc Ed25519 (EdDSA).",
    "Only signing keys of EC P-256 (ES256), RSA of 2048 to 8192 bits (RS256, PS256) or Ed25519 (EdDSA) are taken.",
)
