"""Inboxes in a space's people table, and in the platform's which spaces have a letter to write on a morning.

| item | pk, sk | holds |
|---|---|---|
| note | ``person#<id>``, ``note#<id>`` | what the person was told (``notes.py``); index by morning; TTL 180 days |
| morning | ``digest#<2026-11-25>``, ``<slug>`` (platform table) | that somebody of the space was told of something |

In the index a note stands under ``digest#<morning>#<shard>``, by person: what goes into one letter stands together.
"""

from __future__ import annotations

from datetime import date

from chalicelib import clock, ids
from chalicelib.notifications.kinds import KINDS
from chalicelib.notifications.notes import Note
from chalicelib.people.keys import person_pk
from chalicelib.storage.items import Item
from chalicelib.storage.spaces import Space, platform
from chalicelib.storage.table import ConditionFailed, Table

SHARDS = 4
_NOTE = "note#"
_PLANNED_S = 14 * 24 * 3600


def put_note(space: Space, person_id: str, note: Note, morning: date) -> bool:
    """Tell a person, unless they were told of this very thing: 1 PutItem, 1 WCU and the index. Gives whether it is
    new."""
    listed: Item = {}
    if KINDS[note.kind].mailed:
        shard = ids.shard(person_id, SHARDS)
        listed = {"l": _digest(morning, shard), "ls": f"{person_id}#{note.id}"}
    item = {"pk": person_pk(person_id), "sk": _NOTE + note.id, **note.facts(), **listed}
    try:
        _table(space).create(item)
    except ConditionFailed:
        return False
    return True


def plan(space: Space, morning: date) -> None:
    """Have the space's letters written on that morning: 1 PutItem of the platform's table, 1 WCU. Planning it again
    changes nothing."""
    ttl = clock.epoch_s() + _PLANNED_S
    platform().table("people").put({"pk": f"digest#{morning.isoformat()}", "sk": space.slug, "ttl": ttl})


def _digest(morning: date, shard: int) -> str:
    return f"digest#{morning.isoformat()}#{shard}"


def _table(space: Space) -> Table:
    return space.table("people")
