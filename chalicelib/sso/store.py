"""Providers, and sign-ins there that were refused as ambiguous, in the people table: all of a space's providers are in
one partition, few and small.

| item | pk, sk | holds |
|---|---|---|
| provider | ``providers``, ``<id>`` | its terms, its secret sealed, a version |
| ambiguity | ``ambiguous#<case>``, ``ambiguous`` | which identifiers point to whom; index ``ambiguous``; TTL |
"""

from __future__ import annotations

from chalicelib.errors import NotFound
from chalicelib.storage.items import Item
from chalicelib.storage.spaces import Space
from chalicelib.storage.table import ConditionFailed, Rows

AMBIGUITY = "ambiguous#"
_PK = "providers"
_CASE = _CASES = "ambiguous"


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


def put_ambiguity(space: Space, case_id: str, facts: Item) -> None:
    """A case, in place of an earlier one of the same person: one PutItem, 1 WCU a KB and the index."""
    listed = {"l": _CASES, "ls": f"{facts['at']}#{case_id}"}
    space.table("people").put({"pk": f"{AMBIGUITY}{case_id}", "sk": _CASE, **facts, **listed})


def ambiguities(space: Space, after: str, limit: int) -> Rows:
    """Cases that follow a place (empty: the first), the latest first: one Query."""
    case_id = after.rpartition("#")[2]
    start = {"pk": f"{AMBIGUITY}{case_id}", "sk": _CASE, "l": _CASES, "ls": after} if after else None
    return space.table("people").query(_CASES, index="listed", after=start, limit=limit, descending=True)


def delete_ambiguity(space: Space, case_id: str) -> None:
    """A case that is settled: one DeleteItem, 1 WCU and the index. Raises: NotFound."""
    try:
        space.table("people").delete(f"{AMBIGUITY}{case_id}", _CASE, condition="attribute_exists(pk)")
    except ConditionFailed:
        raise NotFound from None
