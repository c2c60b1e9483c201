"""The audiences of a space in its people table: keys, and one function per access pattern.

| item | pk, sk | holds |
|---|---|---|
| state | ``audiences``, ``#state`` | the number of the rules, the job that brings them to everyone, what is asked for |
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


def job_of(space: Space) -> str | None:
    """The job that brings the rules of now to everyone: one GetItem, 1 RCU."""
    item = space.table("people").get(_PK, STATE, consistent=True)
    return item.get("job") if item else None


def putting(space: Space, audience_id: str, facts: Mapping[str, Any], version: int) -> Write:
    """The put of an audience that had this version (0: none), inside a transaction."""
    item = {"pk": _PK, "sk": audience_id, **facts, "version": version + 1}
    if version == 0:
        return space.table("people").creating(item)
    return space.table("people").putting(item, condition="version = :old", values={":old": version})


def deleting(space: Space, audience_id: str, version: int) -> Write:
    """The removal of an audience that has this version, inside a transaction."""
    return space.table("people").deleting(_PK, audience_id, condition="version = :old", values={":old": version})


def write(space: Space, audience: Write | None, old_number: int, job_id: str) -> None:
    """Write an audience, move the number of the rules on and name the job that brings them to everyone: 1 transaction.

    Raises: TransactionFailed when somebody else was quicker.
    """
    condition, values = "attribute_not_exists(#number)", {":new": old_number + 1, ":job": job_id}
    if old_number:
        condition, values[":old"] = "#number = :old", old_number
    names = {"#number": "number", "#job": "job"}
    numbering = space.table("people").updating(
        _PK, STATE, "SET #number = :new, #job = :job", values, names=names, condition=condition
    )
    transact([*([audience] if audience else []), numbering])


def keep_asked(space: Space, asked: Sequence[str], old: Sequence[str] | None) -> None:
    """Which fields of the profile the space asks for, in place of those (``None``: it has never said): 1 UpdateItem.

    Raises: ConditionFailed.
    """
    values = {":asked": list(asked), **({":old": list(old)} if old is not None else {})}
    condition = "asked = :old" if old is not None else "attribute_not_exists(asked)"
    space.table("people").update(_PK, STATE, "SET asked = :asked", values, condition=condition, returns="NONE")
