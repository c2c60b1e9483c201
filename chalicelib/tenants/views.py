"""A tenant's record as people see it: the public, the space's admin, operators."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict
from typing import Any

from chalicelib.jobs.queue import JobItem
from chalicelib.storage import quotas
from chalicelib.storage.items import Item
from chalicelib.storage.spaces import SpaceStatus
from chalicelib.tenants import logos
from chalicelib.tenants.colours import WHITE
from chalicelib.tenants.models import (
    CLOSING_STEPS,
    OPENING_STEPS,
    Brand,
    Closing,
    Logo,
    Opening,
    PublicStatus,
    Settings,
    ShownColours,
    ShownSupport,
    SpaceSettings,
    Tenant,
    TenantCard,
    WorkError,
    WorkState,
    WorkStep,
)
from chalicelib.tenants.store import TenantRecord

_STATES: dict[str, WorkState] = {"queued": "waiting", "running": "running", "done": "done"}


def brand(record: TenantRecord) -> Brand:
    """How the space is dressed."""
    kept = record.brand
    colours, logo, support = kept["colours"], kept.get("logo"), kept.get("support")
    accent = colours.get("accent")
    return Brand(
        short_name=kept["short_name"],
        colours=ShownColours(primary=colours["primary"], accent=accent, on_accent=WHITE if accent else None),
        logo=_logo(record.slug, logo) if logo else None,
        support=ShownSupport.model_validate(support) if support else None,
    )


def _logo(slug: str, kept: Item) -> Logo:
    return Logo(
        url=logos.public_url(slug, kept),
        content_type=kept["content_type"],
        width=kept["width"],
        height=kept["height"],
    )


def public_status(status: SpaceStatus) -> PublicStatus:
    """What visitors read: a space being restored is one that is suspended."""
    return "suspended" if status == "restoring" else status


def settings(record: TenantRecord) -> Settings:
    """What the space has chosen."""
    return Settings.model_validate(record.settings, extra="ignore")


def space_settings(record: TenantRecord) -> SpaceSettings:
    """What the space's admin sees."""
    return SpaceSettings.model_validate(_for_admin(record))


def _for_admin(record: TenantRecord) -> dict[str, Any]:
    return {
        "slug": record.slug,
        "name": record.name,
        "kind": record.kind,
        "status": record.status,
        "brand": brand(record),
        "settings": settings(record),
        "suspension": record.suspension,
        "updated_at": record.updated_at,
    }


def tenant(record: TenantRecord, job: JobItem | None) -> Tenant:
    """What operators see; ``job`` is the one that opens (or last opened) the space, or closes it, if it is kept."""
    return Tenant.model_validate(
        _for_admin(record)
        | {
            "first_admin": record.first_admin or {"name": "", "email": ""},
            "opening": opening(record, None if record.closing else job),
            "closing": closing(record, job),
            "restoring": record.restoring,
            "quotas": asdict(quotas.of(record.quotas)),
            "cell": record.cell,
            "created_at": record.created_at,
        }
    )


def opening(record: TenantRecord, job: JobItem | None) -> Opening:
    """How far the opening is. A job is kept for 90 days; after that the tenant's status alone tells."""
    job_less: WorkState = "failed" if record.status == "opening" else "done"
    return Opening.model_validate(_work(OPENING_STEPS, job, job_less))


def closing(record: TenantRecord, job: JobItem | None) -> Closing | None:
    """How far the closing is, if it was asked for."""
    if record.closing is None:
        return None
    work = _work(CLOSING_STEPS, job, "done" if record.status == "closed" else "failed")
    return Closing.model_validate({**work, "at": record.closing["at"], "reason": record.closing["reason"]})


def _work(steps: Sequence[str], job: JobItem | None, job_less: WorkState) -> dict[str, Any]:
    """How far a job of those steps is; its state is ``job_less`` when it is no longer kept."""
    state = _STATES.get(job.state, "failed") if job else job_less
    done = len(steps) if state == "done" else (job and job.done) or 0
    return {
        "state": state,
        "step": None if state == "done" or job is None else steps[min(done, len(steps) - 1)],
        "steps": [WorkStep(name=name, done=place < done) for place, name in enumerate(steps)],
        "attempts": job.attempts if job else 0,
        "error": WorkError.model_validate(job.error) if job and job.error and state != "done" else None,
    }


def card(item: Item) -> TenantCard:
    """A line of the list, of an item read raw."""
    return TenantCard(
        slug=item["ls"],
        name=item["name"],
        short_name=item["brand"]["short_name"],
        kind=item["kind"],
        status=item["status"],
        created_at=item["created_at"],
    )


def settings_etag(record: TenantRecord) -> str:
    """Which state of the record this is."""
    return f'"{record.v}"'


def tenant_etag(record: TenantRecord, job: JobItem | None) -> str:
    """Which state of the tenant this is: while a space is being opened or closed, its steps are a part of it."""
    shown = closing(record, job) or opening(record, job)
    if shown.state == "done":
        return settings_etag(record)
    done = sum(step.done for step in shown.steps)
    return f'"{record.v}-{shown.state}-{done}-{shown.attempts}"'
