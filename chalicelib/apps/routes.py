"""What the web sees of super-apps: registering them, entering by them, what a person allowed them."""

from __future__ import annotations

import chalicelib.apps.ambiguity_routes
import chalicelib.apps.webhook_routes  # noqa: F401 (these declare operations of their own)
from chalicelib.apps import checking, consents, entering, links, registry, signing_in
from chalicelib.apps.accounts import StaffEntry
from chalicelib.apps.consents import ConsentOutdated
from chalicelib.apps.entering import GrantUnsupported, OriginRefused
from chalicelib.apps.links import NotJoinable
from chalicelib.apps.models import (
    AppCheck,
    AppEdit,
    AppEntry,
    AppLink,
    AppView,
    CheckRequest,
    ConsentAsked,
    ConsentText,
    ConsentTicket,
    EntryRequest,
    Join,
    MyConsents,
    NewApp,
)
from chalicelib.apps.registry import IssuerTaken, TooManyApps
from chalicelib.errors import InvalidInput, PreconditionFailed, PreconditionRequired, Refusal
from chalicelib.federation import assertions, fetching
from chalicelib.federation.discovery import ProviderUnfit
from chalicelib.federation.keys import KeysUnavailable
from chalicelib.federation.tickets import TicketExpired, TicketInvalid
from chalicelib.http import paging
from chalicelib.http.endpoint import Answer, Budget, Feature
from chalicelib.http.gate import SpaceOpening, SpaceSuspended
from chalicelib.http.models import Id, Page, PageQuery
from chalicelib.http.permissions import ANYONE, MANAGE_PEOPLE, MANAGE_SPACE, SIGNED_IN
from chalicelib.http.requests import Circumstances
from chalicelib.http.tokens import Actor
from chalicelib.identity.sessions import AccountDeactivated
from chalicelib.metering.quotas import SpaceFull
from chalicelib.sso.models import CallbackQuery, SignInAddress, SignInStart
from chalicelib.storage.spaces import Space

apps = Feature("apps")
_ASSERTING: tuple[type[Refusal], ...] = (*assertions.REFUSALS, KeysUnavailable)


@apps.get("/spaces/{space}/apps", may=MANAGE_SPACE, budget=Budget(calls=0))
def list_apps(space: Space) -> Page[AppView]:
    """The super-apps that this space trusts."""
    return Page[AppView](items=[registry.shown(each) for each in registry.every(space)])


@apps.post(
    "/spaces/{space}/apps",
    may=MANAGE_SPACE,
    creates=True,
    audits=["name", "issuer", "jwks_uri", "claims"],
    raises=[TooManyApps, IssuerTaken],
)
def add_app(space: Space, body: NewApp, circumstances: Circumstances) -> Answer[AppView]:
    """Trust a super-app: its people come in with one tap. The answer says what to set up at the app."""
    app = registry.add(space, circumstances.new_id(space.slug), body)
    return Answer(registry.shown(app), etag=app.etag, location=f"/v1/spaces/{space.slug}/apps/{app.id}")


@apps.get("/spaces/{space}/apps/{app}", may=MANAGE_SPACE)
def read_app(space: Space, app: Id) -> Answer[AppView]:
    """A super-app's registration."""
    found = registry.now(space, app)
    return Answer(registry.shown(found), etag=found.etag)


@apps.patch(
    "/spaces/{space}/apps/{app}",
    may=MANAGE_SPACE,
    audits=["name", "jwks_uri", "claims"],
    raises=[PreconditionRequired, PreconditionFailed, InvalidInput],
)
def edit_app(space: Space, app: Id, body: AppEdit, circumstances: Circumstances) -> Answer[AppView]:
    """Change a registration. Another name, other claims or purposes ask everyone for consent again."""
    edited = registry.edit(space, app, body, circumstances.require_match)
    return Answer(registry.shown(edited), etag=edited.etag)


@apps.delete("/spaces/{space}/apps/{app}", may=MANAGE_SPACE)
def delete_app(space: Space, app: Id) -> None:
    """Trust a super-app no more: whom it signed in is signed out. Accounts and what people have learned stay."""
    registry.remove(space, app)


@apps.post("/spaces/{space}/apps/{app}/check", may=MANAGE_SPACE)
def check_app(space: Space, app: Id, body: CheckRequest) -> AppCheck:
    """Try a registration: its keys, its OpenID configuration, and a sample of what the app signs."""
    return checking.check(space, app, body.assertion)


@apps.get("/spaces/{space}/apps/{app}/links", may=MANAGE_PEOPLE, raises=[paging.BadCursor])
def list_app_links(space: Space, app: Id, query: PageQuery) -> Page[AppLink]:
    """Who came by an app, and to which account that led; `list_ambiguous_sign_ins` has those that lead to several."""
    return links.page(space, app, query)


@apps.put("/spaces/{space}/apps/{app}/links/{person}", may=MANAGE_PEOPLE, audits=["person"], raises=[NotJoinable])
def join_app_link(space: Space, app: Id, person: Id, body: Join) -> AppLink:
    """Lead the app's person, who has this account, to another one. What they learned in this one stays in it."""
    return links.join(space, app, person, body.person)


@apps.delete("/spaces/{space}/apps/{app}/links/{person}", may=MANAGE_PEOPLE)
def split_app_link(space: Space, app: Id, person: Id) -> None:
    """Lead the app's person to this account no more: at their next entry they get one of their own."""
    links.split(space, app, person)


@apps.post(
    "/spaces/{space}/entries",
    may=ANYONE,
    session="gives",
    form=True,
    budget=Budget(calls=3, rcu=3, wcu=10),
    also={202: "The person is to be asked for consent first."},
    raises=[
        GrantUnsupported,
        OriginRefused,
        *_ASSERTING,
        *fetching.REFUSALS,
        AccountDeactivated,
        StaffEntry,
        SpaceOpening,
        SpaceSuspended,
    ],
)
def enter_by_app(space: Space, body: EntryRequest, circumstances: Circumstances) -> Answer[AppEntry]:
    """One tap: an app's server signs who its person is (RFC 7523), and gets tokens, or a link that is good once.

    At the first entry, and whenever the text has changed, the answer is 202 with the question for consent; nothing
    about the person is stored before they have given it.
    """
    entry = entering.enter(space, body, circumstances)
    return Answer(entry, status=202 if entry.consent else 200)


@apps.post(
    "/spaces/{space}/entries/question",
    may=ANYONE,
    budget=Budget(calls=0),
    raises=[TicketInvalid, TicketExpired, ConsentOutdated],
)
def read_consent_question(space: Space, body: ConsentText) -> ConsentAsked:
    """What a person is asked to consent to, for the page that an app opened with a ticket."""
    return consents.again(space, body.ticket)


@apps.post(
    "/spaces/{space}/entries/consent",
    may=ANYONE,
    session="gives",
    raises=[
        TicketInvalid,
        TicketExpired,
        ConsentOutdated,
        AccountDeactivated,
        StaffEntry,
        SpaceFull,
        SpaceOpening,
        SpaceSuspended,
    ],
)
def give_consent(space: Space, body: ConsentTicket, circumstances: Circumstances) -> AppEntry:
    """Consent, and be in: the account, its audiences and the consent are written at once. A ticket is good once."""
    return entering.consent(space, body, circumstances)


@apps.post(
    "/spaces/{space}/apps/{app}/sign-ins",
    may=ANYONE,
    budget=Budget(calls=0),
    raises=[*fetching.REFUSALS, ProviderUnfit, SpaceOpening],
)
def begin_app_sign_in(space: Space, app: Id, body: SignInStart) -> SignInAddress:
    """Where to send the browser so that the app, as an OpenID provider, vouches for its person; nothing is shown to
    them where it need not be."""
    return SignInAddress(address=signing_in.begin(space, app, body))


@apps.get("/spaces/{space}/apps/{app}/callback", may=ANYONE, status=303)
def come_back_from_app(space: Space, app: Id, query: CallbackQuery, circumstances: Circumstances) -> Answer[None]:
    """Where an app sends the browser back to; it goes on to the space's page, or to the question for consent."""
    return Answer(None, location=signing_in.come_back(space, app, query, circumstances))


@apps.get("/spaces/{space}/me/consents", may=SIGNED_IN)
def list_my_consents(space: Space, actor: Actor) -> MyConsents:
    """Which apps one allowed to tell what, newest first."""
    return consents.of_person(space, actor)


@apps.delete("/spaces/{space}/me/consents/{app}", may=SIGNED_IN)
def withdraw_my_consent(space: Space, actor: Actor, app: Id) -> None:
    """Withdraw a consent: the link to the app goes, and all that it told but the name. What one has learned stays."""
    consents.withdraw(space, actor.person_id, app)
