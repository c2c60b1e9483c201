"""What the web sees of signing in to the platform, of its operators and of the keys that sign tokens.

The space of these operations is the platform's own: the very verbs of every space, at shorter addresses.
"""

from __future__ import annotations

from datetime import UTC, datetime

from chalicelib.errors import InvalidInput, PreconditionFailed
from chalicelib.http import paging, tokens
from chalicelib.http.endpoint import Answer, Budget, Feature
from chalicelib.http.keyring import RotationPending
from chalicelib.http.models import Id, Page, PageQuery
from chalicelib.http.permissions import ANYONE, OPERATE, SIGNED_IN
from chalicelib.http.requests import Circumstances
from chalicelib.http.tokens import Actor
from chalicelib.identity import invitations, operators, password_changes, renewal, sessions
from chalicelib.identity.invitations import AlreadyJoined
from chalicelib.identity.links import LinkSpent
from chalicelib.identity.models import (
    Acceptance,
    InvitationView,
    JwkSet,
    KeyRotation,
    LinkToken,
    NewOperator,
    NewPasswordByLink,
    OperatorCredentials,
    OperatorResetRequest,
    PasswordChange,
    Refresh,
    ResetAccepted,
    Session,
    SignedIn,
    SigningKey,
    SignOutQuery,
)
from chalicelib.identity.password_changes import WrongPassword
from chalicelib.identity.renewal import RefreshRaced, SessionEnded, TokenReused
from chalicelib.identity.sessions import AccountDeactivated, WrongCredentials
from chalicelib.identity.throttle import TooManyTries
from chalicelib.people import administration, directory, persons
from chalicelib.people.directory import Wanted
from chalicelib.people.models import Me, MeEdit, PersonProfile
from chalicelib.people.person import LastKeeper
from chalicelib.people.persons import IdentifierTaken
from chalicelib.storage.spaces import Space

platform = Feature("platform")


@platform.post(
    "/sessions",
    may=ANYONE,
    session="gives",
    budget=Budget(calls=3, rcu=1, wcu=10),
    raises=[WrongCredentials, AccountDeactivated, TooManyTries],
)
def sign_in_operator(space: Space, body: OperatorCredentials, circumstances: Circumstances) -> SignedIn:
    """Sign in as an operator of the platform."""
    return sessions.sign_in(space, body.email, body.password, circumstances)


@platform.post(
    "/sessions/refresh",
    may=ANYONE,
    session="gives",
    budget=Budget(calls=2, rcu=2, wcu=1),
    raises=[SessionEnded, TokenReused, RefreshRaced],
)
def refresh_operator_session(space: Space, body: Refresh, circumstances: Circumstances) -> SignedIn:
    """The next access and refresh tokens of an operator."""
    return renewal.refresh(space, body, circumstances.web)


@platform.delete("/sessions", may=SIGNED_IN, session="ends")
def sign_out_operator(space: Space, actor: Actor, query: SignOutQuery) -> None:
    """Sign out here, or everywhere."""
    sessions.end(space, actor, everywhere=query.all)


@platform.get("/me", may=SIGNED_IN, budget=Budget(calls=1, rcu=0.5))
def read_operator_me(space: Space, actor: Actor) -> Answer[Me]:
    """The operator who is signed in."""
    me = persons.get(space, actor.person_id)
    return Answer(Me.of(me), etag=me.etag)


@platform.patch("/me", may=SIGNED_IN)
def edit_operator_me(space: Space, actor: Actor, body: MeEdit) -> Answer[Me]:
    """Change one's own name or language."""
    me = administration.edit_self(space, actor.person_id, body)
    return Answer(Me.of(me), etag=me.etag)


@platform.post("/me/password", may=SIGNED_IN, raises=[WrongPassword, TooManyTries, PreconditionFailed])
def change_operator_password(space: Space, actor: Actor, body: PasswordChange, circumstances: Circumstances) -> None:
    """Change one's password; all other sessions end."""
    password_changes.change(space, actor, body, circumstances)


@platform.get("/me/sessions", may=SIGNED_IN, raises=[paging.BadCursor])
def list_operator_sessions(space: Space, actor: Actor, query: PageQuery) -> Page[Session]:
    """Where one is signed in, newest first."""
    return sessions.page(space, actor, query)


@platform.delete("/me/sessions/{session}", may=SIGNED_IN)
def end_operator_session(space: Space, actor: Actor, session: Id) -> None:
    """Sign out in one place."""
    sessions.end_one(space, actor, session)


@platform.get("/operators", may=OPERATE, raises=[paging.BadCursor])
def list_operators(space: Space, query: PageQuery) -> Page[PersonProfile]:
    """The operators, by Vietnamese order of names."""
    after = paging.decode(query.cursor, str)[0] if query.cursor else ""
    found, position = directory.page(space, Wanted(), after, query.limit)
    return Page[PersonProfile](
        items=[PersonProfile.of(each) for each in found], next=paging.encode(position) if position else None
    )


@platform.post("/operators", may=OPERATE, creates=True, raises=[IdentifierTaken])
def invite_operator(body: NewOperator, circumstances: Circumstances) -> Answer[PersonProfile]:
    """Invite another operator by mail."""
    person = operators.invite(body, circumstances)
    return Answer(PersonProfile.of(person), etag=person.etag)


@platform.post("/operators/{person}/invitation", may=OPERATE, status=202, raises=[AlreadyJoined])
def resend_operator_invitation(space: Space, person: Id, circumstances: Circumstances) -> ResetAccepted:
    """Send an operator's invitation again, at most once a minute."""
    invitations.resend(space, person, circumstances)
    return ResetAccepted()


@platform.delete("/operators/{person}", may=OPERATE, raises=[LastKeeper])
def deactivate_operator(person: Id) -> None:
    """Shut an operator out; the last one stays."""
    operators.deactivate(person)


@platform.get("/invitations/{token}", may=ANYONE, raises=[LinkSpent])
def read_operator_invitation(space: Space, token: LinkToken) -> InvitationView:
    """What an operator's invitation says."""
    return invitations.show(space, token)


@platform.post("/invitations/{token}", may=ANYONE, session="gives", raises=[LinkSpent, InvalidInput])
def accept_operator_invitation(
    space: Space, token: LinkToken, body: Acceptance, circumstances: Circumstances
) -> SignedIn:
    """Accept an operator's invitation by setting a password."""
    return invitations.accept(space, token, body, circumstances)


@platform.post("/password-resets", may=ANYONE, status=202, raises=[TooManyTries])
def request_operator_reset(space: Space, body: OperatorResetRequest, circumstances: Circumstances) -> ResetAccepted:
    """Have a link sent for setting a new password. The answer is the same for an address that nobody has."""
    password_changes.request_reset(space, body.email, circumstances)
    return ResetAccepted()


@platform.post("/password-resets/{token}", may=ANYONE, raises=[LinkSpent, InvalidInput])
def reset_operator_password(space: Space, token: LinkToken, body: NewPasswordByLink) -> None:
    """Set a new password by a link; all sessions end."""
    password_changes.reset(space, token, body.password)


@platform.get("/jwks.json", may=ANYONE, cache="public, max-age=300", budget=Budget(calls=0))
def read_signing_keys() -> JwkSet:
    """The keys that access tokens are verified with (RFC 7517)."""
    return JwkSet.model_validate(tokens.public_keys())


@platform.post("/signing-keys", may=OPERATE, status=201, audits=["at_once"], raises=[RotationPending])
def rotate_signing_keys(body: KeyRotation) -> SigningKey:
    """Make a new signing key. It signs in five minutes; tokens signed before stay good, unless `at_once` is asked."""
    key = tokens.rotate(at_once=body.at_once)
    return SigningKey(kid=key.id, since=datetime.fromtimestamp(key.since, UTC))
