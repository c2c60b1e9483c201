"""Signing in, registering and inviting, as they cross the boundary."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Annotated, Any, Literal

from pydantic import ConfigDict, Field, RootModel, StringConstraints, ValidationInfo, WrapValidator, field_validator

from chalicelib import ids
from chalicelib.errors import Language, rule
from chalicelib.federation import pkce
from chalicelib.http.models import Id, Inbound, Outbound, Query
from chalicelib.http.permissions import Role
from chalicelib.identity import passwords
from chalicelib.identity.passwords import GivenPassword, NewPassword
from chalicelib.people.identifiers import LOGIN_LENGTH, Email, Login
from chalicelib.people.models import Name, Roles

_TAIL = r"[A-Za-z0-9_-]{43}"
_ID = rf"[{ids.ALPHABET}]{{{ids.LENGTH}}}"
RefreshToken = Annotated[
    str,
    StringConstraints(max_length=200),
    Field(examples=["01hq3v7k2m8x9d4t6w5z1c.01hq3v7k2m8x9d4t6w5z1d.kJ0Y5p2nV0m3b8Qe7rXl1tZs4uWc6yAo9iGdHfKjLqM"]),
]
REFRESH_TOKEN = rf"^({_ID})\.({_ID})\.({_TAIL})$"
LinkToken = Annotated[
    str,
    StringConstraints(pattern=rf"^{_ID}\.{_TAIL}$"),
    Field(examples=["01hq3v7k2m8x9d4t6w5z1c.kJ0Y5p2nV0m3b8Qe7rXl1tZs4uWc6yAo9iGdHfKjLqM"]),
]


class Credentials(Inbound):
    """What a person signs in with."""

    login: Annotated[str, StringConstraints(max_length=LOGIN_LENGTH * 2)] = Field(
        description="The e-mail address, phone number, staff code or identity number, however it is grouped.",
        examples=["0912 345 678"],
    )
    password: GivenPassword


class OperatorCredentials(Inbound):
    """What an operator signs in with."""

    email: Annotated[str, StringConstraints(max_length=LOGIN_LENGTH * 2)] = Field(examples=["operator@hocmo.local"])
    password: GivenPassword


class Refresh(Inbound):
    """The refresh token that was given last, unless it is in the web client's cookie; and which attempt this is."""

    refresh_token: RefreshToken | None = Field(default=None, description="Good once. The web client sends none.")
    attempt: Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9_-]{22,64}$")] | None = Field(
        default=None,
        description="A random value (128 bits or more), the same until an answer came: within a day, the token before "
        "and its attempt give the same next token again.",
        examples=["mYq3v7k2m8x9d4t6w5z1cQ"],
    )


class SignOutQuery(Query):
    """What to sign out of."""

    all: bool = Field(default=False, description="Everywhere, rather than this session alone.")


class SignedInPerson(Outbound):
    """Who is signed in."""

    id: Id
    name: str = Field(examples=["Nguyễn Văn An"])
    roles: list[Role] = Field(examples=[["learner"]])
    locale: Language


class SignedIn(Outbound):
    """Tokens of a session (after RFC 6749, 5.1) and whose they are."""

    access_token: str = Field(description="A JWT (RFC 9068) that names the space; send it as a bearer token.")
    token_type: Literal["Bearer"] = "Bearer"  # noqa: S105 (the scheme's name)
    expires_in: int = Field(description="Seconds for which the access token is good.", examples=[900])
    refresh_token: str | None = Field(
        description="Good once; using it again ends the session. Null where it went into the web client's cookie."
    )
    person: SignedInPerson


class EntryCode(Inbound):
    """What a sign-in elsewhere ended with."""

    code: Annotated[str, StringConstraints(pattern=rf"^{_ID}\.{_TAIL}$")] = Field(
        description="`code` of the address that one came back to; good once, for a minute.",
        examples=["01hq3v7k2m8x9d4t6w5z1c.kJ0Y5p2nV0m3b8Qe7rXl1tZs4uWc6yAo9iGdHfKjLqM"],
    )
    verifier: Annotated[str, StringConstraints(pattern=pkce.VERIFIER)] | None = Field(
        default=None,
        description="The secret whose challenge (S256, RFC 7636) was sent when the sign-in began; absent for a code "
        "that an app's server fetched.",
        examples=["dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk"],
    )


class Entered(SignedIn):
    """Tokens of a session, and where to land."""

    to: str | None = Field(description="A path within the space.", examples=["/courses/01hq3v7k2m8x9d4t6w5z1c"])


class Session(Outbound):
    """One place where a person is signed in."""

    id: Id
    device: str = Field(examples=["Chrome, Android"])
    created_at: datetime
    used_at: datetime = Field(description="When its refresh token was last used.")
    current: bool = Field(description="Whether this very request belongs to it.")


def _not_personal(password: str, info: ValidationInfo) -> str:
    known = info.data
    words = [str(known[name]) for name in ("name", "login", "email") if known.get(name)]
    if passwords.is_personal(password, words):
        raise rule(*passwords.PERSONAL)
    return password


class Registration(Inbound):
    """What registering takes: three fields, no more."""

    name: Name
    login: Login
    password: NewPassword

    _not_personal = field_validator("password")(_not_personal)


class Invitation(Inbound):
    """Whom an admin invites."""

    name: Name
    email: Email
    roles: Roles
    locale: Language = Field(default="vi", description="The language of the invitation.")


def _register_or_invite(value: Any, handler: Any) -> Registration | Invitation:
    # Told apart by fields that only one of them has, so that faults name the fields of the one that was meant.
    invites = isinstance(value, Mapping) and not {"login", "password"} & set(value) and {"email", "roles"} & set(value)
    return Invitation.model_validate(value) if invites else Registration.model_validate(value)


class NewPerson(RootModel[Annotated[Registration | Invitation, WrapValidator(_register_or_invite)]]):
    """Registering oneself, or, with an admin's token, inviting somebody."""

    model_config = ConfigDict(json_schema_extra={"required": ["name"]}, defer_build=True)


class NewOperator(Inbound):
    """Whom an operator invites to operate the platform."""

    name: Name
    email: Email
    locale: Language = Field(default="vi", description="The language of the invitation.")


class InvitationView(Outbound):
    """An invitation, as whoever holds its link may see it."""

    name: str = Field(examples=["Nguyễn Văn An"])
    login: str = Field(description="What to sign in with from then on.", examples=["nguyenvanan@hue.example"])
    space: str = Field(description="The name of the space.", examples=["Thành phố Huế"])
    slug: str = Field(examples=["hue"])
    expires_at: datetime


class Acceptance(Inbound):
    """Accepting an invitation."""

    name: Name | None = None
    password: NewPassword

    _not_personal = field_validator("password")(_not_personal)


class ResetRequest(Inbound):
    """Who has forgotten their password."""

    login: Annotated[str, StringConstraints(max_length=LOGIN_LENGTH * 2)] = Field(examples=["nguyenvanan@hue.example"])


class OperatorResetRequest(Inbound):
    """Which operator has forgotten their password."""

    email: Annotated[str, StringConstraints(max_length=LOGIN_LENGTH * 2)] = Field(examples=["operator@hocmo.local"])


class ResetAccepted(Outbound):
    """Said alike to everyone, whether there is such a login or not."""

    status: Literal["accepted"] = "accepted"


class NewPasswordByLink(Inbound):
    """The password to set."""

    password: NewPassword


class PasswordChange(Inbound):
    """One's password, and what to replace it by."""

    current: GivenPassword
    new: NewPassword


class KeyRotation(Inbound):
    """How to rotate the signing keys."""

    at_once: bool = Field(
        default=False,
        description="Sign with the new key now and drop all others: for a key that has leaked. Clients renew their "
        "access tokens by their refresh tokens.",
    )


class SigningKey(Outbound):
    """A key that signs access tokens."""

    kid: Id
    since: datetime = Field(description="From when it signs.")


class Jwk(Outbound):
    """The public part of a key (RFC 7517, RFC 7518, 6.2)."""

    kty: Literal["EC"]
    crv: Literal["P-256"]
    x: str
    y: str
    kid: str
    use: Literal["sig"]
    alg: Literal["ES256"]


class JwkSet(Outbound):
    """The keys that access tokens are verified with."""

    keys: list[Jwk] = Field(max_length=16)
