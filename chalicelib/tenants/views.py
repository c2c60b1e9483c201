"""A registry item as people see it: the public, the space's admin, operators."""

from __future__ import annotations

from typing import Any

from chalicelib.storage.items import Item
from chalicelib.tenants import logos
from chalicelib.tenants.colours import WHITE
from chalicelib.tenants.models import (
    OPENING_STEPS,
    Brand,
    Logo,
    Opening,
    OpeningState,
    OpeningStep,
    Settings,
    ShownColours,
    ShownSupport,
    SpaceSettings,
    Tenant,
    TenantCard,
)

_STATES: dict[str, OpeningState] = {"queued": "waiting", "running": "running", "done": "done"}


def slug_of(item: Item) -> str:
    """The tenant's slug, from its key."""
    return str(item["pk"]).removeprefix("tenant#")


def brand(item: Item) -> Brand:
    """How the space is dressed."""
    kept = item["brand"]
    colours, logo, support = kept["colours"], kept.get("logo"), kept.get("support")
    accent = colours.get("accent")
    return Brand(
        short_name=kept["short_name"],
        colours=ShownColours(primary=colours["primary"], accent=accent, on_accent=WHITE if accent else None),
        logo=_logo(slug_of(item), logo) if logo else None,
        support=ShownSupport.model_validate(support) if support else None,
    )


def _logo(slug: str, kept: Item) -> Logo:
    return Logo(
        url=logos.public_url(slug, kept),
        content_type=kept["content_type"],
        width=kept["width"],
        height=kept["height"],
    )


def settings(item: Item) -> Settings:
    """What the space has chosen."""
    return Settings.model_validate(item["settings"], extra="ignore")


def space_settings(item: Item) -> SpaceSettings:
    """What the space's admin sees."""
    return SpaceSettings.model_validate(_for_admin(item))


def _for_admin(item: Item) -> dict[str, Any]:
    return {
        "slug": slug_of(item),
        "name": item["name"],
        "kind": item["kind"],
        "status": item["status"],
        "brand": brand(item),
        "settings": settings(item),
        "suspension": item.get("suspension"),
        "updated_at": item["updated_at"],
    }


def tenant(item: Item, job: Item | None) -> Tenant:
    """What operators see; ``job`` is the one that opens (or last opened) the space, if it is still kept."""
    return Tenant.model_validate(
        _for_admin(item)
        | {
            "first_admin": item.get("first_admin") or {"name": "", "email": ""},
            "opening": opening(item, job),
            "cell": item["cell"],
            "created_at": item["created_at"],
        }
    )


def opening(item: Item, job: Item | None) -> Opening:
    """How far the opening is. A job is kept for 90 days; after that the tenant's status alone tells."""
    state = _opening_state(item, job)
    done = len(OPENING_STEPS) if state == "done" else int((job or {}).get("done") or 0)
    return Opening(
        state=state,
        step=None if state == "done" or job is None else OPENING_STEPS[min(done, len(OPENING_STEPS) - 1)],
        steps=[OpeningStep(name=name, done=place < done) for place, name in enumerate(OPENING_STEPS)],
        attempts=job["attempts"] if job else 0,
        error=job.get("error") if job and state != "done" else None,
    )


def _opening_state(item: Item, job: Item | None) -> OpeningState:
    if job is None:
        return "failed" if item["status"] == "opening" else "done"
    return _STATES.get(job["state"], "failed")


def card(item: Item) -> TenantCard:
    """A line of the list."""
    return TenantCard(
        slug=slug_of(item),
        name=item["name"],
        short_name=item["brand"]["short_name"],
        kind=item["kind"],
        status=item["status"],
        created_at=item["created_at"],
    )


def settings_etag(item: Item) -> str:
    """Which state of the registry's item this is."""
    return f'"{item["v"]}"'


def tenant_etag(item: Item, job: Item | None) -> str:
    """Which state of the tenant this is: while a space is being opened its steps are a part of it."""
    shown = opening(item, job)
    if shown.state == "done":
        return settings_etag(item)
    done = sum(step.done for step in shown.steps)
    return f'"{item["v"]}-{shown.state}-{done}-{shown.attempts}"'
