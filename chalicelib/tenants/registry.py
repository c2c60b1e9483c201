"""Who has a space: a tenant's profile for every feature, the list for operators, and changes that nobody overwrites."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass
from typing import Any

from chalicelib import vietnamese
from chalicelib.errors import Conflict, NotFound, PreconditionFailed, Unavailable
from chalicelib.http import paging
from chalicelib.http.caching import Remembered
from chalicelib.http.models import Page
from chalicelib.http.requests import Circumstances
from chalicelib.jobs import queue
from chalicelib.storage import spaces
from chalicelib.storage.items import Item
from chalicelib.storage.spaces import Space, SpaceStatus
from chalicelib.storage.table import ConditionFailed, Write
from chalicelib.tenants import logos, store, views
from chalicelib.tenants.models import (
    Brand,
    BrandEdit,
    Kind,
    Settings,
    SpaceEdit,
    Tenant,
    TenantCard,
    TenantQuery,
)
from chalicelib.tenants.store import TenantRecord as TenantRecord  # other features name it by this module

_PROFILES_KEPT = 5_000
_TRIES = 5
_LISTED_AT_ONCE = 500  # about half a megabyte
_LISTS_READ = 8  # so many pieces of the registry are looked through for one page: all 3,400 communes


class TenantClosed(Conflict):
    """The tenant's space is closed for good, or about to be."""

    code = "tenant_closed"
    vi = "Không gian của đơn vị này đã đóng hoặc đang được đóng."
    en = "This organisation's space is closed, or being closed."


@dataclass(frozen=True, slots=True)
class TenantProfile:
    """A tenant as every feature may see it."""

    slug: str
    name: str
    kind: Kind
    status: SpaceStatus
    brand: Brand
    settings: Settings
    logo_key: str | None  # in the content bucket

    @property
    def short_name(self) -> str:
        """The name that fits beside a logo."""
        return self.brand.short_name


@dataclass(frozen=True, slots=True)
class Described:
    """A tenant as operators see it, and which state of it that is."""

    tenant: Tenant
    etag: str


_profiles: Remembered[str, TenantProfile] = Remembered(_PROFILES_KEPT, fresh_s=spaces.FRESH_S)


def profile(space: Space | str) -> TenantProfile:
    """A tenant's profile: 0 calls when warm (at most a minute old), else one GetItem. Raises: NotFound."""
    slug = space if isinstance(space, str) else space.slug
    found = _profiles.get(slug, lambda: _read_profile(slug))
    if found.status == "opening":
        _profiles.forget(slug)  # it changes in seconds
    return found


def settings(space: Space | str) -> Settings:
    """What a space has chosen; costs what :func:`profile` costs. Raises: NotFound."""
    return profile(space).settings


def logo_address(space: Space) -> str:
    """Where S3 gives the space's logo out, for a while; costs what :func:`profile` costs. Raises: NotFound."""
    key = profile(space).logo_key
    if key is None:
        raise NotFound
    return logos.address(key)


def forget(slug: str | None = None) -> None:
    """Look again next time: after this process changed a tenant (all of them when no name is given)."""
    spaces.directory.forget(slug)
    if slug is None:
        _profiles.clear()
    else:
        _profiles.forget(slug)


def require(slug: str) -> TenantRecord:
    """A tenant's record as it is at this moment: one consistent GetItem. Raises: NotFound."""
    record = find(slug)
    if record is None:
        raise NotFound
    return record


def find(slug: str) -> TenantRecord | None:
    """A tenant's record as it is at this moment, if there is one: one consistent GetItem."""
    return store.read(slug, consistent=True)


def require_not_closed(record: TenantRecord) -> None:
    """Raises: TenantClosed."""
    if record.status in ("closing", "closed"):
        raise TenantClosed


def describe(record: TenantRecord) -> Described:
    """A tenant as operators see it, with its validator: one GetItem for the job that opens or closes its space."""
    job = queue.peek(record.slug, (record.closing or record.opening)["job"])
    return Described(views.tenant(record, job), views.tenant_etag(record, job))


def registering(slug: str, facts: Mapping[str, Any]) -> Write:
    """A new tenant's item, which must not exist, for a transaction."""
    return store.registering(slug, facts)


def changing(record: TenantRecord, facts: Mapping[str, Any]) -> Write:
    """A :func:`change` for a transaction; call :func:`forget` afterwards."""
    return store.changing(record.slug, record.v, facts)


def change(record: TenantRecord, facts: Mapping[str, Any]) -> TenantRecord:
    """Set ``facts`` on the state that was read (``None`` removes one): one UpdateItem. Raises: PreconditionFailed."""
    try:
        changed = store.change(record.slug, record.v, facts)
    except ConditionFailed:
        raise PreconditionFailed from None
    forget(record.slug)
    return changed


def settle(slug: str, decide: Callable[[TenantRecord], Mapping[str, Any]]) -> TenantRecord:
    """Bring a tenant into a state, whoever else changes it meanwhile: ``decide`` says what to set on the record it is
    given (nothing: it is so already), again and again until nobody was quicker. Raises: NotFound, Unavailable."""
    for _ in range(_TRIES):
        record = require(slug)
        facts = decide(record)
        if not facts:
            forget(slug)
            return record
        with suppress(PreconditionFailed):
            return change(record, facts)
    raise Unavailable


def edit(
    record: TenantRecord,
    patch: SpaceEdit,
    circumstances: Circumstances,
    etag: str,
    more: Mapping[str, Any] | None = None,
) -> TenantRecord:
    """Change a tenant's brand and settings (and ``more`` of its attributes) as someone asked who has read the state of
    that ``etag``. Raises: PreconditionRequired, PreconditionFailed, TenantClosed.
    """
    circumstances.require_match(etag)
    require_not_closed(record)
    facts = _edited(record, patch, more or {})
    return change(record, facts) if facts else record


def _edited(record: TenantRecord, patch: SpaceEdit, more: Mapping[str, Any]) -> dict[str, Any]:
    """What the patch makes of the record's attributes (RFC 7396); what it does not name keeps what others wrote."""
    facts: dict[str, Any] = dict(more)
    if patch.settings:
        facts["settings"] = merged(record.settings, patch.settings.model_dump(exclude_unset=True))
    if patch.brand:
        facts["brand"] = _edited_brand(record, patch.brand)
    if facts:
        name, brand = facts.get("name", record.name), facts.get("brand", record.brand)
        facts["search"] = search_text(record.slug, name, brand["short_name"])
    return facts


def _edited_brand(record: TenantRecord, patch: BrandEdit) -> dict[str, Any]:
    brand = merged(record.brand, patch.model_dump(exclude_unset=True, exclude={"logo", "support"}))
    if "support" in patch.model_fields_set:
        brand["support"] = patch.support.model_dump(exclude_none=True) if patch.support else None
    if "logo" in patch.model_fields_set:
        brand["logo"] = logos.keep(Space(record.slug), patch.logo) if patch.logo else None
    return brand


def merged(kept: Mapping[str, Any], patch: Mapping[str, Any]) -> dict[str, Any]:
    """A JSON merge patch applied (RFC 7396): ``None`` removes, objects merge, everything else replaces."""
    result = dict(kept)
    for name, value in patch.items():
        if value is None:
            result.pop(name, None)
        elif isinstance(value, Mapping):
            below = result.get(name)
            result[name] = merged(below if isinstance(below, Mapping) else {}, value)
        else:
            result[name] = value
    return result


def search_text(slug: str, name: str, short_name: str) -> str:
    """What a search for a tenant looks through: without diacritics, in lower case."""
    return vietnamese.fold(f"{name} {short_name} {slug}")


def page(query: TenantQuery) -> Page[TenantCard]:
    """One page of the tenants that a query asks for, by slug.

    The registry is small (a few thousand items of about 1 KB), so it is looked through in pieces rather than indexed
    for each filter: one Query for each piece, and at most eight; a page may then be short and still have a next one.
    """
    found: list[Item] = []
    after = paging.decode(query.cursor, str)[0] if query.cursor else None
    filtered = bool(query.q or query.kind or query.status)
    for _ in range(_LISTS_READ):
        rows = store.listed(after, _LISTED_AT_ONCE if filtered else query.limit + 1)
        for item in rows.items:
            if _matches(item, query):
                found.append(item)
            if len(found) > query.limit:
                return _page(found[: query.limit], found[query.limit - 1]["ls"])
        if rows.after is None:
            return _page(found, None)
        after = rows.after["ls"]
    return _page(found, after)


def _page(items: list[Item], after: str | None) -> Page[TenantCard]:
    return Page[TenantCard](items=[views.card(item) for item in items], next=paging.encode(after) if after else None)


def _matches(item: Item, query: TenantQuery) -> bool:
    return (
        (query.kind is None or item["kind"] == query.kind)
        and (query.status is None or item["status"] == query.status)
        and all(word in item["search"] for word in vietnamese.fold(query.q).split())
    )


def _read_profile(slug: str) -> TenantProfile:
    record = store.read(slug)
    if record is None:
        raise NotFound
    return TenantProfile(
        slug=slug,
        name=record.name,
        kind=record.kind,
        status=record.status,
        brand=views.brand(record),
        settings=views.settings(record),
        logo_key=(record.brand.get("logo") or {}).get("key"),
    )
