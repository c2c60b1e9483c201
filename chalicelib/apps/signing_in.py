"""The other way in by a super-app: OpenID Connect's code flow, the app being the provider, asked without being seen
first. What the app then says goes the way of every entry: known people are let in, others are asked for consent."""

from __future__ import annotations

import logging
from functools import partial

from chalicelib import logs
from chalicelib.apps import consents, entering, registry
from chalicelib.apps.claims import accepted
from chalicelib.apps.entering import Wish
from chalicelib.apps.registry import App
from chalicelib.errors import Refusal
from chalicelib.federation import code_flow
from chalicelib.federation.code_flow import Again, Came
from chalicelib.http.requests import Circumstances
from chalicelib.identity import sessions, throttle
from chalicelib.sso import sign_in
from chalicelib.sso.models import CallbackQuery, SignInStart
from chalicelib.storage.spaces import Space


def begin(space: Space, app_id: str, given: SignInStart) -> str:
    """Where to send the browser: 0 calls when warm, else 1 fetch. Raises: NotFound, SpaceOpening, and whatever hinders
    the fetch."""
    sessions.require_opened(space)
    app = registry.find(space, app_id)
    facts = {"c": given.challenge, **({"to": given.to} if given.to else {})}
    return code_flow.begin(space, app.client(), facts)


def come_back(space: Space, app_id: str, query: CallbackQuery, circumstances: Circumstances) -> str:
    """Where to send the browser that came back from an app: on to it again, to the space's page with an entry code, to
    the question for consent, or to the page with what went wrong. 1 fetch, 3 calls and more. Raises: NotFound."""
    app = registry.find(space, app_id)
    try:
        return _came_back(space, app, query, circumstances)
    except Refusal as refusal:
        logs.event("app.refused", level=logging.WARNING, tenant=space.slug, app=app.id, refused=refusal.code)
        return sign_in.landing(space, {"error": refusal.code, "app": app.id})


def _came_back(space: Space, app: App, query: CallbackQuery, circumstances: Circumstances) -> str:
    came = Came(query.state, query.code, query.error, query.iss)
    outcome = code_flow.complete(
        space, app.client(), came, partial(throttle.coming_back, space, query.state, circumstances.address)
    )
    if isinstance(outcome, Again):
        return outcome.address
    told = accepted(space, app, outcome.claims)
    wish = Wish(outcome.facts.get("to"), "link", outcome.facts["c"])
    entry = entering.admit(space, app, told, wish, circumstances)
    if entry.consent is not None:
        return consents.address(space, entry.consent.ticket)
    return str(entry.link)
