"""Providers and signing in there, as they cross the boundary."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Literal

from pydantic import AfterValidator, BeforeValidator, ConfigDict, Field, StringConstraints, model_validator

from chalicelib.errors import Refusal, rule
from chalicelib.federation import addresses, pkce
from chalicelib.http.models import Distinct, Id, Inbound, Outbound, Query, line
from chalicelib.people.models import Roles, SpaceRole
from chalicelib.people.profile import FieldName

MOST_PROVIDERS = 20
_LABEL = r"[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?"


def _issuer(url: str) -> str:
    try:
        target = addresses.parse(url)
    except Refusal:
        raise rule(*_ISSUER_INVALID) from None
    if "?" in target.path:
        raise rule(*_ISSUER_INVALID)
    return url


_ISSUER_INVALID = (
    "issuer_invalid",
    "Địa chỉ bên phát hành (issuer) phải là https:// trên Internet công cộng, không có ? hay #.",
    "The issuer is an https:// address on the public internet, without ? or #.",
)
_PATH_INVALID = (
    "path_invalid",
    "Đích đến là đường dẫn trong không gian, ví dụ /courses/…",
    "Where to land is a path within the space, such as /courses/…",
)


def _path(text: str) -> str:
    if not text.startswith("/") or text.startswith(("//", "/\\")) or "\\" in text or not text.isascii():
        raise rule(*_PATH_INVALID)
    return text


Issuer = Annotated[
    str,
    StringConstraints(max_length=300, pattern=r"^[\x21-\x7e]+$"),
    AfterValidator(_issuer),
    Field(
        examples=["https://sso.hue.example/realms/can-bo"],
        description="As the provider's discovery document names it, to the letter.",
    ),
]
Claim = Annotated[
    str,
    StringConstraints(pattern=r"^[A-Za-z0-9_:/-]{1,80}(\.[A-Za-z0-9_:/-]{1,80}){0,4}$", max_length=300),
    Field(examples=["groups", "realm_access.roles"], description="A claim's name; a dot goes into an object."),
]
Path = Annotated[
    str,
    StringConstraints(max_length=500, pattern=r"^[\x21-\x7e]+$"),
    AfterValidator(_path),
    Field(examples=["/courses"]),
]
Domain = Annotated[
    str,
    BeforeValidator(lambda value: value.lower() if isinstance(value, str) else value),
    StringConstraints(max_length=253, pattern=rf"^({_LABEL}\.)+{_LABEL}$"),
    Field(examples=["hue.example"]),
]
_UnitName = Annotated[str, line(120)]
_Value = Annotated[str, line(200)]
_Button = Annotated[str, line(80)]
ClientId = Annotated[str, StringConstraints(min_length=1, max_length=200, pattern=r"^[\x21-\x7e]+$")]
Secret = Annotated[str, StringConstraints(min_length=1, max_length=1_000, pattern=r"^[\x20-\x7e]+$")]
Scope = Annotated[str, StringConstraints(pattern=r"^[\x21\x23-\x5b\x5d-\x7e]{1,80}$")]
RolesFrom = Literal["first", "always"]


class RoleRule(Inbound):
    """Whose claim has this value (or has it in its list), holds these roles."""

    claim: Claim
    value: _Value = Field(examples=["dao-tao-quan-tri"])
    roles: Roles


class UnitRule(Inbound):
    """Whose claim has this value (or has it in its list), is in this unit."""

    claim: Claim
    value: _Value = Field(examples=["phong-van-hoa"])
    unit: list[_UnitName] = Field(min_length=1, max_length=8, examples=[["UBND quận Phú Xuân", "Phòng Văn hóa"]])


class Claims(Inbound):
    """Which claims say what. What they say of staff codes and identity numbers finds the account that a list has made:
    name only claims that the provider itself has verified."""

    name: Claim = Field(default="name", description="Of the name shown.")
    staff_code: Claim | None = Field(default=None, examples=["employee_number"])
    national_id: Claim | None = Field(default=None, examples=["identity_number"])
    unit: Claim | None = Field(
        default=None, examples=["department"], description="Names of units, eldest first: a list, or a text with /."
    )
    fields: dict[FieldName, Claim] = Field(
        default={}, max_length=8, examples=[{"position": "title"}], description="Fields of the profile, but the unit."
    )

    @model_validator(mode="after")
    def _unit_once(self) -> Claims:
        if "unit" in self.fields:
            vi, en = "Đơn vị được khai ở mục unit.", "The unit has a place of its own: unit."
            raise rule("unit_elsewhere", vi, en, field="fields.unit")
        return self


class _ProviderTerms(Inbound):
    claims: Claims = Claims()
    role_rules: list[RoleRule] = Field(default=[], max_length=50)
    unit_rules: list[UnitRule] = Field(default=[], max_length=200)
    roles_from: RolesFrom = Field(
        default="first",
        description="`first`: rules give roles when an account is made, from then on an admin does; `always`: at every "
        "sign-in the roles are what the rules say.",
    )
    email_domains: Annotated[list[Domain], Distinct] = Field(
        default=[],
        max_length=20,
        description="Domains whose addresses this provider vouches for although it does not say `email_verified` "
        "(Entra does not). Name your own domains alone.",
    )
    creates_accounts: bool = Field(default=True, description="Whether whoever is not known yet gets an account.")
    enabled: bool = True


class NewProvider(_ProviderTerms):
    """A provider to sign in at."""

    name: _Button = Field(examples=["Tài khoản công vụ Huế"], description="On the button.")
    issuer: Issuer
    client_id: ClientId = Field(examples=["hocmo"])
    client_secret: Secret | None = Field(default=None, description="Kept sealed, shown to nobody again.")
    scopes: Annotated[list[Scope], Distinct] = Field(default=["openid", "profile", "email"], max_length=20)


class ProviderEdit(Inbound):
    """What may be changed of a provider; what is absent stays. The issuer stays for good: another one's names for
    people would lead to the accounts of this one's."""

    name: _Button | None = None
    client_id: ClientId | None = None
    client_secret: Secret | None = None
    scopes: Annotated[list[Scope], Distinct] | None = Field(default=None, max_length=20)
    claims: Claims | None = None
    role_rules: list[RoleRule] | None = Field(default=None, max_length=50)
    unit_rules: list[UnitRule] | None = Field(default=None, max_length=200)
    roles_from: RolesFrom | None = None
    email_domains: Annotated[list[Domain], Distinct] | None = Field(default=None, max_length=20)
    creates_accounts: bool | None = None
    enabled: bool | None = None


class ProviderCard(Outbound):
    """A provider, for the button on the sign-in page."""

    id: Id
    name: str = Field(examples=["Tài khoản công vụ Huế"])
    enabled: bool


class ShownRoleRule(Outbound):
    """A rule for roles."""

    claim: str
    value: str
    roles: list[SpaceRole]


class ShownUnitRule(Outbound):
    """A rule for units."""

    claim: str
    value: str
    unit: list[str]


class ShownClaims(Outbound):
    """Which claims say what."""

    name: str
    staff_code: str | None
    national_id: str | None
    unit: str | None
    fields: dict[str, str]


class ProviderView(ProviderCard):
    """A provider, as its admins see it."""

    issuer: str = Field(examples=["https://sso.hue.example/realms/can-bo"])
    client_id: str = Field(examples=["hocmo"])
    confidential: bool = Field(description="Whether a client secret is kept.")
    scopes: list[str]
    claims: ShownClaims
    role_rules: list[ShownRoleRule]
    unit_rules: list[ShownUnitRule]
    roles_from: RolesFrom
    email_domains: list[str]
    creates_accounts: bool
    redirect_uri: str = Field(description="To be registered at the provider.")
    post_logout_redirect_uri: str = Field(description="To be registered at the provider.")
    backchannel_logout_uri: str = Field(description="To be registered at the provider, if it can.")
    created_at: datetime


class ProviderProblem(Outbound):
    """Something that is wrong with a provider."""

    code: str = Field(examples=["unreachable"])
    detail: str


class ProviderCheck(Outbound):
    """What a look at a provider found."""

    ok: bool
    problems: list[ProviderProblem]
    keys: int = Field(description="How many of its keys we can verify with.")
    back_channel_logout: bool = Field(description="Whether it says that it tells us when people sign out there.")
    sign_out: bool = Field(description="Whether people can be signed out there from here.")


class SignInStart(Inbound):
    """Beginning to sign in at a provider."""

    challenge: Annotated[str, StringConstraints(pattern=pkce.CHALLENGE)] = Field(
        description="S256 (RFC 7636) of a secret that the client makes and keeps; it redeems the entry code with it.",
        examples=["E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM"],
    )
    to: Path | None = Field(default=None, description="Where to land within the space.")


class SignInAddress(Outbound):
    """Where the browser goes next."""

    address: str = Field(examples=["https://sso.hue.example/realms/can-bo/protocol/openid-connect/auth?…"])


class SignOutAddress(Outbound):
    """Where the browser may go to sign out at the provider too."""

    address: str | None = Field(description="Null when nobody else is to be told.")


class CallbackQuery(Query):
    """What a provider sends a browser back with (RFC 6749, 4.1.2; RFC 9207); of anything else no notice is taken."""

    model_config = ConfigDict(extra="ignore", frozen=True, hide_input_in_errors=True, defer_build=True)

    state: str = Field(default="", max_length=8_192)
    code: str | None = Field(default=None, max_length=4_096)
    error: str | None = Field(default=None, max_length=200)
    iss: str | None = Field(default=None, max_length=2_048)


class LogoutToken(Inbound):
    """A provider's word that somebody has signed out there (OpenID Connect Back-Channel Logout 1.0, 2.5)."""

    model_config = ConfigDict(extra="ignore", frozen=True, hide_input_in_errors=True, defer_build=True)

    logout_token: Annotated[str, StringConstraints(min_length=1, max_length=16_384)] = Field(
        examples=["eyJhbGciOiJSUzI1NiIsInR5cCI6ImxvZ291dCtqd3QifQ.e30.c2ln"]
    )


class LoggedOut(Outbound):
    """Heard."""

    status: Literal["ok"] = "ok"
