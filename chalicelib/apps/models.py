"""Super-apps, entering by them and consenting, as they cross the boundary."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Literal, Self
from urllib.parse import urlsplit

from pydantic import AfterValidator, Field, StringConstraints, model_validator

from chalicelib.errors import rule
from chalicelib.federation import addresses, keys, pkce
from chalicelib.http.models import Distinct, Id, Inbound, Outbound, line, prose
from chalicelib.identity.models import SignedInPerson

MOST_APPS = 20
MOST_CLAIMS = 20
Told = Literal[
    "name", "email", "phone", "national_id", "birth", "gender", "occupation", "province", "ward", "position"
]  # fmt: skip
Deliver = Literal["token", "link"]


def _origin(text: str) -> str:
    url = addresses.given(text)
    parts = urlsplit(url)
    if url != f"{parts.scheme}://{parts.netloc}":
        raise rule(
            "origin_invalid",
            "Nguồn gốc có dạng https://app.hue.example, không có đường dẫn.",
            "An origin looks like https://app.hue.example, without a path.",
        )
    return url


def _keys(text: str) -> str:
    keys.pasted(text)
    return text


Address = Annotated[str, StringConstraints(max_length=500), AfterValidator(addresses.given)]
Origin = Annotated[
    str, StringConstraints(max_length=300), AfterValidator(_origin), Field(examples=["https://app.hue.example"])
]
Issuer = Annotated[
    str,
    StringConstraints(pattern=r"^[!-~]{1,255}$"),
    Field(examples=["https://app.hue.example"], description="`iss` of what the app signs."),
]
Pasted = Annotated[
    str,
    StringConstraints(max_length=keys.PASTED_LENGTH),
    AfterValidator(_keys),
    Field(description="Public keys as PEM, JWK or JWK Set, in place of `jwks_uri`."),
]
Title = Annotated[str, line(80)]
Purposes = Annotated[str, prose(1_000, 10)]


class ClaimUse(Inbound):
    """One claim that the app may send, and what it is here."""

    claim: Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9_.:/-]{1,100}$")] = Field(
        examples=["phone_number"], description="Its name. An identifier counts when `<claim>_verified` is true."
    )
    field: Told


class ClaimUseView(Outbound):
    """One claim that the app may send, and what it is here."""

    claim: str = Field(examples=["phone_number"])
    field: Told


def _once(uses: list[ClaimUse]) -> list[ClaimUse]:
    if len({each.field for each in uses}) != len(uses):
        raise rule(
            "field_repeated",
            "Mỗi mục hồ sơ chỉ nhận từ một thông tin (claim).",
            "Each field is taken of one claim.",
        )
    return uses


ClaimUses = Annotated[list[ClaimUse], Field(max_length=MOST_CLAIMS), AfterValidator(_once)]
Origins = Annotated[list[Origin], Field(max_length=10), Distinct]


class NewApp(Inbound):
    """A super-app that the space trusts."""

    name: Title = Field(examples=["Hue-S"])
    issuer: Issuer
    jwks_uri: Address | None = Field(
        default=None,
        description="Where the app's keys are (RFC 7517).",
        examples=["https://app.hue.example/jwks.json"],
    )
    public_keys: Pasted | None = None
    client_id: Annotated[str, StringConstraints(pattern=r"^[!-~]{1,200}$")] | None = Field(
        default=None, description="What we are to the app as an OpenID provider (flow 2).", examples=["hocmo"]
    )
    client_secret: Annotated[str, StringConstraints(min_length=8, max_length=500)] | None = Field(
        default=None, description="Sealed, and never shown again.", examples=["kJ0Y5p2nV0m3b8Qe7rXl"]
    )
    origins: Origins = Field(default=[], description="Where the app's pages are.")
    claims: ClaimUses = Field(default=[], description="What the app may tell; all else is passed over.")
    purpose_vi: Purposes = Field(
        description="What for, as the person reads it.",
        examples=["Để mở khoá học phù hợp mà không phải điền biểu mẫu."],
    )
    purpose_en: Purposes = Field(examples=["To open the courses that suit you without any form."])
    webhook: Address | None = Field(
        default=None,
        description="Where results are sent.",
        examples=["https://app.hue.example/hocmo"],
    )

    @model_validator(mode="after")
    def _has_keys(self) -> Self:
        if self.jwks_uri and self.public_keys:
            vi = "Chỉ khai một trong hai: jwks_uri hoặc public_keys."
            raise rule("keys_twice", vi, "Give one of the two keys.", field="public_keys")
        if not (self.jwks_uri or self.public_keys or self.client_id):
            raise rule(
                "keys_missing",
                "Cần khai jwks_uri, public_keys hoặc client_id.",
                "One of jwks_uri, public_keys and client_id is needed.",
                field="jwks_uri",
            )
        return self


class AppEdit(Inbound):
    """What changes of a super-app; what is absent stays, `null` removes. Another issuer is another app: its names for
    people are not this one's."""

    name: Title | None = None
    jwks_uri: Address | None = None
    public_keys: Pasted | None = None
    client_id: Annotated[str, StringConstraints(pattern=r"^[!-~]{1,200}$")] | None = None
    client_secret: Annotated[str, StringConstraints(min_length=8, max_length=500)] | None = None
    origins: Origins | None = None
    claims: ClaimUses | None = None
    purpose_vi: Purposes | None = None
    purpose_en: Purposes | None = None
    webhook: Address | None = None


class AppView(Outbound):
    """A super-app, as those who manage the space see it."""

    id: Id
    name: str = Field(examples=["Hue-S"])
    issuer: str
    jwks_uri: str | None
    key_ids: list[str] = Field(max_length=keys.MOST_KEYS, description="Of the pasted keys.")
    client_id: str | None
    confidential: bool = Field(description="Whether we prove at the app, by a secret, that we are this client.")
    redirect_uri: str = Field(description="What to register at the app as its OpenID client's address of return.")
    audience: str = Field(description="`aud` of what the app signs.")
    origins: list[str] = Field(max_length=10)
    claims: list[ClaimUseView] = Field(max_length=MOST_CLAIMS)
    purpose_vi: str
    purpose_en: str
    webhook: str | None
    terms: int = Field(description="Number of the text that people consent to; a new one asks everyone again.")
    created_at: datetime


class CheckRequest(Inbound):
    """What to try besides keys and configuration."""

    assertion: Annotated[str, StringConstraints(max_length=20_000)] | None = Field(
        default=None, description="A sample, which is looked at and not used.", examples=["eyJhbGciOiJFUzI1NiJ9.e30.c2"]
    )


class Finding(Outbound):
    """One thing that was tried."""

    part: Literal["keys", "discovery", "assertion", "claim"]
    name: str = Field(description="Of a claim; else empty.")
    ok: bool
    code: str = Field(examples=["key_unknown"])
    vi: str
    en: str


class AppCheck(Outbound):
    """What works of an app's registration, and what is wrong."""

    ok: bool
    findings: list[Finding] = Field(max_length=60)


class EntryRequest(Inbound):
    """The JWT bearer grant (RFC 7523, 2.1)."""

    grant_type: Annotated[str, StringConstraints(max_length=100)] = Field(
        examples=["urn:ietf:params:oauth:grant-type:jwt-bearer"]
    )
    assertion: Annotated[str, StringConstraints(max_length=20_000)] = Field(
        examples=["eyJhbGciOiJFUzI1NiJ9.e30.c2ln"],
        description="ES256, PS256, RS256 or EdDSA; `iss`, `aud`, `sub`, `jti`, `iat`, `exp` (5 minutes at most).",
    )
    course: Id | None = Field(default=None, description="Where to land.")
    deliver: Deliver = Field(
        default="token", description="`link`: an address to open once within a minute, in place of tokens."
    )


class Shared(Outbound):
    """One thing that the app tells."""

    field: Told
    label_vi: str
    label_en: str
    purpose_vi: str
    purpose_en: str


class ConsentAsked(Outbound):
    """What a person reads before anything about them is stored."""

    app: str = Field(description="The app's name.", examples=["Hue-S"])
    space: str = Field(description="The space's name.", examples=["Thành phố Huế"])
    name: str | None = Field(description="Whom the app says that this is.", examples=["Nguyễn Văn An"])
    purpose_vi: str
    purpose_en: str
    shared: list[Shared] = Field(max_length=MOST_CLAIMS)
    withdraw_vi: str
    withdraw_en: str
    version: str = Field(description="Of this text.", examples=["1.1"])
    ticket: str = Field(description="To send back with the person's consent.")
    expires_at: datetime
    address: str = Field(description="The page that asks, for the app to open.")


class AppEntry(Outbound):
    """How an entry ended: tokens (after RFC 6749, 5.1), a link, or the question for consent."""

    status: Literal["signed_in", "link", "consent_required"]
    access_token: str | None = None
    token_type: Literal["Bearer"] | None = None
    expires_in: int | None = Field(default=None, description="Seconds for which the access token is good.")
    refresh_token: str | None = None
    person: SignedInPerson | None = None
    link: str | None = Field(default=None, description="To open once, within a minute.")
    to: str | None = Field(default=None, description="Where to land: a path within the space.")
    consent: ConsentAsked | None = None


Ticket = Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9_-]{20,8192}$"), Field(examples=["q" * 40])]


class ConsentTicket(Inbound):
    """The ticket that came with the question for consent."""

    ticket: Ticket
    verifier: Annotated[str, StringConstraints(pattern=pkce.VERIFIER)] | None = Field(
        default=None,
        description="The secret whose challenge began a sign-in at the app; absent for what an app's server began.",
        examples=["dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk"],
    )


class ConsentText(Inbound):
    """Which question is to be read."""

    ticket: Ticket


class MyConsent(Outbound):
    """What a person allowed an app to tell."""

    app: Id
    name: str = Field(examples=["Hue-S"])
    version: str = Field(description="Of the text that was read.", examples=["1.1"])
    at: datetime
    withdrawn_at: datetime | None
    purpose_vi: str = Field(description="What for, as it was read then.")
    purpose_en: str
    shared: list[Told] = Field(max_length=MOST_CLAIMS)
    only_way_in: bool = Field(description="Whether, once it is withdrawn, nothing is left to sign in with.")


class MyConsents(Outbound):
    """All that a person allowed."""

    items: list[MyConsent] = Field(max_length=MOST_APPS * 5)


class AppLink(Outbound):
    """An app's person and the account that they have here."""

    person: Id
    name: str = Field(examples=["Nguyễn Văn An"])
    since: datetime
    how: Literal["created", "joined", "admin"] = Field(
        description="`created`: the account was made at the first entry; `joined`: a verified identifier led to an "
        "account that was there; `admin`: somebody joined the two."
    )


class Join(Inbound):
    """Whose account an app's person really has."""

    person: Id
