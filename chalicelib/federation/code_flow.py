"""OpenID Connect's code flow with PKCE (Core 1.0, 3.1; RFC 7636; RFC 9700), as a client of somebody's provider.

:func:`begin` gives the address to send the browser to, :func:`complete` takes what came back with it. Between them the
server keeps nothing: what must be remembered travels in ``state``, sealed. First the provider is asked without being
seen (``prompt=none``); when it wants to speak with the person, :func:`complete` gives the address for that.

A sign-in belongs to the client that began it: that client holds a verifier, of which ``state`` carries the challenge,
and whoever comes with the outcome proves to have it (``identity/entries.py``). Nobody is signed in as somebody else by
a link that was sent to them.
"""

from __future__ import annotations

import base64
import hmac
import json
import secrets
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode, urlsplit

from chalicelib import clock
from chalicelib.errors import Refusal
from chalicelib.federation import assertions, discovery, fetching, pkce, tickets
from chalicelib.federation.assertions import Assertion, Expected, IssuerMismatch
from chalicelib.federation.discovery import Provider
from chalicelib.federation.keys import Source
from chalicelib.storage.spaces import Space

LASTING_S = 600  # for a person to find their password
SCOPES = ("openid", "profile", "email")
_PURPOSE = "code-flow"
_SILENT_FAILURES = frozenset(
    {"login_required", "consent_required", "interaction_required", "account_selection_required"}
)
_MOST_CHARACTERS = 2_048  # of a code
_ID_TOKENS_LAST_S = 24 * 3_600 + 60  # a day is the longest that providers give


class SignInRefused(Refusal):
    """The provider says no, or the person does."""

    status = 400
    code = "sign_in_refused"
    vi = "Bên đăng nhập không xác nhận bạn ({reason}). Hãy thử lại hoặc chọn cách đăng nhập khác."
    en = "The provider does not vouch for you ({reason}). Try again, or sign in another way."


class CodeRefused(Refusal):
    """The code that came back is worth nothing, or our own credentials are not."""

    status = 424
    code = "code_refused"
    vi = "Bên đăng nhập từ chối mã ({reason}). Hãy đăng nhập lại; nếu vẫn lỗi, cần kiểm tra mã bí mật đã đăng ký."
    en = "The provider refuses the code ({reason}). Sign in again; if that fails, the secret registered here is wrong."


class NonceMismatch(assertions.AssertionRefused):
    """An identity token of another sign-in."""

    code = "nonce_mismatch"
    vi = "Kết quả đăng nhập không thuộc lần đăng nhập này. Hãy đăng nhập lại."
    en = "What came back belongs to another sign-in. Sign in again."


@dataclass(frozen=True, slots=True)
class Client:
    """What we are at a provider. ``party`` is the id of the app or provider here: a ``state`` made for one is worth
    nothing with another, and so are their answers (RFC 9700, 4.4)."""

    party: str
    issuer: str
    client_id: str
    secret: str | None
    redirect_uri: str
    scopes: tuple[str, ...] = SCOPES
    wanted: frozenset[str] = frozenset({"email"})  # claims for which the user information is asked, too


@dataclass(frozen=True, slots=True)
class Came:
    """What came back with the browser, of the query's parameters."""

    state: str
    code: str | None = None
    error: str | None = None
    iss: str | None = None


@dataclass(frozen=True, slots=True)
class Outcome:
    """Who came: the verified claims (of the identity token, and of the provider's user information where that says
    more), the identity token for signing out there, and what :func:`begin` was given to remember."""

    assertion: Assertion
    claims: Mapping[str, Any]
    id_token: str
    facts: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Again:
    """The provider must speak with the person: send the browser there."""

    address: str


def begin(space: Space, client: Client, facts: Mapping[str, Any], *, silent: bool = True) -> str:
    """The address to send the browser to; ``facts`` (JSON, small) come back with :func:`complete`.

    0 calls when warm, else 1 fetch. Raises: ProviderUnfit, and whatever hinders the fetch.
    """
    provider = discovery.provider(space, client.issuer)
    nonce, verifier = secrets.token_urlsafe(24), secrets.token_urlsafe(48)
    kept = {"p": client.party, "n": nonce, "v": verifier, "s": silent, "f": dict(facts)}
    asked = {
        "response_type": "code",
        "client_id": client.client_id,
        "redirect_uri": client.redirect_uri,
        "scope": " ".join(client.scopes),
        "state": tickets.seal(space, _PURPOSE, kept, clock.epoch_s() + LASTING_S),
        "nonce": nonce,
        "code_challenge": pkce.challenge(verifier),
        "code_challenge_method": "S256",
        **({"prompt": "none"} if silent else {}),
    }
    separator = "&" if urlsplit(provider.authorization_endpoint).query else "?"
    return f"{provider.authorization_endpoint}{separator}{urlencode(asked)}"


def complete(space: Space, client: Client, came: Came, admit: Callable[[], None]) -> Outcome | Again:
    """Who came back, proved by the provider: 1 fetch for the tokens, up to 3 more when cold or for user information.

    ``admit`` is called once all is right but the code, which the provider is about to be asked about: whoever invents
    codes is to be refused there.

    Raises: TicketInvalid, TicketExpired, SignInRefused, CodeRefused, AssertionRefused, and whatever hinders a fetch.
    """
    kept = tickets.opened(space, _PURPOSE, came.state).facts
    provider = discovery.provider(space, client.issuer)
    if kept["p"] != client.party or not _is_from(provider, came.iss):
        raise IssuerMismatch
    if came.error in _SILENT_FAILURES and kept["s"]:
        return Again(begin(space, client, kept["f"], silent=False))
    if came.error or not came.code or len(came.code) > _MOST_CHARACTERS:
        raise SignInRefused(reason=_word(came.error))
    admit()
    given = redeem(provider, client, came.code, kept["v"])
    assertion = _verified(space, provider, client, given["id_token"], kept["n"])
    claims = {**_said(provider, client, assertion, given), **assertion.claims}
    return Outcome(assertion, claims, given["id_token"], kept["f"])


def sign_out_address(provider: Provider, client_id: str, id_token: str | None, back_to: str) -> str | None:
    """Where the browser goes to sign out at the provider too (RP-Initiated Logout 1.0), if it can."""
    if provider.end_session_endpoint is None:
        return None
    asked = {"client_id": client_id, "post_logout_redirect_uri": back_to}
    if id_token:
        asked["id_token_hint"] = id_token
    separator = "&" if urlsplit(provider.end_session_endpoint).query else "?"
    return f"{provider.end_session_endpoint}{separator}{urlencode(asked)}"


def _is_from(provider: Provider, issuer: str | None) -> bool:
    """Whether an answer is of the provider that was asked (RFC 9207)."""
    return issuer == provider.issuer if issuer is not None else not provider.says_issuer


def redeem(provider: Provider, client: Client, code: str, verifier: str) -> dict[str, str]:
    """The tokens of a code: 1 fetch. Raises: CodeRefused, and whatever hinders the fetch."""
    form = {
        "grant_type": "authorization_code",
        "code": code,
        "redirect_uri": client.redirect_uri,
        "code_verifier": verifier,
    }
    answer = fetching.post_form(
        provider.token_endpoint, form | _in_body(provider, client), _in_header(provider, client)
    )
    if answer.status in (400, 401, 403):
        raise CodeRefused(reason=_word(_error(answer)))
    given = {name: value for name, value in answer.json().items() if isinstance(value, str)}
    if "id_token" not in given:
        raise CodeRefused(reason="no_id_token")
    return given


def _error(answer: fetching.Fetched) -> Any:
    try:
        found = json.loads(answer.body)
    except (ValueError, RecursionError):
        return None
    return found.get("error") if isinstance(found, dict) else None


def _in_body(provider: Provider, client: Client) -> dict[str, str]:
    if client.secret is None or not provider.secret_in_body:
        return {} if client.secret is not None else {"client_id": client.client_id}
    return {"client_id": client.client_id, "client_secret": client.secret}


def _in_header(provider: Provider, client: Client) -> dict[str, str]:
    """Basic, each part as a form writes it (RFC 6749, 2.3.1)."""
    if client.secret is None or provider.secret_in_body:
        return {}
    pair = ":".join(urlencode({"": part})[1:] for part in (client.client_id, client.secret))
    return {"authorization": f"Basic {base64.b64encode(pair.encode()).decode()}"}


def _verified(space: Space, provider: Provider, client: Client, id_token: str, nonce: str) -> Assertion:
    """The identity token (Core 1.0, 3.1.3.7)."""
    expected = Expected(
        provider.issuer, frozenset({client.client_id}), types=frozenset({"", "jwt"}), longest_s=_ID_TOKENS_LAST_S
    )
    assertion = assertions.verify(space, id_token, Source(provider.jwks_uri), expected)
    given = assertion.claims.get("nonce")
    if not isinstance(given, str) or not hmac.compare_digest(given.encode(), nonce.encode()):
        raise NonceMismatch
    party = assertion.claims.get("azp")
    if party is not None and party != client.client_id:
        raise assertions.AudienceMismatch
    return assertion


def _said(provider: Provider, client: Client, assertion: Assertion, given: Mapping[str, str]) -> Mapping[str, Any]:
    """What the user information says, of this very subject (Core 1.0, 5.3.4), when the token lacks a wanted claim.

    A provider that does not let us ask has nothing more to say; one that fails has: to go on without it could take
    somebody's roles away.
    """
    if provider.userinfo_endpoint is None or "access_token" not in given or client.wanted <= assertion.claims.keys():
        return {}
    answer = fetching.get(provider.userinfo_endpoint, {"authorization": f"Bearer {given['access_token']}"})
    if answer.status < 500 and (answer.status != 200 or "json" not in answer.headers.get("content-type", "")):
        return {}
    found = answer.json()
    return found if found.get("sub") == assertion.subject else {}


def _word(error: Any) -> str:
    """An error code as it may be shown (RFC 6749, 4.1.2.1 has plain words; a stranger's might not be)."""
    plain = isinstance(error, str) and error.isascii() and error.replace("_", "").isalnum()
    return str(error)[:40] if plain else "unknown"
