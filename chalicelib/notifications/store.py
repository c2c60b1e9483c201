"""Inboxes in a space's people table, and in the platform's which spaces have a letter to write on a morning.

| item | pk, sk | holds |
|---|---|---|
| note | ``person#<id>``, ``note#<id>`` | what the person was told (``notes.py``); index by morning; TTL 180 days |
| wishes | ``person#<id>``, ``notices`` | until when all is read, what they do not wish, the last letter's day |
| device | ``person#<id>``, ``push#<id>`` | a browser that takes pushes: its address and its keys |
| browser | ``push-browser#<id>``, ``push`` | whose that browser is now |
| pushes | ``pushes``, ``pushes`` | that somebody of the space takes pushes |
| announcement | ``announcements``, ``<id>`` | its texts, to whom, how it stands; TTL one year |
| spent | ``notices-spent``, ``<what>#<day>`` | how many announcements, letters, pushes of a day; TTL |
| morning | ``digest#<2026-11-25>``, ``<slug>`` (platform table) | that somebody of the space was told of something |

In the index a note stands under ``digest#<morning>#<shard>``, by person: what goes into one letter stands together.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from contextlib import suppress
from datetime import date
from typing import Any

from chalicelib import clock, ids
from chalicelib.notifications.kinds import KINDS
from chalicelib.notifications.notes import Note
from chalicelib.people.keys import person_pk
from chalicelib.storage.items import Item
from chalicelib.storage.spaces import Space, platform
from chalicelib.storage.table import ConditionFailed, Rows, Table, TransactionFailed, Write, transact

SHARDS = 4
_NOTE, _WISHES, _DEVICE = "note#", "notices", "push#"
_PUSHES = ("pushes", "pushes")
_ANNOUNCEMENTS, _SPENT = "announcements", "notices-spent"
_DAYS_S, _YEAR_S = 14 * 24 * 3600, 366 * 24 * 3600
_INDEX, _LAST = "listed", "~"  # sorts after every id


def put_note(space: Space, person_id: str, note: Note, morning: date) -> bool:
    """Tell a person, unless they were told of this very thing: 1 PutItem, 1 WCU and the index. Gives whether it is
    new."""
    listed: Item = {}
    if KINDS[note.kind].mailed:
        listed = _in_letter(morning, person_id, note.id)
    item = {"pk": person_pk(person_id), "sk": _NOTE + note.id, **note.facts(), **listed}
    try:
        _table(space).create(item)
    except ConditionFailed:
        return False
    return True


def _in_letter(morning: date, person_id: str, note_id: str) -> Item:
    return {"l": _digest(morning, ids.shard(person_id, SHARDS)), "ls": f"{person_id}#{note_id}"}


def notes(space: Space, person_id: str, after: str | None, limit: int) -> Rows:
    """What a person was told, newest first, after a note's id: 1 Query, 0.5 RCU for eight or so."""
    start = {"pk": person_pk(person_id), "sk": _NOTE + after} if after else None
    return _table(space).query(person_pk(person_id), begins_with=_NOTE, after=start, limit=limit, descending=True)


def all_notes(space: Space, person_id: str) -> list[Item]:
    """All that a person was told: 1 Query for each megabyte."""
    return _table(space).query_all(person_pk(person_id), begins_with=_NOTE, consistent=True)


def move_note(space: Space, item: Item, person_id: str, changes: Mapping[str, Any]) -> None:
    """Let what one person was told be told to another, with these facts changed (``None``: none): 1 transaction, 4 WCU
    and the index. Whoever was told of it themselves keeps theirs, and the other stays where it is."""
    moved = {**item, **changes, "pk": person_pk(person_id)}
    if "l" in item:  # the letter of a morning to come
        morning = date.fromisoformat(item["l"].split("#")[1])
        moved |= _in_letter(morning, person_id, item["sk"].removeprefix(_NOTE))
    _move(space, item, moved)


def _move(space: Space, item: Item, moved: Item, *also: Write) -> None:
    creating = _table(space).creating({name: value for name, value in moved.items() if value is not None})
    with suppress(TransactionFailed):
        transact([creating, _table(space).deleting(item["pk"], item["sk"], condition="attribute_exists(pk)"), *also])


def note(space: Space, person_id: str, note_id: str) -> Item | None:
    """One thing that a person was told: 1 GetItem, 0.5 RCU."""
    return _table(space).get(person_pk(person_id), _NOTE + note_id)


def mark_read(space: Space, person_id: str, note_id: str) -> Item:
    """Note that one was read, if it was not: 1 UpdateItem, 1 WCU and the index. Raises: ConditionFailed."""
    return _table(space).update(
        person_pk(person_id),
        _NOTE + note_id,
        "SET #read = if_not_exists(#read, :now)",
        {":now": clock.epoch_ms()},
        names={"#read": "read"},
        condition="attribute_exists(pk)",
    )


def wishes(space: Space, person_id: str) -> Item:
    """What a person has read, and what they wish: 1 GetItem, read consistently, 1 RCU."""
    return _table(space).get(person_pk(person_id), _WISHES, consistent=True) or {}


def wishes_of(space: Space, person_ids: Iterable[str]) -> dict[str, Item]:
    """The same of many, of those who have said anything: 1 BatchGetItem a hundred, 0.5 RCU each."""
    found = _table(space).batch_get([(person_pk(each), _WISHES) for each in person_ids])
    return {pk.removeprefix(person_pk("")): item for (pk, _), item in found.items()}


def read_until(space: Space, person_id: str, until_ms: int) -> None:
    """Note that a person has read all that they were told until then; it never goes back. 1 UpdateItem, 1 WCU."""
    try:
        _table(space).update(
            person_pk(person_id),
            _WISHES,
            "SET read_until = :until",
            {":until": until_ms},
            condition="attribute_not_exists(read_until) OR read_until < :until",
            returns="NONE",
        )
    except ConditionFailed:
        return


def wish(
    space: Space, person_id: str, *, on: Sequence[str] = (), off: Sequence[str] = (), letters: bool | None = None
) -> Item:
    """Note what a person wishes (``on``) and does not (``off``): 1 UpdateItem, 1 WCU for each of the two that are
    given; gives all of it."""
    sets = "" if letters is None else "SET letters = :letters "
    item: Item = {}
    for action, names in (("ADD", off), ("DELETE", on)):
        if not names and not sets:
            continue
        values: Item = {":letters": letters} if sets else {}
        expression = sets + (f"{action} #off :names" if names else "")
        values |= {":names": set(names)} if names else {}
        item = _table(space).update(
            person_pk(person_id), _WISHES, expression, values, names={"#off": "off"} if names else None
        )
        sets = ""
    return item or wishes(space, person_id)


def join_wishes(space: Space, person_id: str, other_id: str, off: Sequence[str], *, quiet: bool) -> None:
    """Let a person not wish what another account of theirs did not (``quiet``: letters), noting what was added: 1
    UpdateItem, 1 WCU. Repeating it changes nothing."""
    values: Item = {":joined": {"off": list(off), "quiet": quiet}}
    expression = "SET #joined = :joined" + (", letters = :none" if quiet else "") + (" ADD #off :off" if off else "")
    values |= ({":none": False} if quiet else {}) | ({":off": set(off)} if off else {})
    names = {"#joined": f"joined#{other_id}"} | ({"#off": "off"} if off else {})
    with suppress(ConditionFailed):
        _table(space).update(
            person_pk(person_id), _WISHES, expression, values, names=names, condition="attribute_not_exists(#joined)",
            returns="NONE",
        )  # fmt: skip


def part_wishes(space: Space, person_id: str, other_id: str) -> None:
    """Take back what :func:`join_wishes` added: 1 GetItem and 1 UpdateItem."""
    name = f"joined#{other_id}"
    joined = wishes(space, person_id).get(name)
    if joined is None:
        return
    values = {":off": set(joined["off"])} if joined["off"] else {}
    expression = "REMOVE #joined" + (", letters" if joined["quiet"] else "") + (" DELETE #off :off" if values else "")
    names = {"#joined": name} | ({"#off": "off"} if values else {})
    _table(space).update(person_pk(person_id), _WISHES, expression, values, names=names, returns="NONE")


def take_letter(space: Space, person_id: str, day: date) -> bool:
    """Take it upon oneself to write to a person today, unless somebody has: 1 UpdateItem, 1 WCU."""
    try:
        _table(space).update(
            person_pk(person_id),
            _WISHES,
            "SET written = :day",
            {":day": day.isoformat()},
            condition="attribute_not_exists(written) OR written < :day",
            returns="NONE",
        )
    except ConditionFailed:
        return False
    return True


def give_letter_back(space: Space, person_id: str) -> None:
    """Nothing was sent after all: 1 UpdateItem, 1 WCU."""
    _table(space).update(person_pk(person_id), _WISHES, "REMOVE written", returns="NONE")


def of_morning(space: Space, morning: date, shard: int, after: str, limit: int) -> Rows:
    """What a morning's letters of one shard are about, by person, those after a person: 1 Query of the index."""
    between = (f"{after}{_LAST}" if after else "0", _LAST)
    return _table(space).query(_digest(morning, shard), index=_INDEX, between=between, limit=limit)


def plan(space: Space, morning: date) -> None:
    """Have the space's letters written on that morning: 1 PutItem of the platform's table, 1 WCU. Planning it again
    changes nothing."""
    ttl = clock.epoch_s() + _DAYS_S
    platform().table("people").put({"pk": f"digest#{morning.isoformat()}", "sk": space.slug, "ttl": ttl})


def planned(morning: date) -> list[str]:
    """The spaces that have letters to write on that morning: 1 Query for each megabyte, some 10,000 spaces."""
    return [item["sk"] for item in platform().table("people").query_all(f"digest#{morning.isoformat()}")]


def spend(space: Space, what: str, number: int, most: int) -> bool:
    """Count so many of what a space may do ``most`` times a day, if they are left: 1 UpdateItem, 1 WCU. One that was
    sent twice counts twice."""
    try:
        _table(space).update(**_spending(what, number, most), returns="NONE")
    except ConditionFailed:
        return False
    return True


def create_announcement(space: Space, announcement_id: str, facts: Item, most: int) -> str:
    """A new announcement, if one more may be made today: 1 transaction, 4 WCU for each KB. Gives ``made``, ``there``
    when it was made before, or ``too_many``."""
    item = {"pk": _ANNOUNCEMENTS, "sk": announcement_id, "ttl": clock.epoch_s() + _YEAR_S, **facts}
    counting = _table(space).updating(**_spending("announcements", 1, most))
    try:
        transact([_table(space).creating(item), counting])
    except TransactionFailed as failure:
        return "there" if 0 in failure.failed else "too_many"
    return "made"


def announcement(space: Space, announcement_id: str) -> Item | None:
    """An announcement as it stands: 1 GetItem, read consistently, 1 RCU for each 4 KB."""
    return _table(space).get(_ANNOUNCEMENTS, announcement_id, consistent=True)


def announcements(space: Space, after: str | None, limit: int) -> Rows:
    """A space's announcements, newest first: 1 Query."""
    start = {"pk": _ANNOUNCEMENTS, "sk": after} if after else None
    return _table(space).query(_ANNOUNCEMENTS, after=start, limit=limit, descending=True)


def move_announcement(space: Space, announcement_id: str, state: str, told: int | None = None) -> Item:
    """End an announcement that runs: 1 UpdateItem, 1 WCU a KB; gives it as it stands. Raises: ConditionFailed."""
    values: Item = {":state": state, ":running": "running"} | ({} if told is None else {":told": told})
    expression = "SET st = :state" + ("" if told is None else ", told = :told")
    return _table(space).update(_ANNOUNCEMENTS, announcement_id, expression, values, condition="st = :running")


def devices(space: Space, person_id: str, *, consistent: bool = False) -> list[Item]:
    """The browsers of a person that take pushes, ten or so: 1 Query."""
    return _table(space).query_all(person_pk(person_id), begins_with=_DEVICE, consistent=consistent)


def device(space: Space, person_id: str, device_id: str) -> Item | None:
    """One of them: 1 GetItem, 0.5 RCU."""
    return _table(space).get(person_pk(person_id), _DEVICE + device_id)


def put_device(space: Space, person_id: str, device_id: str, facts: Mapping[str, Any]) -> str | None:
    """A browser that is this person's from now on: 3 PutItems, 1 WCU each; gives whose it was before, if another's."""
    _table(space).put({"pk": _PUSHES[0], "sk": _PUSHES[1]})
    before = _table(space).update(
        *_browser(device_id), "SET person = :person", {":person": person_id}, returns="UPDATED_OLD"
    )
    _table(space).put({"pk": person_pk(person_id), "sk": _DEVICE + device_id, **facts})
    owner = before.get("person")
    return str(owner) if owner and owner != person_id else None


def move_device(space: Space, item: Item, from_id: str, to_id: str, changes: Mapping[str, Any]) -> None:
    """Let a browser that takes one person's pushes take another's, if it is still theirs: 1 transaction, 6 WCU."""
    values = {":to": to_id, ":from": from_id}
    key = _browser(item["sk"].removeprefix(_DEVICE))
    owned = _table(space).updating(*key, "SET person = :to", values, condition="person = :from")
    _move(space, item, {**item, **changes, "pk": person_pk(to_id)}, owned)


def owners(space: Space, device_ids: Iterable[str]) -> dict[str, str]:
    """Whose these browsers are: 1 BatchGetItem, 0.5 RCU each."""
    found = _table(space).batch_get([_browser(each) for each in device_ids])
    return {pk.partition("#")[2]: item["person"] for (pk, _), item in found.items()}


def remove_device(space: Space, person_id: str, device_id: str) -> None:
    """A browser takes no more pushes of this person's, and is nobody's unless it is another's by now: 2 DeleteItems, 1
    WCU each."""
    _table(space).delete(person_pk(person_id), _DEVICE + device_id)
    with suppress(ConditionFailed):
        _table(space).delete(*_browser(device_id), condition="person = :person", values={":person": person_id})


def takes_pushes(space: Space) -> bool:
    """Whether anybody of the space does: 1 GetItem, 0.5 RCU."""
    return _table(space).get(*_PUSHES) is not None


def _browser(device_id: str) -> tuple[str, str]:
    return f"push-browser#{device_id}", "push"


def _spending(what: str, number: int, most: int) -> dict[str, Any]:
    return {
        "pk": _SPENT,
        "sk": f"{what}#{clock.vietnam_day().isoformat()}",
        "expression": "ADD n :number SET #ttl = :ttl",
        "values": {":number": number, ":room": most - number, ":ttl": clock.epoch_s() + _DAYS_S},
        "names": {"#ttl": "ttl"},
        "condition": "attribute_not_exists(n) OR n <= :room",
    }


def _digest(morning: date, shard: int) -> str:
    return f"digest#{morning.isoformat()}#{shard}"


def _table(space: Space) -> Table:
    return space.table("people")
