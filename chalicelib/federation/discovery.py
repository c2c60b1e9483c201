"""What a provider says of itself (OpenID Connect Discovery 1.0): where to sign in, where its keys are.

Kept for an hour. A failed look is remembered for a few seconds, so that a provider that is down does not cost every
request the wait.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from chalicelib.errors import Refusal
from chalicelib.federation import addresses, fetching
from chalicelib.http.caching import Remembered
from chalicelib.storage.spaces import Space

FRESH_S = 3_600
_FAILED_S = 10
_PATH = "/.well-known/openid-configuration"


class ProviderUnfit(Refusal):
    """A discovery document that names another issuer, or lacks what we need."""

    status = 424
    code = "provider_unfit"
    vi = "Tài liệu cấu hình của {issuer} thiếu hoặc sai mục {part}."
    en = "The configuration document of {issuer} lacks {part}, or has it wrong."


@dataclass(frozen=True, slots=True)
class Provider:
    """A provider's endpoints and abilities."""

    issuer: str
    authorization_endpoint: str
    token_endpoint: str
    jwks_uri: str
    userinfo_endpoint: str | None
    end_session_endpoint: str | None
    secret_in_body: bool  # whether the token endpoint takes the secret in the form alone
    says_issuer: bool  # RFC 9207: whether an answer must name its issuer
    back_channel: bool


_known: Remembered[tuple[str, str], Provider] = Remembered(1_000, fresh_s=FRESH_S)
_failed: Remembered[tuple[str, str], Refusal] = Remembered(1_000, fresh_s=_FAILED_S)


def provider(space: Space, issuer: str) -> Provider:
    """The provider of this issuer: 0 calls when warm, else 1 fetch.

    Raises: ProviderUnfit, and whatever hinders the fetch.
    """
    place = (space.slug, issuer)
    failed = None if _known.peek(place) else _failed.peek(place)
    if failed:
        raise failed
    try:
        return _known.get(place, lambda: fetch(issuer))
    except Refusal as refusal:
        _failed.keep(place, refusal)
        raise


def forget(space: Space, issuer: str) -> None:
    """Look again next time: after an admin changed or tests it."""
    _known.forget((space.slug, issuer))
    _failed.forget((space.slug, issuer))


def fetch(issuer: str) -> Provider:
    """The provider of this issuer as it is now: 1 fetch. Raises: as :func:`provider`."""
    found = fetching.get(issuer.rstrip("/") + _PATH).json()
    if found.get("issuer") != issuer:
        raise ProviderUnfit(issuer=issuer, part="issuer")  # Discovery 1.0, 4.3: another could speak in its name
    return Provider(
        issuer=issuer,
        authorization_endpoint=_address(found, issuer, "authorization_endpoint"),
        token_endpoint=_address(found, issuer, "token_endpoint"),
        jwks_uri=_address(found, issuer, "jwks_uri"),
        userinfo_endpoint=_address(found, issuer, "userinfo_endpoint") if found.get("userinfo_endpoint") else None,
        end_session_endpoint=(
            _address(found, issuer, "end_session_endpoint") if found.get("end_session_endpoint") else None
        ),
        secret_in_body="client_secret_basic"
        not in _texts(found, "token_endpoint_auth_methods_supported", ["client_secret_basic"]),
        says_issuer=found.get("authorization_response_iss_parameter_supported") is True,
        back_channel=found.get("backchannel_logout_supported") is True,
    )


def _address(found: dict[str, Any], issuer: str, part: str) -> str:
    given = found.get(part)
    if not isinstance(given, str):
        raise ProviderUnfit(issuer=issuer, part=part)
    return addresses.parse(given).url


def _texts(found: dict[str, Any], name: str, usual: list[str]) -> frozenset[str]:
    given = found.get(name, usual)
    return frozenset(each for each in given if isinstance(each, str)) if isinstance(given, list) else frozenset(usual)
