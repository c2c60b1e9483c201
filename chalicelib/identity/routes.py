"""What the web sees of signing in to a space, registering and being invited."""

from __future__ import annotations

import chalicelib.identity.code_routes
import chalicelib.identity.operator_routes  # noqa: F401 (these declare operations of their own)
from chalicelib.errors import Forbidden, InvalidInput, PreconditionFailed, Unauthenticated
from chalicelib.http import paging
from chalicelib.http.endpoint import Answer, Budget, Feature
from chalicelib.http.gate import SpaceOpening, SpaceSuspended
from chalicelib.http.models import Id, Page, PageQuery
from chalicelib.http.permissions import ANYONE, MANAGE_PEOPLE, SIGNED_IN, allows
from chalicelib.http.requests import Circumstances
from chalicelib.http.tokens import Actor
from chalicelib.identity import entries, invitations, password_changes, registration, renewal, sessions
from chalicelib.identity.entries import EntryInvalid
from chalicelib.identity.invitations import AlreadyJoined
from chalicelib.identity.links import LinkSpent
from chalicelib.identity.models import (
    Acceptance,
    Credentials,
    Entered,
    EntryCode,
    InvitationView,
    LinkToken,
    NewPasswordByLink,
    NewPerson,
    PasswordChange,
    Refresh,
    Registration,
    ResetAccepted,
    ResetRequest,
    Session,
    SignedIn,
    SignOutQuery,
)
from chalicelib.identity.password_changes import WrongPassword
from chalicelib.identity.registration import RegistrationClosed
from chalicelib.identity.renewal import RefreshRaced, SessionEnded, TokenReused
from chalicelib.identity.sessions import AccountDeactivated, WrongCredentials
from chalicelib.identity.throttle import TooManyTries
from chalicelib.metering.quotas import SpaceFull
from chalicelib.people.models import PersonProfile
from chalicelib.people.persons import IdentifierTaken
from chalicelib.storage.spaces import Space

identity = Feature("identity")


@identity.post(
    "/spaces/{space}/sessions",
    may=ANYONE,
    session="gives",
    while_suspended=True,
    budget=Budget(calls=3, rcu=3, wcu=10),
    raises=[WrongCredentials, AccountDeactivated, TooManyTries, SpaceOpening, SpaceSuspended],
)
def sign_in(space: Space, body: Credentials, circumstances: Circumstances) -> SignedIn:
    """Sign in by password. A login that nobody has and a wrong password are answered alike."""
    return sessions.sign_in(space, body.login, body.password, circumstances)


@identity.post(
    "/spaces/{space}/sessions/refresh",
    may=ANYONE,
    session="gives",
    while_suspended=True,
    budget=Budget(calls=2, rcu=2, wcu=1),
    raises=[SessionEnded, TokenReused, RefreshRaced, SpaceOpening, SpaceSuspended],
)
def refresh_session(space: Space, body: Refresh, circumstances: Circumstances) -> SignedIn:
    """The next access and refresh tokens. Using an earlier refresh token again ends the session, unless it comes with
    the `attempt` whose answer was lost."""
    return renewal.refresh(space, body, circumstances.web)


@identity.post(
    "/spaces/{space}/sessions/entry",
    may=ANYONE,
    session="gives",
    while_suspended=True,
    budget=Budget(calls=2, rcu=2, wcu=16),
    raises=[EntryInvalid, AccountDeactivated, SpaceOpening, SpaceSuspended],
)
def redeem_entry(space: Space, body: EntryCode, circumstances: Circumstances) -> Entered:
    """Sign in with the one-time code that a super-app's link or a sign-in at a provider ended with."""
    return entries.redeem(space, body.code, body.verifier, circumstances)


@identity.delete("/spaces/{space}/sessions", may=SIGNED_IN, session="ends", while_suspended=True)
def sign_out(space: Space, actor: Actor, query: SignOutQuery) -> None:
    """Sign out here, or everywhere. Access tokens given out before are good until they expire."""
    sessions.end(space, actor, everywhere=query.all)


@identity.get("/spaces/{space}/me/sessions", may=SIGNED_IN, raises=[paging.BadCursor])
def list_my_sessions(space: Space, actor: Actor, query: PageQuery) -> Page[Session]:
    """Where one is signed in, newest first."""
    return sessions.page(space, actor, query)


@identity.delete("/spaces/{space}/me/sessions/{session}", may=SIGNED_IN)
def end_my_session(space: Space, actor: Actor, session: Id) -> None:
    """Sign out in one place."""
    sessions.end_one(space, actor, session)


@identity.post(
    "/spaces/{space}/people",
    may=ANYONE,
    creates=True,
    audited=True,
    audits=["roles"],
    raises=[RegistrationClosed, IdentifierTaken, SpaceFull, TooManyTries, Forbidden, Unauthenticated, InvalidInput],
)
def add_person(
    space: Space, actor: Actor | None, body: NewPerson, circumstances: Circumstances
) -> Answer[PersonProfile]:
    """Register oneself as a learner; or, with the token of someone who manages people, invite somebody.

    No token is given: sign in with what was registered. Whoever is invited gets a mail with a link.
    """
    given = body.root
    if isinstance(given, Registration):
        person = registration.register(space, given, circumstances)
    else:
        _require_manager(actor)
        person = invitations.invite_new(space, given.name, given.email, given.roles, given.locale, circumstances)
    return Answer(PersonProfile.of(person), etag=person.etag, location=f"/v1/spaces/{space.slug}/people/{person.id}")


@identity.post("/spaces/{space}/people/{person}/invitation", may=MANAGE_PEOPLE, status=202, raises=[AlreadyJoined])
def resend_invitation(space: Space, person: Id, circumstances: Circumstances) -> ResetAccepted:
    """Send an invitation again, at most once a minute."""
    invitations.resend(space, person, circumstances)
    return ResetAccepted()


@identity.get("/spaces/{space}/invitations/{token}", may=ANYONE, budget=Budget(calls=1, rcu=2), raises=[LinkSpent])
def read_invitation(space: Space, token: LinkToken) -> InvitationView:
    """What an invitation says, for whoever holds its link."""
    return invitations.show(space, token)


@identity.post("/spaces/{space}/invitations/{token}", may=ANYONE, session="gives", raises=[LinkSpent, InvalidInput])
def accept_invitation(space: Space, token: LinkToken, body: Acceptance, circumstances: Circumstances) -> SignedIn:
    """Accept an invitation by setting a password; one is signed in at once."""
    return invitations.accept(space, token, body, circumstances)


@identity.post("/spaces/{space}/me/password", may=SIGNED_IN, raises=[WrongPassword, TooManyTries, PreconditionFailed])
def change_my_password(space: Space, actor: Actor, body: PasswordChange, circumstances: Circumstances) -> None:
    """Change one's password; all other sessions end."""
    password_changes.change(space, actor, body, circumstances)


@identity.post(
    "/spaces/{space}/password-resets", may=ANYONE, while_suspended=True, status=202, raises=[TooManyTries, SpaceOpening]
)
def request_password_reset(space: Space, body: ResetRequest, circumstances: Circumstances) -> ResetAccepted:
    """Have a link sent for setting a new password. The answer is the same for a login that nobody has."""
    password_changes.request_reset(space, body.login, circumstances)
    return ResetAccepted()


@identity.post(
    "/spaces/{space}/password-resets/{token}",
    may=ANYONE,
    while_suspended=True,
    raises=[LinkSpent, InvalidInput, SpaceOpening],
)
def reset_password(space: Space, token: LinkToken, body: NewPasswordByLink) -> None:
    """Set a new password by a link; all sessions end, and one signs in with the new password."""
    password_changes.reset(space, token, body.password)


def _require_manager(actor: Actor | None) -> None:
    if actor is None:
        raise Unauthenticated
    if not allows(actor.roles, MANAGE_PEOPLE):
        raise Forbidden
