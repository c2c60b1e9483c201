"""Signing in at a provider, from the button to the entry code; and signing out, from either side."""

from __future__ import annotations

import logging
from functools import partial
from urllib.parse import urlencode

from chalicelib import logs
from chalicelib.errors import Refusal
from chalicelib.federation import assertions, code_flow, discovery
from chalicelib.federation.assertions import Assertion, AssertionMalformed, ClaimMissing, Expected
from chalicelib.federation.code_flow import Again, Came
from chalicelib.federation.keys import Source
from chalicelib.http.requests import Circumstances
from chalicelib.http.tokens import Actor
from chalicelib.identity import entries, links, origins, sessions, throttle
from chalicelib.identity.entries import Entry
from chalicelib.identity.origins import Origin
from chalicelib.people import persons
from chalicelib.people.identifiers import Identifier
from chalicelib.sso import accounts, claims, providers
from chalicelib.sso.models import CallbackQuery, SignInStart
from chalicelib.sso.providers import Provider
from chalicelib.storage.spaces import Space

LOGOUT_EVENT = "http://schemas.openid.net/event/backchannel-logout"
_LONGEST_REMINDER = 4_096  # of an identity token that is kept for signing out there; without one, the provider asks
_LOGOUT_LASTS_S = 600  # the specification advises two minutes
_LOGOUT_TYPES = frozenset({"logout+jwt", "jwt", ""})  # the first since 2023; providers of before name the others


def begin(space: Space, provider_id: str, given: SignInStart) -> str:
    """Where to send the browser: 0 calls when warm, else 1 fetch. Raises: NotFound, and whatever hinders the fetch."""
    sessions.require_opened(space)
    provider = providers.find(space, provider_id)
    facts = {"c": given.challenge, **({"to": given.to} if given.to else {})}
    return code_flow.begin(space, provider.client(), facts)


def come_back(space: Space, provider_id: str, query: CallbackQuery, circumstances: Circumstances) -> str:
    """Where to send the browser that came back from a provider: on to it again, or to the space's page with an entry
    code, or with the code of what went wrong; a browser is never shown JSON. 1 fetch, 4 to 7 calls. Raises:
    NotFound."""
    provider = providers.find(space, provider_id)
    try:
        return _came_back(space, provider, query, circumstances)
    except Refusal as refusal:
        logs.event("sso.refused", level=logging.WARNING, tenant=space.slug, provider=provider.id, refused=refusal.code)
        return landing(space, {"error": refusal.code, "provider": provider.id})


def landing(space: Space, told: dict[str, str]) -> str:
    """The page of the space that takes a browser in. What it is told stands after the #, which no server's log and no
    Referer header gets to see."""
    return f"{links.root(space)}/entry#{urlencode(told)}"


def sign_out(space: Space, actor: Actor) -> str | None:
    """End this session, and give the address where the browser signs out at the provider too, if it vouched for the
    session: 2 calls, and 1 fetch when cold."""
    origin = origins.of_session(space, actor)
    sessions.end(space, actor, everywhere=False)
    if origin is None:
        return None
    try:
        provider = providers.now(space, origin.party)
        document = discovery.provider(space, provider.issuer)
    except Refusal:
        return None  # the person is signed out here, whatever has become of the provider
    return code_flow.sign_out_address(document, provider.client_id, origin.id_token, links.root(space))


def signed_out_there(space: Space, provider_id: str, token: str) -> int:
    """End the sessions that a provider says are over (Back-Channel Logout 1.0, 2.6): 3 calls, and 1 a session. Gives
    how many there were.

    Raises: NotFound, AssertionRefused, and whatever hinders a fetch.
    """
    provider = providers.now(space, provider_id)
    document = discovery.provider(space, provider.issuer)
    expected = Expected(
        provider.issuer,
        frozenset({provider.client_id}),
        types=_LOGOUT_TYPES,
        longest_s=_LOGOUT_LASTS_S,
        needs=("jti",),
    )
    said = assertions.verify(space, token, Source(document.jwks_uri), expected)
    sid, subject = _of_whom(said)
    assertions.use(space, provider.id, said)
    if sid is not None:
        return origins.end_by_sid(space, provider.id, sid)
    owned = persons.owners(space, [Identifier("sso", f"{provider.id}:{subject}")])
    return sum(origins.end_by_person(space, provider.id, person_id) for person_id in owned.values())


def _came_back(space: Space, provider: Provider, query: CallbackQuery, circumstances: Circumstances) -> str:
    sessions.require_opened(space)
    came = Came(query.state, query.code, query.error, query.iss)
    outcome = code_flow.complete(
        space, provider.client(), came, partial(throttle.coming_back, space, query.state, circumstances.address)
    )
    if isinstance(outcome, Again):
        return outcome.address
    told = claims.understood(outcome.claims, provider.terms)
    person = accounts.ensure(space, provider, outcome.assertion.subject, told, circumstances.language)
    sid = outcome.claims.get("sid")
    reminder = outcome.id_token if len(outcome.id_token) <= _LONGEST_REMINDER else None
    origin = Origin(provider.id, sid if isinstance(sid, str) else None, reminder)
    entry = Entry(outcome.facts.get("to"), outcome.facts["c"], origin)
    return landing(space, {"code": entries.issue(space, person.id, person.epoch, entry)})


def _of_whom(said: Assertion) -> tuple[str | None, str | None]:
    """``sid`` and ``sub`` of a logout token. An identity token, which anyone who signed in may hold, is none: it has no
    such event, and may have a nonce."""
    events = said.claims.get("events")
    if not isinstance(events, dict) or not isinstance(events.get(LOGOUT_EVENT), dict):
        raise ClaimMissing(claim="events")
    if "nonce" in said.claims:
        raise AssertionMalformed
    found = [said.claims.get(name) for name in ("sid", "sub")]
    sid, subject = (each if isinstance(each, str) and each else None for each in found)
    if sid is None and subject is None:
        raise ClaimMissing(claim="sid")
    return sid, subject
