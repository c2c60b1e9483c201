"""What the web sees of single sign-on."""

from __future__ import annotations

from chalicelib.errors import PreconditionFailed, PreconditionRequired
from chalicelib.federation import assertions, fetching
from chalicelib.federation.discovery import ProviderUnfit
from chalicelib.federation.keys import KeysUnavailable
from chalicelib.http.endpoint import Answer, Budget, Feature
from chalicelib.http.gate import SpaceOpening
from chalicelib.http.models import Id, Page
from chalicelib.http.permissions import ANYONE, MANAGE_SPACE, SIGNED_IN, allows
from chalicelib.http.requests import Circumstances
from chalicelib.http.tokens import Actor
from chalicelib.sso import checking, providers, sign_in, views
from chalicelib.sso.models import (
    CallbackQuery,
    LoggedOut,
    LogoutToken,
    NewProvider,
    ProviderCard,
    ProviderCheck,
    ProviderEdit,
    ProviderView,
    SignInAddress,
    SignInStart,
    SignOutAddress,
)
from chalicelib.sso.providers import TooManyProviders
from chalicelib.storage.spaces import Space

sso = Feature("sso")
_FETCHING = (*fetching.REFUSALS, ProviderUnfit)


@sso.get("/spaces/{space}/providers", may=ANYONE, while_suspended=True, budget=Budget(calls=0))
def list_providers(space: Space, actor: Actor | None) -> Page[ProviderCard]:
    """Where people of this space may sign in, for the buttons of the sign-in page; its admins see those that are
    switched off too."""
    manages = actor is not None and allows(actor.roles, MANAGE_SPACE)
    found = [each for each in providers.every(space) if each.enabled or manages]
    return Page[ProviderCard](items=[views.card(each) for each in found])


@sso.post(
    "/spaces/{space}/providers", may=MANAGE_SPACE, creates=True, audits=["name", "issuer"], raises=[TooManyProviders]
)
def add_provider(space: Space, body: NewProvider, circumstances: Circumstances) -> Answer[ProviderView]:
    """Let people sign in at an OpenID Connect provider. Its answer says what to register there."""
    provider = providers.add(space, circumstances.new_id(space.slug), body)
    location = f"/v1/spaces/{space.slug}/providers/{provider.id}"
    return Answer(views.whole(provider), etag=provider.etag, location=location)


@sso.get("/spaces/{space}/providers/{provider}", may=MANAGE_SPACE)
def read_provider(space: Space, provider: Id) -> Answer[ProviderView]:
    """A provider's terms."""
    found = providers.now(space, provider)
    return Answer(views.whole(found), etag=found.etag)


@sso.patch(
    "/spaces/{space}/providers/{provider}",
    may=MANAGE_SPACE,
    audits=["name", "enabled", "roles_from", "creates_accounts"],
    raises=[PreconditionRequired, PreconditionFailed],
)
def edit_provider(space: Space, provider: Id, body: ProviderEdit, circumstances: Circumstances) -> Answer[ProviderView]:
    """Change a provider's terms (with `If-Match`). Whom it signed in is signed out when it is switched off."""
    edited = providers.edit(space, provider, body, circumstances.require_match)
    return Answer(views.whole(edited), etag=edited.etag)


@sso.delete("/spaces/{space}/providers/{provider}", may=MANAGE_SPACE)
def delete_provider(space: Space, provider: Id) -> None:
    """Nobody signs in there any more, and who did is signed out; their accounts stay."""
    providers.remove(space, provider)


@sso.post("/spaces/{space}/providers/{provider}/check", may=MANAGE_SPACE)
def check_provider(space: Space, provider: Id, circumstances: Circumstances) -> ProviderCheck:
    """Look at a provider now, and say all that is wrong: its document, its keys, our credentials there."""
    return checking.check(space, provider, circumstances.language)


@sso.post(
    "/spaces/{space}/providers/{provider}/sign-ins",
    may=ANYONE,
    while_suspended=True,
    budget=Budget(calls=0),
    raises=[*_FETCHING, SpaceOpening],
)
def begin_provider_sign_in(space: Space, provider: Id, body: SignInStart) -> SignInAddress:
    """Where to send the browser so that the person signs in at the provider. It comes back to the space's page
    `/entry`, which finds `code` (for `POST …/sessions/entry`) or `error` after the `#`."""
    return SignInAddress(address=sign_in.begin(space, provider, body))


@sso.get("/spaces/{space}/providers/{provider}/callback", may=ANYONE, while_suspended=True, status=303)
def come_back_from_provider(
    space: Space, provider: Id, query: CallbackQuery, circumstances: Circumstances
) -> Answer[None]:
    """Where a provider sends the browser back to; it goes on to the space's page."""
    return Answer(None, location=sign_in.come_back(space, provider, query, circumstances))


@sso.post(
    "/spaces/{space}/providers/{provider}/logout",
    may=ANYONE,
    while_suspended=True,
    form=True,
    raises=[*assertions.REFUSALS, KeysUnavailable, *_FETCHING],
)
def hear_provider_logout(space: Space, provider: Id, body: LogoutToken) -> LoggedOut:
    """A provider's word that somebody has signed out there: their sessions from there end here."""
    sign_in.signed_out_there(space, provider, body.logout_token)
    return LoggedOut()


@sso.post("/spaces/{space}/me/sign-out", may=SIGNED_IN, while_suspended=True)
def sign_out_everywhere_it_began(space: Space, actor: Actor) -> SignOutAddress:
    """Sign out here, and learn where the browser signs out at the provider that vouched for this session, if any."""
    return SignOutAddress(address=sign_in.sign_out(space, actor))
