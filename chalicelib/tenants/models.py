"""What crosses the boundary about tenants: how a space is dressed, what it has chosen, and how operators see it."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Any, ClassVar, Literal, Self

from pydantic import ConfigDict, Field, ValidationInfo, field_validator, model_validator

from chalicelib.errors import Language, rule
from chalicelib.http.models import Inbound, Outbound, PageQuery, Query, line, prose
from chalicelib.storage.quotas import USUAL
from chalicelib.storage.spaces import SpaceStatus
from chalicelib.tenants import logos
from chalicelib.tenants.colours import WHITE, Colour

Kind = Literal["ministry", "province", "commune", "organisation"]
NationalUpdates = Literal["manual", "automatic"]
Place = Literal["host", "path"]  # of a space on the web
WorkState = Literal["waiting", "running", "done", "failed"]

# What opening a space does, in this order; provisioning has a function for each.
OPENING_STEPS = (
    "people",
    "courses",
    "learning",
    "statements",
    "protection",
    "streams",
    "files",
    "first_admin",
    "welcome",
    "open",
)

# What closing a space does, in this order.
CLOSING_STEPS = ("figures", "streams", "tables", "files", "closed")

TenantName = Annotated[str, line(200), Field(examples=["Uỷ ban nhân dân thành phố Huế"])]
ShortName = Annotated[str, line(40), Field(description="Fits beside a logo on a phone.", examples=["Huế"])]
Welcome = Annotated[
    str,
    prose(2_000),
    Field(
        description="What visitors of the space read first.",
        examples=["Chào mừng bạn đến với không gian đào tạo của thành phố Huế."],
    ),
]


# Shown to people and never signed in with, so a mailbox or a hotline is taken in whatever form people know it.
SupportEmail = Annotated[
    str, Field(pattern=r"^[!-?A-~]+@[!-?A-~]+\.[!-?A-~]+$", examples=["hotro@hue.example"]), line(254)
]
SupportPhone = Annotated[
    str,
    Field(
        pattern=r"^[+0-9][0-9 ().-]+$",
        description="As people dial it; hotlines such as 1022 too.",
        examples=["1022", "0234 382 2822"],
    ),
    line(30, 3),
]
SupportUrl = Annotated[
    str, Field(pattern=r"^https?://[^\s<>\x22]+$", examples=["https://hue.example/ho-tro"]), line(300)
]


def _null_only_where_it_removes(schema: dict[str, Any], model: type[Edit]) -> None:
    """A field is optional in Python by a ``None`` that a client may not send: the document must not offer it."""
    for name, described in schema["properties"].items():
        if name not in model.removable:
            options = [each for each in described.pop("anyOf") if each != {"type": "null"}]
            described.update(options[0] if len(options) == 1 else {"anyOf": options})


class Edit(Inbound):
    """A merge patch (RFC 7396): a field that is absent stays, ``null`` removes what may be missing."""

    model_config = ConfigDict(json_schema_extra=_null_only_where_it_removes)
    removable: ClassVar[frozenset[str]] = frozenset()

    @field_validator("*", mode="before")
    @classmethod
    def _keeps_what_is_needed(cls, value: Any, about: ValidationInfo) -> Any:
        if value is None and about.field_name not in cls.removable:
            raise rule("not_removable", "Mục này không thể để trống.", "This cannot be removed.")
        return value


class Colours(Inbound):
    """The colours of a space. Each carries white text and is drawn on white."""

    primary: Colour
    accent: Colour | None = None


class ColoursEdit(Edit):
    """Changes of the colours."""

    removable = frozenset({"accent"})
    primary: Colour | None = None
    accent: Colour | None = None


class Support(Inbound):
    """Whom people of the space ask for help: at least one way to reach them."""

    email: SupportEmail | None = None
    phone: SupportPhone | None = None
    url: SupportUrl | None = None

    @model_validator(mode="after")
    def _can_be_reached(self) -> Self:
        if not (self.email or self.phone or self.url):
            raise rule(
                "support_unreachable",
                "Cần ít nhất một cách liên hệ: email, điện thoại hoặc trang web.",
                "Give at least one way to be reached: email, phone or url.",
                field="email",
            )
        return self


class NewBrand(Inbound):
    """How a new space is dressed."""

    short_name: ShortName
    colours: Colours
    logo: logos.NewLogo | None = None
    support: Support | None = None


class BrandEdit(Edit):
    """Changes of how a space is dressed. A support contact is replaced as a whole."""

    removable = frozenset({"logo", "support"})
    short_name: ShortName | None = None
    colours: ColoursEdit | None = None
    logo: logos.NewLogo | None = None
    support: Support | None = None


class NewSettings(Inbound):
    """What a new space begins with; what is absent takes its usual value."""

    catalogue_public: bool = Field(default=True, description="Anyone may browse the catalogue without signing in.")
    self_registration: bool = Field(default=True, description="Anyone may register as a learner.")
    national_updates: NationalUpdates = Field(
        default="manual", description="How new versions of adopted national courses arrive."
    )
    language: Language = "vi"
    welcome: Welcome | None = Field(default=None, description="Absent: opening the space writes a greeting.")


class SettingsEdit(Edit):
    """Changes of what a space has chosen."""

    catalogue_public: bool | None = None
    self_registration: bool | None = None
    national_updates: NationalUpdates | None = None
    language: Language | None = None
    welcome: Welcome | None = None


class QuotasEdit(Edit):
    """Changes of what a tenant may use; `null` brings the usual value back."""

    removable = frozenset({"requests_per_second", "storage_gb", "people"})
    requests_per_second: int | None = Field(
        default=None,
        ge=1,
        le=100_000,
        description="Requests to the space a second, all its people together, over five seconds.",
        examples=[5_000],
    )
    storage_gb: int | None = Field(
        default=None, ge=1, le=1_000_000, description="Gigabytes (2³⁰ bytes) of uploaded files.", examples=[500]
    )
    people: int | None = Field(
        default=None, ge=1, le=100_000_000, description="Learners that the space may have.", examples=[2_000_000]
    )


class SpaceEdit(Edit):
    """What a space's admin may change."""

    brand: BrandEdit | None = None
    settings: SettingsEdit | None = None


class ShownColours(Outbound):
    """A space's colours, and the colour of text that is readable on each."""

    primary: str = Field(examples=["#0b5cad"])
    on_primary: str = WHITE
    accent: str | None = None
    on_accent: str | None = None


class Logo(Outbound):
    """A space's logo. The address needs no token and changes when the logo does."""

    url: str = Field(examples=["https://hocmo.example/v1/spaces/hue/logo?v=5f0c9a31"])
    content_type: str = Field(examples=["image/png"])
    width: int = Field(description="Pixels.")
    height: int = Field(description="Pixels.")


class ShownSupport(Outbound):
    """Whom people of the space ask for help."""

    email: str | None = None
    phone: str | None = None
    url: str | None = None


class Brand(Outbound):
    """How a space is dressed."""

    short_name: str = Field(examples=["Huế"])
    colours: ShownColours
    logo: Logo | None = None
    support: ShownSupport | None = None


class Settings(Outbound):
    """What a space has chosen."""

    catalogue_public: bool = True
    self_registration: bool = True
    national_updates: NationalUpdates = "manual"
    language: Language = "vi"
    welcome: str | None = None


class SignIn(Outbound):
    """The ways into a space."""

    methods: list[Literal["password"]] = Field(default=["password"], description="How a known person signs in.")
    self_registration: bool = Field(description="Whether anyone may register as a learner.")


# A visitor need not know why a suspended space is worked on.
PublicStatus = Literal["opening", "open", "suspended", "closing", "closed"]


class PublicSpace(Outbound):
    """What a client needs to dress itself for a space, and to know what it may offer a visitor."""

    slug: str = Field(examples=["hue"])
    name: str = Field(examples=["Uỷ ban nhân dân thành phố Huế"])
    kind: Kind
    status: PublicStatus
    brand: Brand
    language: Language
    welcome: str | None = None
    catalogue_public: bool
    sign_in: SignIn


class Suspension(Outbound):
    """Since when and why a space is suspended."""

    at: datetime
    reason: str | None = None


class Restoring(Outbound):
    """To which point in time a space's tables are being restored, and since when."""

    to: str = Field(description="UTC, as in the names of the tables beside.", examples=["20261124T023000"])
    at: datetime


class SpaceSettings(Outbound):
    """What a space's admin sees of it and may change in part."""

    slug: str
    name: str
    kind: Kind
    status: SpaceStatus
    brand: Brand
    settings: Settings
    suspension: Suspension | None = None
    updated_at: datetime


class WorkStep(Outbound):
    """One step of opening or closing a space."""

    name: str = Field(examples=["people"])
    done: bool


class WorkError(Outbound):
    """Why opening or closing a space does not go on, for a person."""

    code: str = Field(examples=["unavailable"])
    vi: str
    en: str


class Opening(Outbound):
    """How far the opening of a space is."""

    state: WorkState
    step: str | None = Field(default=None, description="The step under way, or the one that failed.")
    steps: list[WorkStep]
    attempts: int = Field(description="How often the work was begun since it last got ahead.")
    error: WorkError | None = None


class Closing(Opening):
    """How far the closing of a space is, since when and why it is closed."""

    at: datetime
    reason: str


class FirstAdmin(Outbound):
    """Who was invited to run the space."""

    name: str
    email: str


class ShownQuotas(Outbound):
    """What a tenant may use."""

    requests_per_second: int = Field(examples=[USUAL.requests_per_second])
    storage_gb: int = Field(examples=[USUAL.storage_gb])
    people: int = Field(examples=[USUAL.people])


class Tenant(SpaceSettings):
    """A tenant as operators see it."""

    quotas: ShownQuotas
    first_admin: FirstAdmin
    opening: Opening
    closing: Closing | None = None
    restoring: Restoring | None = None
    cell: str = Field(description="The account and region that holds its tables.")
    created_at: datetime


class TenantCard(Outbound):
    """A tenant in a list."""

    slug: str
    name: str
    short_name: str
    kind: Kind
    status: SpaceStatus
    created_at: datetime


class TenantQuery(PageQuery):
    """Which tenants to list."""

    q: Annotated[str, line(100, 0)] = Field(
        default="", description="Words of the name or slug; diacritics do not matter.", examples=["thua thien hue"]
    )
    kind: Kind | None = None
    status: SpaceStatus | None = None


class ManifestQuery(Query):
    """Where the page that asks is."""

    at: Place = Field(
        default="host", description="At a host of the space's own, or at `/s/{space}/` of a host that spaces share."
    )


class LogoQuery(Query):
    """``v`` only tells caches one logo from the next."""

    v: str | None = Field(default=None, max_length=64)
