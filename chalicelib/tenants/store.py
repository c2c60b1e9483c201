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


def changing(slug: str, version: int, facts: Mapping[str, Any]) -> tuple[tuple[Any, ...], dict[str, Any]]:
    """The arguments of an update that sets ``facts`` (``None`` removes one) on this very version of an item."""
    sets = {name: value for name, value in facts.items() if value is not None}
    removed = [name for name in facts if name not in sets]
    expression = "SET #v = :next, #updated_at = :at" + "".join(f", #{name} = :{name}" for name in sets)
    if removed:
        expression += " REMOVE " + ", ".join(f"#{name}" for name in removed)
    values = {f":{name}": value for name, value in sets.items()}
    values |= {":next": version + 1, ":v": version, ":at": clock.timestamp()}
    names = {f"#{name}": name for name in (*facts, "v", "updated_at")}
    return (*registry_key(slug), expression, values), {"names": names, "condition": "#v = :v"}


def change(slug: str, version: int, facts: Mapping[str, Any]) -> Item:
    """Set ``facts`` on this very version: one UpdateItem, 1 WCU per KB and as much for the index.

    Raises: ConditionFailed, with the item as it is.
    """
    arguments, more = changing(slug, version, facts)
    return platform().table("people").update(*arguments, **more)


def listed(after: str | None, limit: int) -> Rows:
    """Tenants by slug, going on after that one: one Query of the index, about 0.1 RCU each."""
    start = None
    if after:
        pk, sk = registry_key(after)
        start = {"pk": pk, "sk": sk, "l": _LISTED, "ls": after}
    return platform().table("people").query(_LISTED, index="listed", after=start, limit=limit)
