"""Assertions of others: JWTs verified claim by claim (RFC 7519, RFC 7523, RFC 8725), each fault with a code of its own.

What is verified, is: the size, the algorithm (asymmetric ones alone), the type, the key and that it fits the
algorithm, the signature, issuer, audience, times, and that it is used once.
"""

from __future__ import annotations

import binascii
import json
from base64 import urlsafe_b64decode
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from chalicelib import clock
from chalicelib.errors import Refusal
from chalicelib.federation import keys, tickets
from chalicelib.federation.keys import ALGORITHMS, Source
from chalicelib.storage.spaces import Space

MOST_BYTES = 8 * 1024
SKEW_S = 60
LONGEST_S = 300  # from iat to exp
_ID_LENGTH = 255


class AssertionRefused(Refusal):
    """An assertion that is not believed; the subclass says why."""

    status = 400
    code = "assertion_refused"
    oauth = "invalid_grant"
    vi = "Xác nhận danh tính không được chấp nhận."
    en = "The assertion of identity is not accepted."


class AssertionOversized(AssertionRefused):
    """Longer than any that is meant well."""

    code = "assertion_oversized"
    vi = "Xác nhận danh tính quá dài (tối đa 8 KB)."
    en = "The assertion is too long (8 KB at most)."


class AssertionMalformed(AssertionRefused):
    """No JWT, or one whose claims have the wrong form."""

    code = "assertion_malformed"
    vi = "Xác nhận danh tính không phải JWT hợp lệ."
    en = "The assertion is not a valid JWT."


class AlgorithmRefused(AssertionRefused):
    """``none``, a shared secret, or another algorithm that is not taken."""

    code = "algorithm_refused"
    vi = "Thuật toán ký không được chấp nhận; chỉ nhận ES256, RS256, PS256 và EdDSA."
    en = "The algorithm of the signature is not accepted; ES256, RS256, PS256 and EdDSA are."


class TypeRefused(AssertionRefused):
    """A token that was made for something else."""

    code = "assertion_type_refused"
    vi = "Loại token (typ) không dùng cho việc này."
    en = "The type of the token (typ) is not one for this use."


class KeyUnknown(AssertionRefused):
    """No key of that id, neither before nor after looking again."""

    code = "key_unknown"
    vi = "Không có khoá mang mã (kid) này. Hãy kiểm tra JWKS của bên ký."
    en = "There is no key of this id (kid). Check the JWK Set of the signer."


class KeyMismatch(AssertionRefused):
    """A key that signatures of this algorithm cannot be made with."""

    code = "key_mismatch"
    vi = "Khoá không thuộc thuật toán ghi trong token."
    en = "The key is not one for the algorithm that the token names."


class SignatureInvalid(AssertionRefused):
    """Not signed by that key."""

    code = "signature_invalid"
    vi = "Chữ ký không đúng."
    en = "The signature is not right."


class IssuerMismatch(AssertionRefused):
    """Somebody else's."""

    code = "issuer_mismatch"
    vi = "Bên phát hành (iss) không phải bên đã đăng ký."
    en = "The issuer (iss) is not the one that is registered."


class AudienceMismatch(AssertionRefused):
    """Made for somebody else."""

    code = "audience_mismatch"
    vi = "Token được phát hành cho nơi khác (aud)."
    en = "The token was made for somebody else (aud)."


class AssertionExpired(AssertionRefused):
    """Too late."""

    code = "assertion_expired"
    vi = "Xác nhận danh tính đã hết hạn. Hãy mở lại từ ứng dụng; nếu vẫn lỗi, đồng hồ của máy chủ ký bị chậm."
    en = "The assertion has expired. Open it again from the app; if that fails, the signer's clock is slow."


class AssertionEarly(AssertionRefused):
    """Of the future."""

    code = "assertion_early"
    vi = "Xác nhận danh tính chưa có hiệu lực: đồng hồ của máy chủ ký chạy nhanh."
    en = "The assertion is not valid yet: the signer's clock is fast."


class AssertionTooLasting(AssertionRefused):
    """Good for longer than an assertion may be."""

    code = "assertion_too_lasting"
    vi = "Xác nhận danh tính có hiệu lực quá lâu (tối đa {seconds} giây từ iat đến exp)."
    en = "The assertion is good for too long ({seconds} seconds at most from iat to exp)."


class ClaimMissing(AssertionRefused):
    """A claim that is needed is not there, or has another form."""

    code = "claim_missing"
    vi = "Thiếu hoặc sai dạng thông tin {claim} trong token."
    en = "The claim {claim} is missing in the token, or has another form."


class AssertionReplayed(AssertionRefused):
    """Used before."""

    code = "assertion_replayed"
    vi = "Xác nhận danh tính này đã được dùng. Hãy mở lại từ ứng dụng."
    en = "This assertion has been used. Open it again from the app."


# What verifying a token may end with, for an operation to declare.
REFUSALS: tuple[type[Refusal], ...] = (
    AssertionOversized,
    AssertionMalformed,
    AlgorithmRefused,
    TypeRefused,
    KeyUnknown,
    KeyMismatch,
    SignatureInvalid,
    IssuerMismatch,
    AudienceMismatch,
    AssertionExpired,
    AssertionEarly,
    AssertionTooLasting,
    ClaimMissing,
    AssertionReplayed,
)


@dataclass(frozen=True, slots=True)
class Expected:
    """What an assertion must say. ``types`` are the values of ``typ`` that are taken, lower-case, without
    ``application/`` (absent is taken where ``""`` is among them); ``longest_s`` bounds exp - iat."""

    issuer: str
    audiences: frozenset[str]
    types: frozenset[str] = frozenset({"", "jwt"})
    longest_s: int | None = LONGEST_S
    needs: tuple[str, ...] = ("sub",)  # claims that must be texts


@dataclass(frozen=True, slots=True)
class Assertion:
    """A verified assertion. Only :func:`verify` makes one."""

    claims: Mapping[str, Any]
    expires: int

    @property
    def subject(self) -> str:
        """Of whom: the issuer's own name for them."""
        return str(self.claims["sub"])


def verify(space: Space, token: str, source: Source, expected: Expected) -> Assertion:
    """What a token says, once everything about it is right: 0 calls while the keys are known (``keys.candidates``).

    Raises: subclasses of AssertionRefused, KeysUnavailable.
    """
    header, claims = read(token)
    algorithm = header.get("alg")
    if not isinstance(algorithm, str) or algorithm not in ALGORITHMS:
        raise AlgorithmRefused
    if "crit" in header:
        raise AssertionMalformed  # we understand no extension (RFC 7515, 4.1.11)
    _require_type(header, expected.types)
    # Before any key is looked for: what is not for us costs no fetch.
    if claims.get("iss") != expected.issuer:
        raise IssuerMismatch
    _require_signature(space, token, source, header.get("kid"), algorithm)
    _require_audience(claims, expected.audiences)
    expires = _require_times(claims, expected.longest_s)
    for name in expected.needs:
        if not isinstance(claims.get(name), str) or not 0 < len(claims[name]) <= _ID_LENGTH:
            raise ClaimMissing(claim=name)
    return Assertion(claims, expires)


def use(space: Space, party: str, assertion: Assertion) -> None:
    """Use an assertion of this party (an app's or a provider's id) up: 1 call. Raises: ClaimMissing (``jti``),
    AssertionReplayed."""
    jti = assertion.claims.get("jti")
    if not isinstance(jti, str) or not 0 < len(jti) <= _ID_LENGTH:
        raise ClaimMissing(claim="jti")
    if not tickets.use(space, party, jti, assertion.expires + 2 * SKEW_S):
        raise AssertionReplayed


def read(token: str) -> tuple[dict[str, Any], dict[str, Any]]:
    """Header and claims of a JWT, of which nothing is verified yet. Raises: AssertionOversized, AssertionMalformed."""
    if len(token) > MOST_BYTES:
        raise AssertionOversized
    parts = token.split(".")
    if not token.isascii() or len(parts) != 3:
        raise AssertionMalformed
    return _object(parts[0]), _object(parts[1])


def _object(part: str) -> dict[str, Any]:
    try:
        found = json.loads(urlsafe_b64decode(part + "=" * (-len(part) % 4)), object_pairs_hook=_distinct)
    except (binascii.Error, ValueError, RecursionError):
        raise AssertionMalformed from None
    if not isinstance(found, dict):
        raise AssertionMalformed
    return found


def _distinct(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) != len(pairs):
        raise ValueError("a name given twice is read by two in two ways (RFC 7519, 4)")
    return found


def _require_type(header: Mapping[str, Any], types: Collection[str]) -> None:
    given = header.get("typ", "")
    if not isinstance(given, str) or given.lower().removeprefix("application/") not in types:
        raise TypeRefused


def _require_signature(space: Space, token: str, source: Source, key_id: Any, algorithm: str) -> None:
    if key_id is not None and not (isinstance(key_id, str) and len(key_id) <= _ID_LENGTH):
        raise AssertionMalformed
    found = keys.candidates(space, source, key_id or None, algorithm)
    if not found:
        raise KeyUnknown
    fitting = [key for key in found if key.fits(algorithm)]
    if not fitting:
        raise KeyMismatch
    if not any(_is_signed(token, key, algorithm) for key in fitting[:3]):
        raise SignatureInvalid


def _is_signed(token: str, key: keys.Key, algorithm: str) -> bool:
    from joserfc import jws
    from joserfc.errors import JoseError

    try:
        jws.deserialize_compact(token.encode(), key.opened(), [algorithm], _registry())
    except (JoseError, ValueError):
        return False
    return True


@lru_cache(maxsize=1)
def _registry() -> Any:
    """What joserfc knows, for tokens whose algorithm has been looked at before: it would warn of ``EdDSA``, which
    RFC 9864 renamed and signers go on using, and refuse header members that it does not know."""
    from joserfc.jws import JWSRegistry

    class Registry(JWSRegistry):
        max_header_length = MOST_BYTES
        max_payload_length = MOST_BYTES

        def get_alg(self, name: str) -> Any:
            return self.algorithms[name]

    return Registry(strict_check_header=False)


def _require_audience(claims: Mapping[str, Any], audiences: Collection[str]) -> None:
    given = claims.get("aud")
    named = [given] if isinstance(given, str) else given
    if not isinstance(named, list) or not any(each in audiences for each in named if isinstance(each, str)):
        raise AudienceMismatch


def _require_times(claims: Mapping[str, Any], longest_s: int | None) -> int:
    """``exp``, in epoch seconds, when now is between the times that the token names, a minute's skew granted."""
    now, expires, issued = clock.epoch_s(), _seconds(claims, "exp"), _seconds(claims, "iat")
    begins = _seconds(claims, "nbf") if "nbf" in claims else issued
    if now >= expires + SKEW_S:
        raise AssertionExpired
    if max(issued, begins) > now + SKEW_S:
        raise AssertionEarly
    if longest_s is not None and expires - issued > longest_s:
        raise AssertionTooLasting(seconds=longest_s)
    return expires


def _seconds(claims: Mapping[str, Any], name: str) -> int:
    given = claims.get(name)
    if isinstance(given, bool) or not isinstance(given, int | float) or not 0 <= given < 2**53:
        raise ClaimMissing(claim=name)
    return int(given)
