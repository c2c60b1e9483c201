"""What operators do with a tenant's space: open it, change it, suspend it, let it go on, close it."""

from __future__ import annotations

from chalicelib.errors import PreconditionFailed, PreconditionRequired
from chalicelib.http.endpoint import Answer, Feature
from chalicelib.http.models import Slug
from chalicelib.http.permissions import OPERATE
from chalicelib.http.requests import Circumstances
from chalicelib.provisioning import closing, opening, suspension
from chalicelib.provisioning.closing import CentralSpaceStays, OpeningUnderWay, SpaceNotSuspended
from chalicelib.provisioning.models import NewClosing, NewSuspension, NewTenant, TenantEdit
from chalicelib.provisioning.restoring import SpaceRestoring
from chalicelib.provisioning.suspension import SpaceNotOpen
from chalicelib.tenants import registry
from chalicelib.tenants.models import Tenant
from chalicelib.tenants.registry import TenantClosed, TenantRecord

provisioning = Feature("tenants")


@provisioning.post("/tenants", may=OPERATE, status=202, creates=True, audits=["slug", "kind"], crosses="tenants")
def open_tenant(body: NewTenant, circumstances: Circumstances) -> Answer[Tenant]:
    """Register an organisation and open its space: tables, files, the first admin's invitation. `Location` tells how
    far it is."""
    return _shown(opening.register(body, circumstances), located=True)


@provisioning.post("/tenants/{slug}/opening", may=OPERATE, status=202, raises=[SpaceRestoring, TenantClosed])
def repeat_opening(slug: Slug, circumstances: Circumstances) -> Answer[Tenant]:
    """Run the steps of the opening again: after a failure, or to invite a first admin who was changed. Harmless
    otherwise."""
    return _shown(opening.again(slug, circumstances), located=True)


@provisioning.patch(
    "/tenants/{slug}",
    may=OPERATE,
    audits=["quotas"],
    crosses="tenants",
    raises=[PreconditionRequired, PreconditionFailed, TenantClosed],
)
def edit_tenant(slug: Slug, body: TenantEdit, circumstances: Circumstances) -> Answer[Tenant]:
    """Change an organisation's name, dress, settings, quotas or first admin (a merge patch, with `If-Match`)."""
    return _shown(opening.edit(slug, body, circumstances))


@provisioning.post("/tenants/{slug}/suspension", may=OPERATE, raises=[SpaceNotOpen, SpaceRestoring, TenantClosed])
def suspend_tenant(slug: Slug, body: NewSuspension, circumstances: Circumstances) -> Answer[Tenant]:
    """Suspend a space: its people get a notice, its admins can still read and export. Within a minute everywhere."""
    return _shown(suspension.suspend(slug, body.reason, circumstances.actor_id))


@provisioning.delete("/tenants/{slug}/suspension", may=OPERATE, raises=[SpaceNotOpen, SpaceRestoring, TenantClosed])
def resume_tenant(slug: Slug) -> Answer[Tenant]:
    """Let a suspended space go on."""
    return _shown(suspension.resume(slug))


@provisioning.post(
    "/tenants/{slug}/closing",
    may=OPERATE,
    status=202,
    audits=["reason"],
    raises=[SpaceRestoring, SpaceNotSuspended, OpeningUnderWay, CentralSpaceStays, TenantClosed],
)
def close_tenant(slug: Slug, body: NewClosing, circumstances: Circumstances) -> Answer[Tenant]:
    """Close a suspended space for good: its tables and files are dropped, its figures and its name stay. Repeated, it
    goes on where it was, or tries anew what failed. `Location` tells how far it is."""
    return _shown(closing.close(slug, body, circumstances), located=True)


def _shown(record: TenantRecord, *, located: bool = False) -> Answer[Tenant]:
    described = registry.describe(record)
    location = f"/v1/tenants/{described.tenant.slug}" if located else None
    return Answer(described.tenant, etag=described.etag, location=location)
