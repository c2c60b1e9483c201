"""What the web sees of tenants: the public face of a space, its settings, and the registry for operators."""

from __future__ import annotations

from chalicelib.errors import PreconditionFailed, PreconditionRequired
from chalicelib.http.endpoint import Answer, Budget, Feature, Raw
from chalicelib.http.models import Page, Slug
from chalicelib.http.permissions import ANYONE, MANAGE_SPACE, OPERATE
from chalicelib.http.requests import Circumstances
from chalicelib.storage.spaces import Space
from chalicelib.tenants import logos, registry, views, web_app
from chalicelib.tenants.models import (
    LogoQuery,
    ManifestQuery,
    PublicSpace,
    SignIn,
    SpaceEdit,
    SpaceSettings,
    Tenant,
    TenantCard,
    TenantQuery,
)

tenants = Feature("tenants")


@tenants.get("/tenants", may=OPERATE)
def list_tenants(query: TenantQuery) -> Page[TenantCard]:
    """The organisations that have a space, by slug; searched without diacritics."""
    return registry.page(query)


@tenants.get("/tenants/{slug}", may=OPERATE)
def read_tenant(slug: Slug) -> Answer[Tenant]:
    """One organisation, and how far the opening of its space is."""
    described = registry.describe(registry.require(slug))
    return Answer(described.tenant, etag=described.etag)


@tenants.get(
    "/spaces/{space}",
    may=ANYONE,
    budget=Budget(calls=0),
    cache="public, max-age=60",
    while_suspended=True,
)
def read_space(space: Space) -> PublicSpace:
    """A space's name, dress and ways in: enough for a client to become that space's own."""
    profile = registry.profile(space)
    return PublicSpace(
        slug=profile.slug,
        name=profile.name,
        kind=profile.kind,
        status=views.public_status(profile.status),
        brand=profile.brand,
        language=profile.settings.language,
        welcome=profile.settings.welcome,
        catalogue_public=profile.settings.catalogue_public,
        sign_in=SignIn(self_registration=profile.settings.self_registration),
    )


@tenants.get(
    "/spaces/{space}/logo",
    may=ANYONE,
    status=302,
    budget=Budget(calls=0),
    cache=f"public, max-age={logos.REDIRECT_KEPT_S}",
    while_suspended=True,
)
def read_logo(space: Space, query: LogoQuery) -> Answer[None]:
    """Where the space's logo is: a redirect to a short-lived address, for `<img>`."""
    return Answer(None, location=registry.logo_address(space))


@tenants.get(
    "/spaces/{space}/manifest.webmanifest",
    may=ANYONE,
    budget=Budget(calls=0),
    cache="public, max-age=300",
    media=web_app.MEDIA_TYPE,
    while_suspended=True,
)
def read_manifest(space: Space, query: ManifestQuery) -> Raw:
    """The space as an app on a home screen: its name, colours and icons, and which addresses are its own."""
    return Raw(web_app.manifest(registry.profile(space), query.at), web_app.MEDIA_TYPE)


@tenants.get("/spaces/{space}/settings", may=MANAGE_SPACE)
def read_settings(space: Space) -> Answer[SpaceSettings]:
    """How the space is dressed and what it has chosen; while it is suspended, since when and why."""
    record = registry.require(space.slug)
    return Answer(views.space_settings(record), etag=views.settings_etag(record))


@tenants.patch("/spaces/{space}/settings", may=MANAGE_SPACE, raises=[PreconditionRequired, PreconditionFailed])
def edit_settings(space: Space, body: SpaceEdit, circumstances: Circumstances) -> Answer[SpaceSettings]:
    """Change the space's dress or what it has chosen (a merge patch, with `If-Match`)."""
    record = registry.require(space.slug)
    edited = registry.edit(record, body, circumstances, views.settings_etag(record))
    return Answer(views.space_settings(edited), etag=views.settings_etag(edited))
