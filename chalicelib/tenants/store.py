"""The registry in the platform table: one item for each tenant, for ever, listed by slug in the index ``listed``.

A closed tenant's item stays: its slug is in old certificates and addresses, so nobody else may have it.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from pynamodb.attributes import UnicodeAttribute
from pynamodb.expressions.update import Action

from chalicelib import clock
from chalicelib.storage.attributes import Facts, Whole, Word, optional
from chalicelib.storage.models import TenantItem
from chalicelib.storage.spaces import SpaceStatus, platform, registry_key
from chalicelib.storage.table import Rows, Write
from chalicelib.tenants.models import Kind

_LISTED = "tenants"


class TenantRecord(TenantItem):
    """A tenant: ``tenant#<slug>``, ``tenant``. Its maps are what ``models.py`` checked when they came in; ``v`` counts
    the changes."""

    table_kind = "people"

    status: Word[SpaceStatus] = Word()
    kind: Word[Kind] = Word()
    name = UnicodeAttribute()
    search = UnicodeAttribute()
    brand = Facts()
    settings = Facts()
    opening = Facts()  # the job that opens the space, or last did
    first_admin = Facts()
    suspension = optional(Facts())
    closing = optional(Facts())  # the job that closes the space, when, by whom and why
    restoring = optional(Facts())  # the restore under way: to when, how far, which run is at it until when
    beside = optional(Facts())  # points in time whose tables stand beside the live ones
    closed_at = optional(UnicodeAttribute())
    quotas = optional(Facts())  # those that operators set; the rest are usual (storage/quotas.py)
    opened_at = optional(UnicodeAttribute())
    created_at = UnicodeAttribute()
    updated_at = UnicodeAttribute()
    cell = UnicodeAttribute()
    v = Whole()
    listed_in = UnicodeAttribute(attr_name="l")
    listed_place = UnicodeAttribute(attr_name="ls")

    @property
    def slug(self) -> str:
        """The tenant's slug, from its key."""
        return self.pk.removeprefix("tenant#")


def _record(slug: str, **facts: Any) -> TenantRecord:
    return platform()[TenantRecord](*registry_key(slug), **facts)


def read(slug: str, *, consistent: bool = False) -> TenantRecord | None:
    """A tenant's item: one GetItem, 0.5 RCU (1 when ``consistent``)."""
    return platform()[TenantRecord].find(*registry_key(slug), consistent=consistent)


def registering(slug: str, facts: Mapping[str, Any]) -> Write:
    """A new tenant's item, which must not exist, for a transaction."""
    at = clock.timestamp()
    kept = {"created_at": at, "updated_at": at, "v": 1, "cell": "1", "listed_in": _LISTED, "listed_place": slug}
    return _record(slug, **kept, **facts).creating()


def change(slug: str, version: int, facts: Mapping[str, Any]) -> TenantRecord:
    """Set ``facts`` (``None`` removes one) on this very version: one UpdateItem, 1 WCU per KB, and for the index.

    Raises: ConditionFailed, with the item as it is.
    """
    record = _record(slug)
    record.update(_setting(version, facts), TenantRecord.v == version)
    return record


def changing(slug: str, version: int, facts: Mapping[str, Any]) -> Write:
    """:func:`change` for a transaction."""
    return _record(slug).updating(_setting(version, facts), TenantRecord.v == version)


def _setting(version: int, facts: Mapping[str, Any]) -> list[Action]:
    return TenantRecord.setting({**facts, "updated_at": clock.timestamp(), "v": version + 1})


def listed(after: str | None, limit: int) -> Rows:
    """Tenants by slug, going on after that one: one Query of the index, about 0.1 RCU each."""
    start = None
    if after:
        pk, sk = registry_key(after)
        start = {"pk": pk, "sk": sk, "l": _LISTED, "ls": after}
    return platform().table("people").query(_LISTED, index="listed", after=start, limit=limit)
