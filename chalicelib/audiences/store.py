"""The audiences of a space in its people table: keys, and one function per access pattern.

| item | pk, sk | holds |
|---|---|---|
| state | ``audiences``, ``#state`` | the number of the rules, how many people each has, what the space asks for |
| audience | ``audiences``, ``<id>`` | its name and rule; of a ready-made one, once it has been edited |

Every change of a rule moves the number on in the same transaction: of two who change something at once one is told to
begin anew, and whoever was grouped by earlier rules can be told.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from chalicelib.storage.items import Item
from chalicelib.storage.spaces import Space
from chalicelib.storage.table import Write, transact

_PK = "audiences"
STATE = "#state"  # sorts before every id, so that one Query reads the number before the rules that it counts


def read(space: Space) -> tuple[Item, dict[str, Item]]:
    """The state (empty at first) and all audiences that were written, by id: one Query, read consistently; 1 RCU for
    each 4 KB."""
    found = {item["sk"]: item for item in space.table("people").query_all(_PK, consistent=True)}
    return found.pop(STATE, {}), found


def number(space: Space) -> int:
    """The number of the rules: one GetItem, 1 RCU."""
    item = space.table("people").get(_PK, STATE, consistent=True)
    return int(item.get("number", 0)) if item else 0


def putting(space: Space, audience_id: str, facts: Mapping[str, Any], version: int) -> Write:
    """The put of an audience that had this version (0: none), inside a transaction."""
    item = {"pk": _PK, "sk": audience_id, **facts, "version": version + 1}
    if version == 0:
        return space.table("people").creating(item)
    return space.table("people").putting(item, condition="version = :old", values={":old": version})


def deleting(space: Space, audience_id: str, version: int) -> Write:
    """The removal of an audience that has this version, inside a transaction."""
    return space.table("people").deleting(_PK, audience_id, condition="version = :old", values={":old": version})


def write(space: Space, audience: Write, old_number: int, new_number: int, also: Sequence[Write] = ()) -> None:
    """Write an audience and the number of the rules: 1 transaction. Raises: TransactionFailed when either has moved."""
    numbering = space.table("people").updating(
        _PK,
        STATE,
        "SET #number = :new",
        {":new": new_number, ":old": old_number},
        names={"#number": "number"},
        condition="#number = :old" if old_number else "attribute_not_exists(#number)",
    )
    if not old_number:
        del numbering.request["Update"]["ExpressionAttributeValues"][":old"]
    transact([audience, numbering, *also])


def keep_counts(space: Space, counted: Mapping[str, int], at: str) -> None:
    """How many people each audience has: 1 UpdateItem."""
    space.table("people").update(
        _PK, STATE, "SET counted = :counted, counted_at = :at", {":counted": dict(counted), ":at": at}, returns="NONE"
    )


def keep_asked(space: Space, asked: Sequence[str]) -> None:
    """Which fields of the profile the space may ask for: 1 UpdateItem."""
    space.table("people").update(_PK, STATE, "SET asked = :asked", {":asked": list(asked)}, returns="NONE")
