"""What has been used once, and which sign-ins lead to several accounts, in the people table.

| item | pk, sk | holds |
|---|---|---|
| used | ``used#<whose>#<fingerprint>``, ``used`` | TTL: until what was used has expired by itself |
| ambiguity | ``ambiguous#<case>``, ``ambiguous`` | what points to whom, whom an admin chose; index ``ambiguous``; TTL |
| an app's | ``person#<id>``, ``conflict#<app>`` | the same of an app's person, who has this account meanwhile |
"""

from __future__ import annotations

from chalicelib.errors import NotFound
from chalicelib.storage.items import Item
from chalicelib.storage.spaces import Space
from chalicelib.storage.table import ConditionFailed, Rows, Write

AMBIGUOUS = "ambiguous"  # the partition of the index
_Key = tuple[str, str]


def mark_used(space: Space, whose: str, fingerprint: str, until: int) -> None:
    """Note that a party's assertion, or a ticket, has been used, until that time (epoch seconds): one PutItem, 1 WCU.

    Raises: ConditionFailed when it was noted before.
    """
    space.table("people").create({"pk": f"used#{whose}#{fingerprint}", "sk": "used", "ttl": until})


def put_ambiguity(space: Space, key: _Key, case_id: str, facts: Item) -> None:
    """A case, in place of an earlier one of the same person: one PutItem, 1 WCU a KB and the index."""
    space.table("people").put(_listed(key, case_id, facts))


def putting_ambiguity(space: Space, key: _Key, case_id: str, facts: Item) -> Write:
    """The same in a transaction: 2 WCU a KB and the index."""
    return space.table("people").putting(_listed(key, case_id, facts))


def ambiguities(space: Space, after: Item | None, limit: int) -> Rows:
    """Cases that follow one (none: the first), the latest first: one Query."""
    return space.table("people").query(AMBIGUOUS, index="listed", after=after, limit=limit, descending=True)


def ambiguity(space: Space, key: _Key) -> Item | None:
    """One case now: one GetItem, 1 RCU."""
    return space.table("people").get(*key, consistent=True)


def choose(space: Space, key: _Key, person_id: str, until: int) -> None:
    """Keep whom an admin chose, until that time, and list the case no more: one UpdateItem, 1 WCU and the index.

    Raises: NotFound.
    """
    expression = "SET chosen = :person, #ttl = :until REMOVE l, ls"
    values = {":person": person_id, ":until": until}
    try:
        space.table("people").update(
            *key, expression, values, names={"#ttl": "ttl"}, condition="attribute_exists(l)", returns="NONE"
        )
    except ConditionFailed:
        raise NotFound from None


def delete_ambiguity(space: Space, key: _Key) -> None:
    """A case that is settled: one DeleteItem, 1 WCU and the index. Raises: NotFound."""
    try:
        space.table("people").delete(*key, condition="attribute_exists(l)")
    except ConditionFailed:
        raise NotFound from None


def deleting_ambiguity(space: Space, key: _Key) -> Write:
    """The same in a transaction, whether there is one or not: 2 WCU and the index."""
    return space.table("people").deleting(*key)


def _listed(key: _Key, case_id: str, facts: Item) -> Item:
    return {"pk": key[0], "sk": key[1], **facts, "l": AMBIGUOUS, "ls": f"{facts['at']}#{case_id}"}
