"""Providers in the people table: all of a space's are in one partition, few and small.

| item | pk, sk | holds |
|---|---|---|
| provider | ``providers``, ``<id>`` | its terms, its secret sealed, a version |
"""

from __future__ import annotations

from chalicelib.storage.items import Item
from chalicelib.storage.spaces import Space

_PK = "providers"


def everything(space: Space) -> list[Item]:
    """All providers of a space: one Query, some 2 RCU."""
    return space.table("people").query_all(_PK)


def get(space: Space, provider_id: str) -> Item | None:
    """One provider now: one GetItem, 1 RCU."""
    return space.table("people").get(_PK, provider_id, consistent=True)


def create(space: Space, provider_id: str, facts: Item) -> None:
    """Keep a new provider: one PutItem. Raises: ConditionFailed, with the one that is there."""
    space.table("people").create({"pk": _PK, "sk": provider_id, **facts})


def replace(space: Space, provider_id: str, version: int, facts: Item) -> None:
    """Keep a provider in its next version: one PutItem. Raises: ConditionFailed when it is no longer this version."""
    item = {"pk": _PK, "sk": provider_id, **facts}
    space.table("people").put(item, condition="v = :v", values={":v": version})


def delete(space: Space, provider_id: str) -> None:
    """Forget a provider: one DeleteItem."""
    space.table("people").delete(_PK, provider_id)
