"""The registry in the platform table: one item for each tenant, for ever, listed by slug in the index ``listed``.

A closed tenant's item stays: its slug is in old certificates and addresses, so nobody else may have it.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from chalicelib import clock
from chalicelib.storage.items import Item
from chalicelib.storage.spaces import platform, registry_key
from chalicelib.storage.table import Rows, Write

_LISTED = "tenants"


def read(slug: str, *, consistent: bool = False) -> Item | None:
    """A tenant's item: one GetItem, 0.5 RCU (1 when ``consistent``)."""
    return platform().table("people").get(*registry_key(slug), consistent=consistent)


def registering(slug: str, facts: Mapping[str, Any]) -> Write:
    """A new tenant's item, which must not exist, for a transaction."""
    pk, sk = registry_key(slug)
    at = clock.timestamp()
    return (
        platform()
        .table("people")
        .creating(
            {"pk": pk, "sk": sk, "l": _LISTED, "ls": slug, "created_at": at, "updated_at": at, "v": 1, "cell": "1"}
            | dict(facts)
        )
    )


def change(slug: str, version: int, facts: Mapping[str, Any]) -> Item:
    """Set ``facts`` (``None`` removes one) on this very version: one UpdateItem, 1 WCU per KB, and for the index.

    Raises: ConditionFailed, with the item as it is.
    """
    return platform().table("people").update(*registry_key(slug), **_changed(version, facts))


def changing(slug: str, version: int, facts: Mapping[str, Any]) -> Write:
    """:func:`change` for a transaction."""
    return platform().table("people").updating(*registry_key(slug), **_changed(version, facts))


def _changed(version: int, facts: Mapping[str, Any]) -> dict[str, Any]:
    sets = {name: value for name, value in facts.items() if value is not None}
    sets |= {"updated_at": clock.timestamp(), "v": version + 1}
    removed = [f"#{name}" for name, value in facts.items() if value is None]
    expression = "SET " + ", ".join(f"#{name} = :{name}" for name in sets)
    return {
        "expression": expression + (f" REMOVE {', '.join(removed)}" if removed else ""),
        "values": {f":{name}": value for name, value in sets.items()} | {":read": version},
        "names": {f"#{name}": name for name in (*sets, *facts)},
        "condition": "#v = :read",
    }


def listed(after: str | None, limit: int) -> Rows:
    """Tenants by slug, going on after that one: one Query of the index, about 0.1 RCU each."""
    start = None
    if after:
        pk, sk = registry_key(after)
        start = {"pk": pk, "sk": sk, "l": _LISTED, "ls": after}
    return platform().table("people").query(_LISTED, index="listed", after=start, limit=limit)
