"""What crosses the boundary of credentials."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Literal

from pydantic import AfterValidator, AwareDatetime, ConfigDict, Field

from chalicelib.credentials import texts
from chalicelib.credentials.addresses import CredentialNumber
from chalicelib.errors import Language, rule
from chalicelib.http.models import Id, Inbound, Outbound, PageQuery, line, prose

State = Literal["valid", "expired", "revoked", "superseded"]
Reason = Literal["issued_in_error", "misconduct", "holder_request", "undone", "superseded"]
AboutKind = Literal["course", "assessment"]

MOST_SIGNATORIES = 4
MOST_TEMPLATES = 100


def _known_places(text: str) -> str:
    unknown = texts.unknown_places(text)
    if unknown:
        known = ", ".join(f"{{{name}}}" for name in texts.PLACES)
        raise rule(
            "unknown_place",
            f"Không có mục {{{unknown[0]}}}. Các mục dùng được: {known}.",
            f"There is no {{{unknown[0]}}}. These may be used: {known}.",
        )
    return text


_Places = AfterValidator(_known_places)
Name = Annotated[str, line(150), Field(examples=["Nguyễn Thị Bích Ngọc"])]


class Signatory(Inbound):
    """Who stands below a certificate."""

    name: Annotated[str, line(100), Field(examples=["Trần Văn Bình"])]
    title: Annotated[str, line(150), Field(examples=["Giám đốc Sở Khoa học và Công nghệ"])]
    signature: Id | None = Field(
        default=None,
        description="An uploaded PNG, JPEG or WebP of the signature, at most 2 MB and 8 million pixels; best on a "
        "transparent ground.",
    )


class TemplateBody(Inbound):
    """What certificates of a template say. Texts may name, in braces: name, course, date, number, hours, score,
    issuer."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"name": "Giấy chứng nhận chung"}]})

    name: Annotated[str, line(100), Field(description="What admins call it.", examples=["Giấy chứng nhận chung"])]
    language: Language = "vi"
    superior: Annotated[str, line(150), Field(examples=["Uỷ ban nhân dân thành phố Huế"])] | None = Field(
        default=None, description="The body above the one that issues (cơ quan chủ quản): the first line of the page."
    )
    issued_by: Annotated[str, line(150), Field(examples=["Sở Khoa học và Công nghệ thành phố Huế"])] | None = Field(
        default=None, description="The body that issues, as the page names it; absent: the space's name."
    )
    heading: Annotated[str, line(100), Field(description="Absent: “GIẤY CHỨNG NHẬN”.")] | None = None
    body: Annotated[str, prose(1_000, 1), _Places] | None = Field(
        default=None, description="The sentences in the middle; absent: the usual ones."
    )
    title: Annotated[str, line(200), _Places] | None = Field(
        default=None, description="What the achievement is called; absent: the course's title."
    )
    description: Annotated[str, prose(1_000, 1), _Places] | None = None
    criteria: Annotated[str, prose(2_000, 1), _Places] | None = Field(
        default=None, description="What had to be done for it; absent: the usual."
    )
    signatories: list[Signatory] = Field(default=[], max_length=MOST_SIGNATORIES)
    valid_months: int | None = Field(
        default=None, ge=1, le=240, description="How long a certificate holds; null: for ever.", examples=[24]
    )
    hashed_email: bool = Field(
        default=False,
        description="Whether certificates carry, beside the name, a salted hash of the holder's e-mail address, by "
        "which wallets recognise whose they are. Only of an address that is verified. Whoever knows the address can "
        "tell from the hash that it is theirs.",
    )


class Template(Outbound):
    """A template, with the state that an edit names."""

    id: Id
    name: str
    language: Language
    superior: str | None
    issued_by: str | None
    heading: str | None
    body: str | None
    title: str | None
    description: str | None
    criteria: str | None
    signatories: list[Signatory]
    valid_months: int | None
    hashed_email: bool


class Templates(Outbound):
    """All of a space's templates, by name."""

    items: list[Template] = Field(max_length=MOST_TEMPLATES)


class CredentialSettings(Inbound):
    """Which achievements are certified where no rule says otherwise."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"courses": "chosen", "template": None}]})

    courses: Literal["chosen", "all"] = Field(
        description="`chosen`: only those that a rule names; `all`: every published course that no rule excepts."
    )
    assessments: Literal["chosen", "all"] = Field(default="chosen", description="The same for assessments passed.")
    template: Id | None = Field(default=None, description="The usual one; null: the program's own texts.")


class CertificationRule(Inbound):
    """Whether one course, or one assessment, is certified."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"kind": "course", "issues": True}]})

    kind: AboutKind = "course"
    issues: bool
    template: Id | None = Field(default=None, description="null: the usual one.")


class CertificationRuleCard(Outbound):
    """A rule, and what it is about."""

    about: Id
    kind: AboutKind
    issues: bool
    template: Id | None


class NewCredential(Inbound):
    """A certificate that is issued by hand, to whoever has achieved it."""

    model_config = ConfigDict(
        json_schema_extra={"examples": [{"person": "0123456789abcdefghjkmn", "about": "0123456789abcdefghjkmn"}]}
    )

    person: Id
    kind: AboutKind = "course"
    about: Id = Field(description="The course, or the assessment.")


class Revocation(Inbound):
    """Why a credential holds no more."""

    reason: Literal["issued_in_error", "misconduct", "holder_request"] = Field(
        description="`holder_request`: the person asked that nothing is told of them any more. What was signed is then "
        "deleted, and only that it was revoked is left."
    )


class Reissue(Inbound):
    """A credential issued anew, with a corrected name."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"name": "Nguyễn Thị Bích Ngọc"}]})

    name: Name | None = Field(default=None, description="Absent: as the account has it now.")


class CredentialQuery(PageQuery):
    """Which credentials to list."""

    about: Id | None = Field(default=None, description="Of this course alone.")


class Retry(Inbound):
    """Which certificates to issue that are missing."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"kind": "course", "about": "0123456789abcdefghjkmn"}]})

    kind: AboutKind = "course"
    about: Id | None = Field(
        default=None,
        description="To everyone who has achieved this and holds none, whether it is certified by itself or not; null: "
        "those of the list.",
    )


class MissingCard(Outbound):
    """What somebody achieved and was not issued."""

    person: Id
    kind: AboutKind
    about: Id
    reason: Literal["name_missing", "undescribed", "pending"] = Field(
        description="`name_missing`: the account has no name; `undescribed`: the course or the assessment is not there "
        "any more as it was taken; `pending`: it is just being tried again."
    )
    since: datetime


class Retrying(Outbound):
    """The job that tries again."""

    job: Id


class Achieved(Outbound):
    """What a credential is for."""

    kind: AboutKind
    name: str = Field(examples=["An toàn trên không gian mạng"])
    description: str
    criteria: str


class Issuer(Outbound):
    """Who issued a credential."""

    id: str = Field(examples=["did:web:hocmo.example:v1:spaces:hue"])
    name: str = Field(examples=["Thành phố Huế"])
    profile: str


class PublicCredential(Outbound):
    """What anyone may see of a credential, now: what it says, and whether it holds."""

    id: CredentialNumber
    state: State
    name: str | None = Field(description="Whom it was issued to; null: the person asked that it be told no more.")
    achievement: Achieved | None
    issuer: Issuer
    achieved_at: datetime | None
    issued_at: datetime
    valid_until: datetime | None = Field(description="null: for ever.")
    score: int | None = Field(description="In percent; null: there was nothing to score.")
    hours: float | None
    revoked_at: datetime | None
    reason: Reason | None = Field(description="Why it holds no more.")
    superseded_by: CredentialNumber | None = Field(description="The one that was issued in its place.")
    address: str = Field(description="This page, as the credential itself names it.")
    credential: str | None = Field(description="The signed credential, with its proof inside.")
    token: str | None = Field(description="The same as a signed token.")
    certificate: str | None = Field(description="The page to print, as a PDF; null: it holds no more.")
    picture: str | None = Field(description="A picture to share, 1200×630; null: it holds no more.")


class CredentialCard(Outbound):
    """A credential in a list."""

    id: CredentialNumber
    state: State
    name: str | None
    title: str | None
    kind: AboutKind
    about: Id
    issued_at: datetime
    valid_until: datetime | None
    revoked_at: datetime | None
    superseded_by: CredentialNumber | None
    address: str


class IssuedCard(CredentialCard):
    """A credential as the staff sees it."""

    person: Id | None


class IssuerKeyCard(Outbound):
    """A key that signs a space's credentials, or did."""

    id: Id
    since: datetime
    signs: bool = Field(description="Whether new credentials are signed with it now.")
    withdrawn_since: datetime | None = Field(description="From when on nothing is believed that it signed.")


class NewWithdrawal(Inbound):
    """Since when a key may have been in others' hands."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"since": "2026-11-20T08:00:00Z"}]})

    since: AwareDatetime | None = Field(
        default=None, description="For whoever asks later, and in the DID document; absent: now. Not to come."
    )


class Withdrawal(Outbound):
    """A key that is withdrawn, and the job that has signed anew what it had signed."""

    key: Id
    since: datetime
    job: Id | None = Field(description="null for a space that is closed: each is signed anew when it is asked for.")


class IssuerKeys(Outbound):
    """A space's keys, the newest first."""

    items: list[IssuerKeyCard]
